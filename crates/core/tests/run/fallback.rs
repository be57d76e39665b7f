//! When another source stands in, and how what it took meets what is there by then.

use flowkeep_core::run::Routing;
use flowkeep_core::run::action::action;
use flowkeep_core::run::fallback::{Change, Failure, Fallen, Next, may_fall_back};
use flowkeep_core::{Value, json};
use proptest::prelude::*;
use rstest::rstest;

#[rstest]
#[case::nobody_there("server_refused", Failure::Down)]
#[case::no_such_name("server_unknown", Failure::Down)]
#[case::no_answer("server_silent", Failure::Down)]
#[case::cut_while_reading("server_cut", Failure::Down)]
#[case::file_gone("source_unreachable", Failure::Down)]
#[case::cut_while_writing("server_cut_writing", Failure::Unable)]
#[case::wrong_password("login_refused", Failure::Unable)]
#[case::password_not_entered("source_without_password", Failure::Unable)]
#[case::no_trust("server_untrusted", Failure::Unable)]
#[case::full("server_full", Failure::Unable)]
#[case::disk_full("source_full", Failure::Unable)]
#[case::other_program("source_busy", Failure::Unable)]
#[case::no_database("database_unknown", Failure::Unable)]
#[case::locked("rows_locked", Failure::Taken)]
#[case::added_meanwhile("key_exists", Failure::Taken)]
#[case::no_table("table_missing", Failure::Refused)]
#[case::no_right("right_missing", Failure::Doubtful)]
#[case::account_locked("server_refuses", Failure::Unable)]
#[case::authority_on_a_drive_that_is_not_there("ca_unreadable", Failure::Unable)]
#[case::a_page_to_log_in("elasticsearch_none", Failure::Unable)]
#[case::our_own_database("database_not_read", Failure::Unable)]
#[case::wrong_kind("source_unfit", Failure::Refused)]
#[case::statement("sql_failed", Failure::Doubtful)]
#[case::nobody_placed_it("what_a_later_version_says", Failure::Doubtful)]
fn what_is_down_and_what_is_only_unwell(#[case] code: &str, #[case] failure: Failure) {
    assert_eq!(Failure::of(code), failure);
}

#[rstest]
#[case::a_record("record.add", false, true, "server_refused", true)]
#[case::any_read("sql.query", true, true, "server_refused", true)]
#[case::a_command_that_reads("redis.command", true, true, "server_silent", true)]
#[case::sql_that_writes("sql.execute", false, true, "server_refused", false)]
#[case::not_allowed("record.add", false, false, "server_refused", false)]
#[case::not_allowed_to_read("record.get", true, false, "server_refused", false)]
#[case::a_password("record.add", false, true, "login_refused", false)]
#[case::nobody_knows("record.add", false, true, "server_cut_writing", false)]
fn another_source_stands_in_for_reads_and_records_alone(
    #[case] name: &str,
    #[case] reads: bool,
    #[case] allow_fallback: bool,
    #[case] code: &str,
    #[case] may: bool,
) {
    let routing = Routing {
        allow_fallback,
        ..Routing::default()
    };
    let action = action(name).unwrap();
    assert_eq!(may_fall_back(&routing, action, reads, code), may);
}

fn members(text: &str) -> Vec<(String, Value)> {
    match json::parse(text) {
        Value::Object(members) => members,
        other => panic!("{other:?}"),
    }
}

#[rstest]
#[case::new("add", r#"{"n": 1}"#, "", "", "add")]
#[case::added_before_a_crash(
    "add",
    r#"{"n": 1, "ok": true, "tags": [1], "note": null}"#,
    "",
    r#"{"id": "7", "N": "1.0", "ok": 1, "tags": "[1]"}"#,
    "done"
)]
#[case::taken("add", r#"{"n": 1}"#, "", r#"{"id": "7", "n": 2}"#, "fallen_taken")]
#[case::key_is_a_number_there("add", r#"{"n": 1}"#, "", r#"{"no": 7, "n": 1}"#, "done")]
#[case::found_by_another_key("add", r#"{"n": 1}"#, "", r#"{"id": "007", "n": 1}"#, "fallen_taken")]
#[case::unchanged(
    "update",
    r#"{"n": 2}"#,
    r#"{"n": 1, "m": 5}"#,
    r#"{"id": "7", "n": 1, "m": 7}"#,
    "update"
)]
#[case::changed(
    "update",
    r#"{"n": 2}"#,
    r#"{"n": 1}"#,
    r#"{"id": "7", "n": 3}"#,
    "fallen_changed"
)]
#[case::changed_alike(
    "update",
    r#"{"n": 2}"#,
    r#"{"n": 1}"#,
    r#"{"id": "7", "n": 2}"#,
    "done"
)]
#[case::another_ones(
    "update",
    r#"{"n": 2}"#,
    r#"{"n": 1}"#,
    r#"{"id": "07", "n": 1}"#,
    "fallen_changed"
)]
#[case::gone("update", r#"{"n": 2}"#, r#"{"n": 1}"#, "", "fallen_gone")]
#[case::never_there("update", r#"{"n": 2}"#, "", "", "fallen_gone")]
#[case::still_there(
    "delete",
    "{}",
    r#"{"id": "7", "n": 1}"#,
    r#"{"no": "7", "n": 1}"#,
    "delete"
)]
#[case::deleted("delete", "{}", r#"{"n": 1}"#, "", "done")]
#[case::another_by_now(
    "delete",
    "{}",
    r#"{"n": 1}"#,
    r#"{"id": 7, "n": 2}"#,
    "fallen_changed"
)]
#[case::never_seen("delete", "{}", "", r#"{"id": 7, "n": 2}"#, "fallen_unseen")]
fn a_fallen_write_meets_what_is_there(
    #[case] what: &str,
    #[case] values: &str,
    #[case] before: &str,
    #[case] there: &str,
    #[case] expected: &str,
) {
    let values = members(values);
    let some = |text: &str| (!text.is_empty()).then(|| json::parse(text));
    let (before, there, key) = (some(before), some(there), Value::from("7"));
    let fallen = Fallen {
        change: match what {
            "update" => Change::Update { values: &values },
            "delete" => Change::Delete,
            _ => Change::Add { values: &values },
        },
        key: &key,
        before: before.as_ref(),
        insists: false,
    };
    let told = match fallen.next(there.as_ref()) {
        Next::Done => "done".to_owned(),
        Next::Add => "add".to_owned(),
        Next::Update => "update".to_owned(),
        Next::Delete => "delete".to_owned(),
        Next::Ask(why) => why.code,
    };
    assert_eq!(told, expected);
}

/// A few values of a few columns, so that they often meet.
fn any_values() -> impl Strategy<Value = Vec<(String, Value)>> {
    let value = prop_oneof![
        Just(Value::Null),
        (0_i64..3).prop_map(Value::from),
        "[ab]".prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
    ];
    proptest::collection::btree_map("[xyz]", value, 0..3)
        .prop_map(|members| members.into_iter().collect())
}

/// A record as a source gives it.
fn keyed(mut members: Vec<(String, Value)>) -> Value {
    members.push(("id".to_owned(), "k".into()));
    Value::Object(members)
}

/// What is at the source after that.
fn after(next: &Next, values: &[(String, Value)], there: Option<Value>) -> Option<Value> {
    match next {
        Next::Done | Next::Ask(_) => there,
        Next::Add => Some(keyed(values.to_vec())),
        Next::Delete => None,
        Next::Update => {
            let mut members = there.unwrap().as_object().unwrap().to_vec();
            for (name, value) in values {
                members.retain(|(known, _)| known != name);
                members.push((name.clone(), value.clone()));
            }
            Some(Value::Object(members))
        }
    }
}

proptest! {
    /// Whatever is there: done twice is as good as once, nothing that somebody else wrote is lost
    /// unasked, and a person who insists is not asked again.
    #[test]
    fn a_fallen_write_is_done_once_and_overwrites_nothing_unasked(
        values in any_values(),
        before in proptest::option::of(any_values()),
        there in proptest::option::of(any_values()),
        which in 0..3_u8,
        insists in any::<bool>(),
    ) {
        let (before, there) = (before.map(keyed), there.map(keyed));
        let key = Value::from("k");
        let change = match which {
            0 => Change::Add { values: &values },
            1 => Change::Update { values: &values },
            _ => Change::Delete,
        };
        let fallen = Fallen { change, key: &key, before: before.as_ref(), insists };
        let next = fallen.next(there.as_ref());
        let now = after(&next, &values, there.clone());
        if let Next::Ask(_) = next {
            prop_assert!(!insists);
        } else {
            prop_assert_eq!(fallen.next(now.as_ref()), Next::Done, "{:?} then {:?}", next, now);
        }
        if !insists && matches!(next, Next::Update | Next::Delete) {
            // What was there is what was known to be there.
            let known = before.as_ref().and_then(Value::as_object).unwrap_or_default();
            for (name, value) in known {
                let touched = which == 2 || values.iter().any(|(column, _)| column == name);
                let found = there.as_ref().unwrap().get(name).unwrap_or(&Value::Null);
                let same = found.is_same(value)
                    || matches!((found, value), (Value::Bool(_), Value::Number(_)) | (Value::Number(_), Value::Bool(_)));
                prop_assert!(!touched || same, "{name}");
            }
        }
        if matches!(next, Next::Add) {
            prop_assert!(there.is_none());
        }
    }
}
