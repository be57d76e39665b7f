//! What holds for a storage, whichever it is.

use flowkeep_core::Sentences;
use flowkeep_core::log::{ExecutionUpdate, LogEntry, LogMessage, LogType};
use flowkeep_files::log::{
    DatabaseLog, FolderLog, Log, LogError, LogQuery, LogReader, LogStorage, OwnLog, Sought,
};
use flowkeep_store::SavedEntry;

use crate::{execution, say, store};

const FIRST: &str = r#"{"execution_id":"e-1","workflow_id":"w","status":"completed","start_time":"2025-03-01T10:00:00Z","end_time":null,"context":{"big":18446744073709551617},"messages":["订单已同步",{"message":"x","extra":1}],"more":[1.0]}"#;
const SECOND: &str = r#"{"execution_id":"../../e 2","workflow_id":"v","status":"running","start_time":"2025-03-02T10:00:00Z"}"#;
const THIRD: &str = r#"{"execution_id":"E-1","workflow_id":"w","status":"半途","start_time":"2025-03-03T10:00:00Z"}"#;

fn query(change: impl FnOnce(&mut LogQuery)) -> LogQuery {
    let mut query = LogQuery {
        limit: 50,
        messages: 10,
        count: true,
        ..LogQuery::default()
    };
    change(&mut query);
    query
}

fn ids(storage: &dyn LogReader, query: &LogQuery) -> Vec<String> {
    let page = storage.page(LogType::Executions, query).unwrap();
    assert!(page.broken.is_empty());
    page.items
        .iter()
        .map(|row| row.entry.id().to_owned())
        .collect()
}

fn holds(storage: &dyn LogStorage) {
    let entries: Vec<LogEntry> = [FIRST, SECOND, THIRD].into_iter().map(execution).collect();
    assert_eq!(storage.save(&entries).unwrap(), [SavedEntry::Added; 3]);
    assert_eq!(storage.save(&entries).unwrap(), [SavedEntry::Unchanged; 3]);
    let other = execution(&FIRST.replace("completed", "failed"));
    assert_eq!(storage.save(&[other]).unwrap(), [SavedEntry::Differs]);
    for entry in &entries {
        let found = storage
            .find(LogType::Executions, entry.id())
            .unwrap()
            .unwrap();
        assert_eq!(found.sha256(), entry.sha256(), "{}", entry.id());
    }
    assert!(storage.find(LogType::Executions, "e-9").unwrap().is_none());
    assert!(storage.find(LogType::Operations, "e-1").unwrap().is_none());

    let all = ["E-1", "../../e 2", "e-1"];
    assert_eq!(ids(storage, &query(|_| ())), all);
    assert_eq!(
        ids(storage, &query(|one| one.workflow = Some("w".into()))),
        ["E-1", "e-1"]
    );
    assert_eq!(
        ids(storage, &query(|one| one.word = Some("succeeded".into()))),
        ["e-1"]
    );
    assert_eq!(
        ids(storage, &query(|one| one.word = Some("半途".into()))),
        ["E-1"]
    );
    assert_eq!(
        ids(
            storage,
            &query(|one| one.sought = Some(Sought::new("订单 extra", &Sentences::default())))
        ),
        ["e-1"]
    );
    let march_second = 1_740_873_600_000;
    assert_eq!(
        ids(storage, &query(|one| one.until = Some(march_second))),
        ["e-1"]
    );
    assert_eq!(
        ids(storage, &query(|one| one.since = Some(march_second))),
        all[..2]
    );
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = query(|one| {
            one.limit = 1;
            one.after = after.take();
        });
        let page = storage.page(LogType::Executions, &page).unwrap();
        assert_eq!(page.total, Some(3));
        seen.extend(page.items.iter().map(|row| row.entry.id().to_owned()));
        after = page
            .items
            .last()
            .map(|row| row.place.clone())
            .filter(|_| page.more);
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, all);

    let update = |status: &str| ExecutionUpdate {
        status: Some(status.to_owned()),
        messages: vec![LogMessage::text("并且")],
    };
    let ended = storage.update("../../e 2", update("Success")).unwrap();
    assert_eq!(ended.status.as_deref(), Some("Success"));
    assert!(ended.end_time.is_some());
    let found = storage.find(LogType::Executions, "../../e 2").unwrap();
    assert_eq!(found, Some(LogEntry::Execution(ended)));
    let refused = |id: &str| match storage.update(id, update("running")).unwrap_err() {
        LogError::Refused(message) => message.code,
        other => other.to_string(),
    };
    assert_eq!(refused("../../e 2"), "execution_final");
    assert_eq!(refused("e-9"), "execution_unknown");
}

#[test]
fn the_database_keeps_the_log() {
    let root = tempfile::tempdir().unwrap();
    let store = store(root.path());
    holds(&DatabaseLog { store: &store });
}

#[test]
fn a_folder_keeps_the_log_and_nothing_beside_it() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("a/logs");
    std::fs::create_dir(root.path().join("a")).unwrap();
    holds(&FolderLog::new(folder.clone(), &say));
    assert!(folder.join("workflow_executions/e-1.json").is_file());
    let names = |path: &std::path::Path| {
        let entries = path
            .read_dir()
            .unwrap()
            .map(|entry| entry.unwrap().file_name());
        entries
            .map(|name| name.into_string().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(root.path()), ["a"]);
    assert_eq!(
        names(&folder.join("workflow_executions")).len(),
        3,
        "no leftovers"
    );
}

#[test]
fn a_copy_follows_what_is_recorded() {
    let root = tempfile::tempdir().unwrap();
    let store = store(root.path());
    let database = DatabaseLog { store: &store };
    let folder = FolderLog::new(root.path().join("logs"), &say);
    let log = Log {
        own: OwnLog { store: &store },
        storage: &database,
        copy: Some(&folder),
    };
    log.add(&execution(SECOND)).unwrap();
    let update = ExecutionUpdate {
        status: Some("failed".to_owned()),
        messages: vec![LogMessage::text("密码错误")],
    };
    let ended = log.update("../../e 2", update).unwrap();
    let copied = folder.find(LogType::Executions, "../../e 2").unwrap();
    assert_eq!(copied, Some(LogEntry::Execution(ended)));
    // What cannot be copied is kept all the same, and said.
    let failing = FolderLog::new(root.path().join("flowkeep.db"), &say);
    let log = Log {
        copy: Some(&failing),
        ..log
    };
    let error = log.add(&execution(FIRST)).unwrap_err();
    assert!(matches!(error, LogError::Refused(message) if message.code == "log_copy_failed"));
    assert!(database.find(LogType::Executions, "e-1").unwrap().is_some());
}
