//! What other programs record.

use flowkeep_core::json;
use flowkeep_core::log::{Execution, ExecutionUpdate, LogEntry, LogMessage, LogType};
use flowkeep_core::search_words;
use flowkeep_store::{LogFilter, LogRows, SavedEntry, StoreError, UPDATED_MESSAGES};

use crate::ground::Ground;

fn save(ground: &Ground, log: LogType, text: &str) -> SavedEntry {
    let entry = LogEntry::read(Some(log), &json::parse(text), "None").unwrap();
    ground
        .store
        .write::<_, StoreError>(move |tx| tx.save_log_entry(&entry))
        .unwrap()
}

fn page(ground: &Ground, log: LogType, filter: LogFilter) -> LogRows {
    let filter = LogFilter {
        limit: if filter.limit == 0 { 50 } else { filter.limit },
        messages: 10,
        count: true,
        ..filter
    };
    ground.store.log_entries(log, &filter).unwrap()
}

fn ids(rows: &LogRows) -> Vec<&str> {
    rows.items.iter().map(|(_, entry)| entry.id()).collect()
}

const DONE: &str = r#"{"execution_id":"e-1","workflow_id":"w","status":"completed","start_time":"2025-03-01 10:00:00","end_time":"2025-03-01 10:05:00","context":{"big":18446744073709551617},"messages":["执行完成",{"message":"x","extra":1}],"more":[1.0]}"#;

#[test]
fn an_entry_is_kept_whole_and_a_repeat_changes_nothing() {
    let ground = Ground::new();
    assert_eq!(save(&ground, LogType::Executions, DONE), SavedEntry::Added);
    assert_eq!(
        save(&ground, LogType::Executions, DONE),
        SavedEntry::Unchanged
    );
    let kept = ground
        .store
        .log_entry(LogType::Executions, "e-1")
        .unwrap()
        .unwrap();
    assert_eq!(kept.to_text(&|_| String::new()), DONE);
    let other = DONE.replace("completed", "failed");
    assert_eq!(
        save(&ground, LogType::Executions, &other),
        SavedEntry::Differs
    );
    let kept = ground
        .store
        .log_entry(LogType::Executions, "e-1")
        .unwrap()
        .unwrap();
    assert_eq!(kept.to_text(&|_| String::new()), DONE);
}

#[test]
fn entries_are_found_by_what_they_say_and_paged_by_time() {
    let ground = Ground::new();
    save(&ground, LogType::Executions, DONE);
    save(
        &ground,
        LogType::Executions,
        r#"{"execution_id":"e-2","workflow_id":"w","status":"Success","start_time":"2025-03-02 10:00:00","messages":["订单已同步"]}"#,
    );
    ground.clock.set(1_000);
    save(
        &ground,
        LogType::Executions,
        r#"{"workflow_id":"v","session_id":"s-9","context":{}}"#,
    );
    save(
        &ground,
        LogType::Executions,
        r#"{"execution_id":"e-3","workflow_id":"v","status":"半途","start_time":"2025-02-02 10:00:00"}"#,
    );
    let all = page(&ground, LogType::Executions, LogFilter::default());
    assert_eq!(all.total, Some(4));
    let order = ids(&all);
    assert_eq!(order[..3], ["e-2", "e-1", "e-3"]);
    assert!(order[3].starts_with("legacy-"), "{order:?}");
    let first = page(
        &ground,
        LogType::Executions,
        LogFilter {
            limit: 1,
            ..LogFilter::default()
        },
    );
    let after = Some(first.items[0].0);
    let rest = page(
        &ground,
        LogType::Executions,
        LogFilter {
            after,
            ..LogFilter::default()
        },
    );
    assert_eq!(ids(&rest), order[1..]);
    let of = |word: &str| LogFilter {
        word: Some(word.to_owned()),
        ..LogFilter::default()
    };
    assert_eq!(
        ids(&page(&ground, LogType::Executions, of("succeeded"))),
        ["e-2", "e-1"]
    );
    assert_eq!(
        ids(&page(&ground, LogType::Executions, of("半途"))),
        ["e-3"]
    );
    let text = |text: &str| LogFilter {
        words: Some(search_words(text)),
        ..LogFilter::default()
    };
    assert_eq!(
        ids(&page(&ground, LogType::Executions, text("单"))),
        ["e-2"]
    );
    assert_eq!(
        ids(&page(&ground, LogType::Executions, text("执行 extra"))),
        ["e-1"]
    );
    assert_eq!(
        page(&ground, LogType::Executions, text("s 9")).items.len(),
        1
    );
    assert_eq!(page(&ground, LogType::Executions, text("…")).items.len(), 0);
}

#[test]
fn messages_are_appended_and_a_final_status_stays() {
    let ground = Ground::new();
    let begun = Execution {
        id: "e".to_owned(),
        workflow_id: Some("w".to_owned()),
        status: Some("running".to_owned()),
        ..Execution::default()
    };
    let entry = LogEntry::Execution(begun);
    ground
        .store
        .write::<_, StoreError>(move |tx| tx.save_log_entry(&entry))
        .unwrap();
    let update = |status: &str, message: &str| {
        let update = ExecutionUpdate {
            status: Some(status.to_owned()),
            messages: vec![LogMessage::text(message)],
        };
        ground
            .store
            .write::<_, StoreError>(move |tx| tx.update_execution("e", update))
            .unwrap()
    };
    update("running", "一").unwrap();
    let ended = update("completed", "二").unwrap();
    assert_eq!(
        ended.messages,
        [LogMessage::text("一"), LogMessage::text("二")]
    );
    assert!(ended.end_time.is_some());
    assert_eq!(update("failed", "三").unwrap_err().code, "execution_final");
    let Some(LogEntry::Execution(kept)) = ground.store.log_entry(LogType::Executions, "e").unwrap()
    else {
        panic!("it is there");
    };
    assert_eq!(kept, ended);
    let filter = LogFilter {
        words: Some(search_words("二")),
        ..LogFilter::default()
    };
    assert_eq!(ids(&page(&ground, LogType::Executions, filter)), ["e"]);
    let unknown = ground
        .store
        .write::<_, StoreError>(|tx| tx.update_execution("f", ExecutionUpdate::default()))
        .unwrap();
    assert_eq!(unknown.unwrap_err().code, "execution_unknown");
}

#[test]
fn an_update_answers_with_the_newest_messages_alone() {
    let ground = Ground::new();
    let entry = LogEntry::Execution(Execution {
        id: "e".to_owned(),
        ..Execution::default()
    });
    let most = UPDATED_MESSAGES as usize;
    let messages: Vec<_> = (0..most + 20)
        .map(|number| LogMessage::text(number.to_string()))
        .collect();
    let update = ExecutionUpdate {
        status: None,
        messages: messages[..most].to_vec(),
    };
    let last = ExecutionUpdate {
        status: None,
        messages: messages[most..].to_vec(),
    };
    let answered = ground.store.write::<_, StoreError>(move |tx| {
        tx.save_log_entry(&entry)?;
        tx.update_execution("e", update)?.unwrap();
        Ok(tx.update_execution("e", last)?.unwrap())
    });
    assert_eq!(answered.unwrap().messages, messages[20..]);
    let Some(LogEntry::Execution(kept)) = ground.store.log_entry(LogType::Executions, "e").unwrap()
    else {
        panic!("it is there");
    };
    assert_eq!(kept.messages, messages);
}

#[test]
fn operations_are_kept_and_found_by_type() {
    let ground = Ground::new();
    save(
        &ground,
        LogType::Operations,
        r#"{"operation_id":"o1","operation_type":"CREATE","workflow_id":"w","timestamp":"2025-01-01","user":null,"data":{"n":1.0}}"#,
    );
    save(
        &ground,
        LogType::Operations,
        r#"{"operation_id":"o2","operation_type":"UPDATE","workflow_id":"v","timestamp":"2025-01-02","user":"a","data":null}"#,
    );
    let create = LogFilter {
        word: Some("create".to_owned()),
        ..LogFilter::default()
    };
    assert_eq!(ids(&page(&ground, LogType::Operations, create)), ["o1"]);
    let of_v = LogFilter {
        workflow: Some("v".to_owned()),
        ..LogFilter::default()
    };
    assert_eq!(ids(&page(&ground, LogType::Operations, of_v)), ["o2"]);
}
