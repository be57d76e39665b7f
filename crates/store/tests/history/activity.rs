//! Activity: what people did to runs stands there, and what changed since a moment is counted whole.

use flowkeep_core::Message;
use flowkeep_core::run::Status;
use flowkeep_store::{
    NewOperation, NewRunRequest, OperationFilter, OperationItemRecord, OperationRecord, RunWrite,
    StoreError,
};

use crate::ground::{Ground, new_run};

fn listed(ground: &Ground, filter: &OperationFilter) -> Vec<OperationRecord> {
    let filter = OperationFilter {
        limit: 100,
        ..filter.clone()
    };
    ground.store.operations(&filter).unwrap().items
}

fn words(items: &[OperationRecord]) -> Vec<(&str, &str)> {
    let words = items.iter().map(|item| {
        let name = item.subject_name.as_deref().unwrap_or_default();
        (item.operation.as_str(), name)
    });
    words.collect()
}

fn starts() -> OperationFilter {
    OperationFilter {
        starts: true,
        ..OperationFilter::default()
    }
}

impl Ground {
    /// Somebody wants something of a run; it is done, or refused for this reason.
    fn asked(&self, run: (i64, flowkeep_core::RunId), task: Option<&str>, refusal: Option<&str>) {
        let new = NewRunRequest {
            row: run.0,
            wanted: r#""cancel""#.to_owned(),
            actor: "ada".to_owned(),
            face: "desktop".to_owned(),
            operation: "run_approve".to_owned(),
            task: task.map(str::to_owned),
        };
        let asked = move |tx: &flowkeep_store::Tx<'_>| tx.request_of_run(&new);
        let request = self.store.write::<_, StoreError>(asked).unwrap();
        let wanted = self.store.run_requests().unwrap();
        assert_eq!(wanted.last().unwrap().wanted, r#""cancel""#);
        let refusal = refusal.map(|code| Message::new(code.to_owned()));
        self.write(run, 9, vec![RunWrite::Answered { request, refusal }]);
    }

    fn change(&self, operation: &'static str, name: Option<&'static str>, ids: &[&str]) -> String {
        let items: Vec<_> = ids
            .iter()
            .map(|id| OperationItemRecord {
                kind: "rule".to_owned(),
                id: (*id).to_owned(),
                name: None,
                before: None,
                after: Some(1),
            })
            .collect();
        let made = self.store.write::<_, StoreError>(move |tx| {
            let id = tx.next_operation_id()?;
            let new = NewOperation {
                actor: "ada",
                face: "cli",
                operation,
                name,
                undoes: None,
                items: &items,
            };
            tx.record_operation(id, &new)?;
            Ok(id.to_string())
        });
        made.unwrap()
    }
}

#[test]
fn what_a_person_did_to_a_run_stands_there_once_it_is_done() {
    let ground = Ground::new();
    let run = ground.run("w", 5, "{}");
    ground.asked(run, Some("Check"), None);
    ground.asked(run, None, Some("run_has_ended"));
    let told = listed(&ground, &OperationFilter::default());
    assert_eq!(words(&told), [("run_approve", "W · Check")]);
    let (actor, face) = (told[0].actor.as_str(), told[0].face.as_str());
    assert_eq!((actor, face), ("ada", "desktop"));
    assert_eq!(told[0].subject_id, Some(run.1.to_string()));
    assert!(!told[0].changed_documents());
    let of_runs = OperationFilter {
        kind: Some("run".to_owned()),
        id: Some(run.1.to_string()),
        ..starts()
    };
    assert_eq!(
        listed(&ground, &of_runs).len(),
        2,
        "and that it was started"
    );
}

#[test]
fn a_start_is_told_from_its_run_and_goes_with_it() {
    let ground = Ground::new();
    let first = ground.run("w", 100, "{}");
    ground.child(first.0, 200);
    ground.change("create", None, &["a"]);
    let mut again = new_run(Some("w"), "{}");
    again.repeats = Some(first.1);
    let second = ground.add(again, 900);
    ground.end(first, 950, Status::Failed);
    assert_eq!(
        words(&listed(&ground, &OperationFilter::default())),
        [("create", "")]
    );
    let mut filter = OperationFilter {
        limit: 1,
        count: true,
        ..starts()
    };
    let mut told = Vec::new();
    loop {
        let page = ground.store.operations(&filter).unwrap();
        assert_eq!(page.total, Some(3));
        told.extend(page.items);
        if page.next.is_none() {
            break;
        }
        filter.after = page.next;
    }
    let expected = [("run_retry", "W"), ("create", ""), ("run_start", "W")];
    assert_eq!(words(&told), expected, "newest first, by pages");
    let found = ground.store.operation_or_start(&second.1.to_string());
    assert_eq!(found.unwrap().unwrap().operation, "run_retry");
}

#[test]
fn a_connection_that_changed_is_a_change_since() {
    for operation in ["connection_add", "connection_update", "connection_remove"] {
        let ground = Ground::new();
        let before = ground.change("create", None, &["a"]);
        ground.change(operation, None, &[]);
        let changes = ground.store.changes_after(&before).unwrap();
        assert_eq!(
            (changes.documents, changes.settings),
            (0, true),
            "{operation}"
        );
        let filter = OperationFilter {
            changes: true,
            ..starts()
        };
        let told = listed(&ground, &filter);
        assert_eq!(told.len(), 2, "{operation}");
    }
}

#[test]
fn what_changed_since_is_listed_whole() {
    let ground = Ground::new();
    let before = ground.change("create", None, &["a"]);
    ground.change("backup", Some("/backups"), &[]);
    ground.change("example_add", None, &["e", "f"]);
    ground.change("settings", Some("backup_folder_asked"), &[]);
    let run = ground.run("w", 5, "{}");
    ground.asked(run, None, None);
    let changes = ground.store.changes_after(&before).unwrap();
    assert_eq!((changes.documents, changes.settings), (0, false));
    ground.change("import", Some("files"), &["a", "b", "c"]);
    ground.change("update", None, &["a"]);
    ground.change("settings", Some("theme"), &[]);
    let changes = ground.store.changes_after(&before).unwrap();
    assert!(changes.settings);
    let filter = OperationFilter {
        changes: true,
        ..starts()
    };
    let told = listed(&ground, &filter);
    let operations: Vec<_> = told.iter().map(|one| one.operation.as_str()).collect();
    assert_eq!(operations, ["settings", "update", "import", "create"]);
}

#[test]
fn only_what_begins_or_goes_touches_the_list_of_starts() {
    let ground = Ground::new();
    let path = ground.folder.path().join("flowkeep.db");
    let connection = rusqlite::Connection::open(path).unwrap();
    let told = || -> String {
        let sql = "SELECT tags FROM change ORDER BY seq DESC LIMIT 1";
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    let run = ground.run("w", 10, "{}");
    assert!(told().contains("\"started\""), "{}", told());
    ground.end(run, 20, Status::Succeeded);
    assert!(
        told().contains("\"run\"") && !told().contains("started"),
        "{}",
        told()
    );
    ground.child(run.0, 30);
    assert!(!told().contains("started"), "{}", told());
}
