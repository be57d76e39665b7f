//! Session files of earlier tools.

#![expect(
    clippy::unwrap_used,
    reason = "a test's own helpers fail as its assertions do"
)]

use flowkeep_core::Value;
use flowkeep_core::session::file::{NoSession, SessionFile, read};
use flowkeep_core::session::{SessionOrigin, SessionStatus};
use rstest::rstest;

fn fixture(name: &str) -> Result<SessionFile, NoSession> {
    let path = format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    read(&std::fs::read(path).unwrap(), name)
}

#[test]
fn the_first_kind_holds_its_definition() {
    let found = fixture("session_v1.json").unwrap();
    assert_eq!(found.origin, SessionOrigin::Import1);
    assert_eq!((found.id.as_str(), found.name.as_str()), ("s-1", "orders"));
    assert_eq!(
        found.config.as_deref(),
        Some("configs/workflows/orders.yaml")
    );
    assert_eq!(found.workflow_id.as_deref(), Some("orders_1"));
    let (created, updated) = (found.created_at.unwrap(), found.updated_at.unwrap());
    assert_eq!(
        (created.text.as_str(), created.has_zone),
        ("2025-10-22T16:34:52.728718", false)
    );
    assert_eq!(
        (updated.text.as_str(), updated.has_zone),
        ("2025-10-22T16:40:00+08:00", true)
    );
    assert_eq!(found.status, SessionStatus::Interrupted);
    assert_eq!(found.stated_status.as_deref(), Some("active"));
    // As they are spelled.
    let temperature = found
        .agent
        .as_ref()
        .and_then(|agent| agent.get("temperature"));
    assert_eq!(temperature, Some(&Value::Number("0.50".to_owned())));
    let state = found.state.unwrap();
    assert_eq!(
        state.get("count").and_then(Value::as_number),
        Some("12345678901234567890123")
    );
    assert!(found.definition.unwrap().pointer("/nodes/load").is_some());
}

#[test]
fn what_the_file_does_not_say_is_told_by_its_name() {
    let found = fixture("session_v1_other_id.json").unwrap();
    assert_eq!(found.origin, SessionOrigin::Import1);
    assert_eq!(found.id, "20251022163452");
    assert_eq!(found.name, "session_v1_other_id");
    assert_eq!(
        found.config.as_deref(),
        Some("../configs/workflows/orders.yaml")
    );
    assert_eq!(found.status, SessionStatus::Completed);
    assert_eq!(
        (found.agent, found.state, found.created_at),
        (None, None, None)
    );
}

#[test]
fn the_second_kind_names_its_definition_alone() {
    let found = fixture("session_v2.json").unwrap();
    assert_eq!(found.origin, SessionOrigin::Import2);
    assert_eq!((found.id.as_str(), found.name.as_str()), ("s-2", "orders"));
    assert_eq!(
        found.config.as_deref(),
        Some("configs/workflows/orders.yaml")
    );
    assert_eq!(found.created_at.map(|at| at.has_zone), Some(true));
    assert_eq!(found.status, SessionStatus::Paused);
    assert_eq!(found.definition, None);
    let found = fixture("session_v2_no_config.json").unwrap();
    assert_eq!(found.origin, SessionOrigin::Import2);
    assert_eq!(found.id, "session_v2_no_config");
    assert_eq!((found.config, found.stated_status), (None, None));
    assert_eq!(found.status, SessionStatus::Interrupted);
}

#[test]
fn a_word_nobody_knows_is_kept() {
    let found = fixture("session_unknown_status.json").unwrap();
    assert_eq!(found.status, SessionStatus::Interrupted);
    assert_eq!(found.stated_status.as_deref(), Some("等待"));
    assert_eq!(found.definition, None);
}

#[rstest]
#[case("running", SessionStatus::Interrupted)]
#[case("PAUSED", SessionStatus::Paused)]
#[case("done", SessionStatus::Completed)]
#[case("failed", SessionStatus::Aborted)]
fn words_of_earlier_tools_are_understood(#[case] word: &str, #[case] status: SessionStatus) {
    let text = format!(r#"{{"session_id": "a", "status": "{word}", "state": {{}}}}"#);
    assert_eq!(read(text.as_bytes(), "a.json").unwrap().status, status);
}

#[test]
fn a_cut_file_is_told_with_its_place() {
    let Err(NoSession::Broken(why)) = fixture("session_cut.json") else {
        panic!("it is cut");
    };
    assert_eq!(why.code, "json_string_not_closed");
    assert_eq!(
        why.place.map(|place| (place.line, place.column)),
        Some((3, 33))
    );
}

#[rstest]
#[case(r#"{"metadata": {"session_id": "a"}}"#, "session_nothing_in_it")]
#[case(
    r#"{"session_id": "a", "workflow_config": null, "state": null}"#,
    "session_nothing_in_it"
)]
#[case("", "document_empty")]
#[case("{\"session_id\": \"a\", \"state\": NaN}", "json_not_finite")]
fn what_holds_no_session_is_broken(#[case] text: &str, #[case] code: &str) {
    let Err(NoSession::Broken(why)) = read(text.as_bytes(), "a.json") else {
        panic!("{text}");
    };
    assert_eq!(why.code, code);
}

#[rstest]
#[case("{}")]
#[case("[]")]
#[case("\"session_id\"")]
#[case(r#"{"metadata": {"version": 1}, "state": {}}"#)]
#[case(r#"{"metadata": "session_id", "state": {}}"#)]
#[case(r#"{"name": "a", "tasks": []}"#)]
fn anything_else_is_no_session(#[case] text: &str) {
    let found = read(text.as_bytes(), "a.json");
    assert!(matches!(found, Err(NoSession::Other(_))), "{found:?}");
}

#[test]
fn other_spellings_are_read_too() {
    let yaml = "session_id: ../s\nstate: {a: 1}\n";
    assert_eq!(read(yaml.as_bytes(), "x.yml").unwrap().id, "../s");
    let utf16: Vec<u8> = r#"{"session_id": "会话", "state": {}}"#
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let found = read(&utf16, "noname").unwrap();
    assert_eq!((found.id.as_str(), found.name.as_str()), ("会话", "noname"));
    assert!(
        matches!(read(b"\xff\xfe\xff", "x.json"), Err(NoSession::Broken(why)) if why.code == "encoding_unknown")
    );
}
