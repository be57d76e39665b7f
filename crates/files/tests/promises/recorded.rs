//! What other programs recorded in the log is in a backup, comes back, and is never put over what is
//! here.

use std::collections::BTreeSet;
use std::path::Path;

use flowkeep_core::json;
use flowkeep_core::log::{Execution, ExecutionUpdate, LogEntry, LogMessage, LogType};
use flowkeep_core::run::Status;
use flowkeep_core::{KeptHistory, Sha256, search_words};
use flowkeep_files::log::{DatabaseLog, LogQuery, LogReader as _, LogStorage as _};
use flowkeep_files::{prove, read_manifest};
use flowkeep_host::{SystemFiles, Unfollowed};
use flowkeep_store::LogFilter;

use rstest::rstest;

use crate::catalog::{Catalog, tree};
use crate::runs::put_run;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// What a backup of the version before the log was in it knows how to read.
const KNOWN_BEFORE: [&str; 10] = [
    "workflow",
    "roadmap",
    "rule",
    "template",
    "operation",
    "revision",
    "run",
    "settings",
    "agent",
    "readme",
];

fn log(catalog: &Catalog) -> DatabaseLog<'_> {
    DatabaseLog {
        store: &catalog.store,
    }
}

fn entry(kind: LogType, text: &str) -> LogEntry {
    LogEntry::read(Some(kind), &json::parse(text), "None").unwrap()
}

/// Two executions, one with more messages than stand in one piece, and an operation; of March and May.
fn recorded() -> Vec<LogEntry> {
    let messages = (0..1200).map(|number| LogMessage::text(format!("第 {number} 步")));
    let mut large = Execution {
        id: "large".to_owned(),
        workflow_id: Some("w".to_owned()),
        status: Some("完成".to_owned()),
        start_time: Some("2024-03-01 10:00:00".to_owned()),
        ..Execution::default()
    };
    large.messages = messages.collect();
    let other = r#"{"text":"HTTP 418","code":"E418"}"#;
    large.messages.push(LogMessage::read(&json::parse(other)));
    vec![
        LogEntry::Execution(large),
        entry(
            LogType::Executions,
            r#"{"execution_id":"e-1","workflow_id":"w","status":"completed","start_time":"2024-05-01 10:00:00","end_time":"2024-05-01 10:05:00","context":{"customer":"华东分公司","big":18446744073709551617},"more":[1.0]}"#,
        ),
        entry(
            LogType::Operations,
            r#"{"operation_id":"o-1","operation_type":"CREATE","workflow_id":"w","timestamp":"2024-03-02 10:00:00","user":null,"data":{"n":1.0}}"#,
        ),
    ]
}

fn with_a_log() -> Catalog {
    let catalog = Catalog::new();
    log(&catalog).save(&recorded()).unwrap();
    catalog
}

fn change_manifest(backup: &Path, change: impl FnOnce(&mut serde_json::Value)) {
    let path = backup.join("manifest.json");
    let mut manifest = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    change(&mut manifest);
    std::fs::write(&path, manifest.to_string()).unwrap();
}

/// All of it, in the order of lists.
fn all(catalog: &Catalog) -> Vec<LogEntry> {
    let query = LogQuery {
        limit: 9,
        messages: u32::MAX,
        ..LogQuery::default()
    };
    let of = |kind| log(catalog).page(kind, &query).unwrap().items.into_iter();
    let all = of(LogType::Executions).chain(of(LogType::Operations));
    all.map(|row| row.entry).collect()
}

#[test]
fn it_comes_back_as_it_was_and_only_once() {
    let catalog = with_a_log();
    let made = catalog.back_up();
    assert!(made.damaged.is_empty());
    assert_eq!(read_manifest(&made.folder).unwrap().counts["log"], 3);
    let months: Vec<_> = tree(&made.folder.join("log")).into_keys().collect();
    assert_eq!(months.len(), 2, "{months:?}");

    let other = Catalog::new();
    let (mut staging, read) = other.plan(&made.folder).unwrap();
    assert!(read.damaged_parts.is_empty());
    let preview = staging.preview(&other.store).unwrap();
    assert_eq!((preview.log, other.apply(&mut staging).log), (3, 3));
    assert_eq!(all(&other), all(&catalog));
    // By what it says and what it told, and by what its words mean.
    let found = |words: &str, word: Option<&str>| {
        let filter = LogFilter {
            words: Some(search_words(words)),
            word: word.map(str::to_owned),
            limit: 9,
            ..LogFilter::default()
        };
        let found = other
            .store
            .log_entries(LogType::Executions, &filter)
            .unwrap();
        let ids = found.items.iter().map(|(_, entry)| entry.id().to_owned());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(found("华东", Some("succeeded")), ["e-1"]);
    assert_eq!(found("1199 418", None), ["large"]);
    // One that goes on is written to here as it was there.
    let update = ExecutionUpdate {
        status: None,
        messages: vec![LogMessage::text("further")],
    };
    let updated = log(&other).update("large", update).unwrap();
    assert_eq!(updated.messages.last().unwrap().words(), "further");

    let (mut staging, _) = other.plan(&made.folder).unwrap();
    assert_eq!(other.apply(&mut staging).log, 0, "it is here already");
    let again = other.back_up();
    let parts = |folder: &Path| tree(&folder.join("log"));
    let (first, second) = (parts(&made.folder), parts(&again.folder));
    let may = Path::new("2024-05.jsonl");
    assert_eq!(
        first[may], second[may],
        "a month that is past is the same file"
    );
}

#[test]
fn an_entry_that_is_here_stays_be_it_our_own() {
    let there = Catalog::new();
    let (_, run) = put_run(&there, Status::Succeeded, None);
    let here = Catalog::new();
    let claims = Execution {
        id: run.to_string(),
        status: Some("failed".to_owned()),
        ..Execution::default()
    };
    let theirs = entry(
        LogType::Executions,
        r#"{"execution_id":"e-1","status":"failed"}"#,
    );
    let ours = entry(
        LogType::Executions,
        r#"{"execution_id":"e-1","status":"done"}"#,
    );
    log(&here)
        .save(&[LogEntry::Execution(claims), theirs])
        .unwrap();
    log(&there).save(std::slice::from_ref(&ours)).unwrap();
    let made = here.back_up();
    let (mut staging, _) = there.plan(&made.folder).unwrap();
    assert_eq!(staging.preview(&there.store).unwrap().log, 0);
    assert_eq!(there.apply(&mut staging).log, 0);
    assert_eq!(all(&there), [ours]);
}

#[test]
fn no_more_of_it_is_in_a_backup_than_was_wanted() {
    let catalog = with_a_log();
    let may = 1_714_550_000_000;
    catalog.set_clock(may + 20 * DAY);
    let month = KeptHistory::Days(std::num::NonZeroU32::new(30).unwrap());
    for (history, entries) in [(KeptHistory::All, 3), (month, 1), (KeptHistory::None, 0)] {
        let made = catalog.try_back_up_with(&SystemFiles, &Unfollowed, history);
        let made = made.unwrap();
        assert_eq!(read_manifest(&made.folder).unwrap().counts["log"], entries);
        let proof = prove(&made.folder, &catalog.scratch(), &Unfollowed).unwrap();
        assert!(proof.damaged.is_empty(), "{history:?}");
    }
}

/// Breaks the page of the table that its first row lies on.
fn break_leaf(file: &Path, table: &str) {
    let database = rusqlite::Connection::open(file).unwrap();
    let sql =
        "SELECT pageno FROM dbstat WHERE name = ?1 AND pagetype = 'leaf' ORDER BY path LIMIT 1";
    let page: usize = database.query_row(sql, [table], |row| row.get(0)).unwrap();
    drop(database);
    let mut bytes = std::fs::read(file).unwrap();
    bytes[(page - 1) * 8192..page * 8192].fill(0xff);
    std::fs::write(file, bytes).unwrap();
}

fn change_text(file: &Path, table: &str) {
    let database = rusqlite::Connection::open(file).unwrap();
    let change = match table {
        "execution" => "UPDATE execution SET workflow_id = CAST(x'e8' AS TEXT) WHERE id = 'e-1'",
        _ => {
            "UPDATE execution_message SET text = CAST(x'e8' AS TEXT) WHERE execution = 1 AND number = 2"
        }
    };
    assert_eq!(database.execute(change, []).unwrap(), 1);
}

/// Six executions of six days and an operation after them; the first three are on a page of their own.
fn by_days() -> Vec<LogEntry> {
    let mut entries: Vec<_> = (1..7)
        .map(|day| {
            let filler = "x".repeat(2500);
            let text = format!(
                r#"{{"execution_id":"e-{day}","workflow_name":"Nightly","start_time":"2024-05-0{day} 10:00:00","context":{{"f":"{filler}"}}}}"#
            );
            let LogEntry::Execution(mut execution) = entry(LogType::Executions, &text) else {
                unreachable!()
            };
            execution.messages = (0..3).map(|n| LogMessage::text(format!("step {n}"))).collect();
            LogEntry::Execution(execution)
        })
        .collect();
    entries.push(entry(
        LogType::Operations,
        r#"{"operation_id":"o-1","operation_type":"CREATE","timestamp":"2024-06-02 10:00:00"}"#,
    ));
    entries
}

/// One that cannot be read costs no other, and is named by its id where that can be read.
#[rstest]
#[case::a_page(|file: &Path| break_leaf(file, "execution"), &["log/1", "log/2", "log/3"], &["e-4", "e-5", "e-6"])]
#[case::a_text(|file: &Path| change_text(file, "execution"), &["log/e-1"], &["e-2", "e-3", "e-4", "e-5", "e-6"])]
#[case::a_message(|file: &Path| change_text(file, "execution_message"), &["log/e-1"], &["e-2", "e-3", "e-4", "e-5", "e-6"])]
fn an_entry_that_cannot_be_read_costs_no_other(
    #[case] spoil: fn(&Path),
    #[case] lost: &[&str],
    #[case] left: &[&str],
) {
    let catalog = Catalog::new();
    log(&catalog).save(&by_days()).unwrap();
    let catalog = catalog.reopened(spoil);
    let made = catalog.back_up();
    let named: Vec<_> = made.damaged.iter().map(|part| part.path.as_str()).collect();
    let named: Vec<_> = named
        .into_iter()
        .filter(|path| *path != "flowkeep.db")
        .collect();
    assert_eq!(named, lost);
    let other = Catalog::new();
    let (mut staging, _) = other.plan(&made.folder).unwrap();
    other.apply(&mut staging);
    let mut found: Vec<_> = all(&other)
        .iter()
        .map(|entry| entry.id().to_owned())
        .collect();
    found.sort_unstable();
    assert_eq!(found, [left, &["o-1"]].concat());
}

#[test]
fn an_execution_without_all_of_its_messages_stays_out_and_is_named() {
    let catalog = with_a_log();
    let made = catalog.back_up();
    let part = made.folder.join("log/2024-03.jsonl");
    let text = std::fs::read_to_string(&part).unwrap();
    let cut: Vec<_> = text
        .lines()
        .filter(|line| !line.contains("第 700 步"))
        .collect();
    let cut = cut.join("\n");
    std::fs::write(&part, &cut).unwrap();
    change_manifest(&made.folder, |manifest| {
        let files = manifest["files"].as_array_mut().unwrap();
        let mut files = files.iter_mut();
        let file = files
            .find(|file| file["path"] == "log/2024-03.jsonl")
            .unwrap();
        file["sha256"] = Sha256::of(cut.as_bytes()).to_string().into();
        file["bytes"] = cut.len().into();
    });
    let other = Catalog::new();
    let (mut staging, read) = other.plan(&made.folder).unwrap();
    let named: Vec<_> = read
        .damaged_parts
        .iter()
        .map(|part| part.path.as_str())
        .collect();
    assert_eq!(named, ["log/large"]);
    assert_eq!(other.apply(&mut staging).log, 2);
    assert_eq!(all(&other).len(), 2);
}

/// A program of before knows no such part: it leaves it, as this one leaves what it does not know.
#[test]
fn a_program_that_does_not_know_it_restores_all_else() {
    let catalog = with_a_log();
    catalog.note_something();
    let made = catalog.back_up();
    let mut unknown = BTreeSet::new();
    change_manifest(&made.folder, |manifest| {
        assert_eq!(manifest["version"], 1);
        for file in manifest["files"].as_array_mut().unwrap() {
            if !KNOWN_BEFORE.contains(&file["kind"].as_str().unwrap()) {
                unknown.insert(file["kind"].take().to_string());
                file["kind"] = "later".into();
            }
        }
        let counts = manifest["counts"].as_object_mut().unwrap();
        let count = counts.remove("log").unwrap();
        counts.insert("later".to_owned(), count);
    });
    assert_eq!(unknown, BTreeSet::from(["\"log\"".to_owned()]));
    let other = Catalog::new();
    let (mut staging, read) = other.plan(&made.folder).unwrap();
    assert_eq!(read.damaged_parts, []);
    let done = other.apply(&mut staging);
    assert_eq!((done.runs, done.settings, done.log), (1, 1, 0));
}

/// Earlier tools write whole seconds.
#[test]
fn entries_of_one_moment_come_back_in_the_order_they_came_in() {
    let catalog = Catalog::new();
    let of_one_moment = ["m", "z", "a"].map(|id| {
        let executed = format!(
            r#"{{"execution_id":"{id}","status":"completed","start_time":"2024-05-01 10:00:00"}}"#
        );
        entry(LogType::Executions, &executed)
    });
    log(&catalog).save(&of_one_moment).unwrap();
    let ids = |catalog: &Catalog| {
        let all = all(catalog).into_iter();
        all.map(|entry| entry.id().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&catalog), ["a", "z", "m"]);
    let made = catalog.back_up();
    let other = Catalog::new();
    let (mut staging, _) = other.plan(&made.folder).unwrap();
    assert_eq!(other.apply(&mut staging).log, 3);
    assert_eq!(ids(&other), ids(&catalog));
}
