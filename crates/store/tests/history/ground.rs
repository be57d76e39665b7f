//! A store on a clock that stands where it is set, and runs in it.

use std::sync::Arc;

use flowkeep_core::run::{Head, Moment, Start, Status, TaskId};
use flowkeep_core::{Format, Message, RunId};
use flowkeep_host::testing::TestClock;
use flowkeep_store::{NewRun, Parent, RunWrite, Store, StoreError, StoreOptions};

pub(crate) struct Ground {
    pub(crate) store: Store,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) folder: tempfile::TempDir,
}

pub(crate) const DAY: i64 = 86_400_000;

impl Ground {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock::at(1));
        let store = Store::open(StoreOptions {
            path: folder.path().join("flowkeep.db"),
            safety: folder.path().join("safety"),
            clock: clock.clone(),
        })
        .unwrap();
        Self {
            store,
            clock,
            folder,
        }
    }

    /// A run made at this moment; its row and id.
    pub(crate) fn run(&self, workflow: &str, at: i64, context: &str) -> (i64, RunId) {
        self.add(new_run(Some(workflow), context), at)
    }

    pub(crate) fn add(&self, new: NewRun, at: i64) -> (i64, RunId) {
        self.clock.set(at);
        self.store
            .write::<_, StoreError>(move |tx| tx.add_run(&new))
            .unwrap()
    }

    pub(crate) fn child(&self, of: i64, at: i64) -> (i64, RunId) {
        let mut new = new_run(Some("child"), "{}");
        new.parent = Some(Parent {
            run: of,
            task: TaskId("call".to_owned()),
            attempt: 1,
            depth: 1,
        });
        self.add(new, at)
    }

    pub(crate) fn write(&self, (row, id): (i64, RunId), at: i64, writes: Vec<RunWrite>) {
        self.store
            .write::<_, StoreError>(move |tx| tx.write_run(row, id, Moment(at), &writes))
            .unwrap();
    }

    pub(crate) fn end(&self, run: (i64, RunId), at: i64, status: Status) {
        self.write(run, at, vec![head(run.1, status)]);
    }
}

pub(crate) fn new_run(workflow: Option<&str>, context: &str) -> NewRun {
    NewRun {
        workflow_id: workflow.map(str::to_owned),
        workflow_name: workflow.map_or_else(|| "sql.query".to_owned(), str::to_uppercase),
        revision: None,
        text: format!("{{\"id\":{workflow:?}}}"),
        format: Format::Json,
        context: context.to_owned(),
        start: Start::default(),
        actor: "tester".to_owned(),
        face: "cli".to_owned(),
        repeats: None,
        parent: None,
    }
}

pub(crate) fn head(run: RunId, status: Status) -> RunWrite {
    RunWrite::Head(Box::new(Head {
        status,
        begun: true,
        ..Head::new(run)
    }))
}

pub(crate) fn attempt(task: &str, number: u32, status: Status) -> RunWrite {
    let failed = status == Status::Failed;
    RunWrite::Attempt {
        task: TaskId(task.to_owned()),
        number,
        status,
        error: failed.then(|| Message::new("sql_failed").with("detail", "no such table: orders")),
    }
}
