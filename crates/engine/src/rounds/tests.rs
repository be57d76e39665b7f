//! What stays in memory of runs, which nobody sees from outside.

use std::sync::mpsc::{Sender, channel};

use flowkeep_host::{Progress, SystemClock};
use flowkeep_store::{NewRun, Store, StoreError, StoreOptions};

use super::*;
use crate::actions::HttpClient;
use crate::configuring::{Belonging, Configuring, LookWish, Looked};
use crate::preparing::{Prepared, Preparing, Wish};
use crate::sources::Connections;

/// Something a worker does, and a person's work, each with a day of time.
const TASKS: &str = r#"{"tasks": [
  {"id": "a", "action": "DataSourceTaskExecutor.determineDataSource", "autoSelect": true, "timeout": 86400000},
  {"id": "b", "action": "manual", "dependsOn": ["a"], "timeout": 86400000}]}"#;

const RUNS: usize = 30;

/// There are no task folders.
struct NoFolders;

impl Preparing for NoFolders {
    fn prepare(&self, _: &Wish, _: &dyn Progress) -> Prepared {
        Prepared::default()
    }
}

struct NoConfigurations;

impl Configuring for NoConfigurations {
    fn may_have(&self, _: &flowkeep_store::KeptRun) -> bool {
        false
    }

    fn belonging(&self, row: i64) -> Belonging {
        unreachable!("nobody asked whether the run {row} has a configuration");
    }

    fn look(&self, _: &LookWish) -> Looked {
        Looked::default()
    }

    fn place(&self, _: i64) -> Option<std::path::PathBuf> {
        None
    }
}

fn rounds(folder: &std::path::Path, report: Sender<Happened>) -> Rounds {
    let store = Store::open(StoreOptions {
        path: folder.join("flowkeep.db"),
        safety: folder.join("safety"),
        clock: Arc::new(SystemClock),
    });
    let store = Arc::new(store.unwrap());
    let epoch = store.write::<_, StoreError>(|tx| tx.take_ownership("test", 1));
    let watch = store.watch().unwrap();
    let local = crate::sources::Sqlite::made("local", folder.join("local.db")).unwrap();
    let place = Arc::new(Workplace {
        store,
        data_dir: folder.to_owned(),
        clock: Arc::new(SystemClock),
        awake: Arc::new(()),
        connections: Arc::new(Connections::new(vec![Arc::new(local)])),
        http: HttpClient::new(),
        folders: Arc::new(NoFolders),
        configurations: Arc::new(NoConfigurations),
        report,
        epoch: *epoch.as_ref().unwrap(),
        turns: crate::fallback::Turns::default(),
        behind: crate::fallback::Behind::default(),
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    let trouble = Trouble::default();
    Rounds::new(place, runtime, watch, epoch.unwrap(), Scope::All, trouble)
}

#[test]
fn nothing_is_remembered_of_attempts_and_runs_that_have_ended() {
    let folder = tempfile::tempdir().unwrap();
    let (report, happened) = channel();
    let mut rounds = rounds(folder.path(), report);
    let store = Arc::clone(&rounds.place.store);
    let mut runs = Vec::new();
    for _ in 0..RUNS {
        let new = NewRun::of("W", TASKS);
        let added = store.write::<_, StoreError>(move |tx| tx.add_run(&new));
        runs.push(added.unwrap().1);
    }
    let asks = |rounds: &Rounds| {
        let waiting = |live: &&Live| live.state.head.status == Status::Waiting;
        rounds.live.values().filter(waiting).count()
    };
    let mut gathered = vec![Happened::Woken];
    while asks(&rounds) < RUNS {
        rounds.turn(gathered, &happened);
        gathered = happened.recv_timeout(LOOK_EVERY).into_iter().collect();
    }
    assert_eq!(
        rounds.timers.len(),
        RUNS,
        "one for each question, and no more"
    );
    assert!(rounds.under_way.is_empty());
    let mut last = Round::default();
    for run in runs {
        rounds.tell_late(run, Event::Cancel, &mut last);
    }
    rounds.finish(last, &happened);
    assert_eq!((rounds.live.len(), rounds.timers.len()), (0, 0));
    rounds.runtime.shutdown_background();
}

#[test]
fn an_attempt_counts_for_the_source_it_uses_and_for_none_once_it_has_ended() {
    let folder = tempfile::tempdir().unwrap();
    let (report, _happened) = channel();
    let mut rounds = rounds(folder.path(), report);
    let run: RunId = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
    let task = TaskId::from("a");
    let under_way = UnderWay {
        stopper: Stopper::new().0,
        writes: true,
        load: Some(rounds.loads.take("shop")),
    };
    rounds.under_way.insert((run, task.clone(), 1), under_way);
    let busy = |rounds: &Rounds| (rounds.loads.of("shop"), rounds.loads.of("local"));
    assert_eq!(busy(&rounds), (1, 0));
    let fell = Happened::FellBack {
        run,
        task: task.clone(),
        attempt: 1,
        source: "local".to_owned(),
    };
    rounds.take(fell, &mut Round::default());
    assert_eq!(busy(&rounds), (0, 1));
    let ended = Happened::Attempted {
        run,
        task,
        attempt: 1,
        came: Came::of(flowkeep_core::run::Attempted::Broken),
    };
    rounds.take(ended, &mut Round::default());
    assert_eq!(busy(&rounds), (0, 0));
    rounds.runtime.shutdown_background();
}
