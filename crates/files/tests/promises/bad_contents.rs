//! Documents that the manifest vouches for and that are no readable documents, or odd ones
//! (reliability, rows 26–31, 34, 35).

use rstest::rstest;

use crate::broken_backup::{ALL, BrokenBackup, OTHERS, Told, VICTIM, damaged};
use crate::catalog::Catalog;

#[rstest]
#[case::key_twice(br#"{"name": "B", "name": "C"}"#, "document_duplicate_key")]
#[case::not_a_number(br#"{"n": NaN}"#, "json_not_finite")]
#[case::infinity(br#"{"n": -Infinity}"#, "json_not_finite")]
#[case::lone_surrogate(br#"{"n": "\ud800"}"#, "json_lone_surrogate")]
#[case::no_utf_8(b"{\"n\": \"\xff\xfe\"}", "encoding_unknown")]
#[case::gbk(b"{\"n\": \"\xb2\xe2\xca\xd4\"}", "encoding_unknown")]
#[case::utf_16(b"\xff\xfe{\0}\0", "encoding_unknown")]
#[case::nothing(b"", "document_empty")]
#[case::half(br#"{"name": "B", "tasks": ["#, "json_cut_short")]
fn what_cannot_be_read_is_named_and_the_rest_comes_in(#[case] bytes: &[u8], #[case] code: &str) {
    let backup = BrokenBackup::new();
    backup.forge(bytes);
    assert_eq!(backup.restores(&OTHERS), damaged(code));
}

#[test]
fn a_nesting_bomb_is_named() {
    let backup = BrokenBackup::new();
    let bomb = format!("{{\"n\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    backup.forge(bomb.as_bytes());
    assert_eq!(backup.restores(&OTHERS), damaged("document_too_deep"));
}

#[test]
fn what_is_too_large_is_named_without_being_read() {
    let backup = BrokenBackup::new();
    let bytes: u64 = 100 << 20;
    // A hundred megabytes that take no room.
    std::fs::File::create(backup.victim())
        .unwrap()
        .set_len(bytes)
        .unwrap();
    backup.change_entry(VICTIM, |entry| entry["bytes"] = bytes.into());
    assert_eq!(backup.restores(&OTHERS), damaged("file_too_large"));
}

#[test]
fn a_document_beyond_the_limit_is_named() {
    let backup = BrokenBackup::new();
    let text = format!(
        "{{\"n\": \"{}\"}}",
        "x".repeat(flowkeep_core::MAX_DOCUMENT_BYTES)
    );
    backup.forge(text.as_bytes());
    assert_eq!(backup.restores(&OTHERS), damaged("document_too_large"));
}

/// Odd, but readable: kept as the text it is, to the last byte.
#[rstest]
#[case::numbers(r#"{"name": "N", "n": [1e400, 9223372036854775808, -0, 1.10]}"#)]
#[case::byte_order_mark("\u{feff}{\"name\": \"B\"}")]
#[case::line_ends("{\r\n  \"name\": \"B\"\r\n}\r\n")]
#[case::id_a_number(r#"{"id": 7, "name": "B"}"#)]
#[case::id_an_object(r#"{"id": {"x": 1}, "name": "B"}"#)]
#[case::name_null(r#"{"name": null}"#)]
#[case::stages_a_text(r#"{"name": "B", "stages": "none"}"#)]
#[case::tasks_numbers(r#"{"name": "B", "tasks": [1, null, {}]}"#)]
#[case::unknown_keys(r#"{"name": "B", "__class__": "x", "_sa_instance_state": {}}"#)]
#[case::an_id_elsewhere(r#"{"id": "../../c", "name": "B"}"#)]
#[case::list_at_the_top("[1, 2]")]
fn what_is_odd_is_kept_as_it_is(#[case] text: &str) {
    let backup = BrokenBackup::new();
    backup.forge(text.as_bytes());
    assert_eq!(backup.restores(&ALL), Told::default());
    let catalog = Catalog::new();
    let (mut staging, _) = catalog.plan(backup.folder()).unwrap();
    catalog.apply(&mut staging);
    let kept = &catalog.texts()[&(flowkeep_core::Kind::Workflow, VICTIM.to_owned())];
    assert_eq!(kept, text);
}

#[test]
fn a_wrapper_that_holds_no_document_is_named() {
    for (raw, code) in [
        ("name: [", "yaml_bracket_not_closed"),
        ("a: 1\na: 2\n", "document_duplicate_key"),
    ] {
        let backup = BrokenBackup::new();
        let wrapper = serde_json::json!({
            "id": "r", "kind": "roadmap", "name": "Road", "format": "yaml", "raw": raw});
        let bytes = wrapper.to_string().into_bytes();
        std::fs::write(backup.path(&backup.relative("r")), &bytes).unwrap();
        backup.change_entry("r", |entry| {
            entry["sha256"] = flowkeep_core::Sha256::of(&bytes).to_string().into();
            entry["bytes"] = bytes.len().into();
        });
        let told = backup.restores(&["a", VICTIM, "c", "u"]);
        assert_eq!(told.damaged, [("Road".to_owned(), code.to_owned())]);
    }
}

#[test]
fn two_files_with_one_id_both_wait_for_a_person() {
    let backup = BrokenBackup::new();
    backup.change_entry("c", |entry| entry["id"] = VICTIM.into());
    let told = backup.restores(&["a", "r", "u"]);
    let names: Vec<_> = told.damaged.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Bread", "Cheese"]);
    assert!(told.damaged.iter().all(|(_, code)| code == "duplicate"));
}

/// Ids are data: none is ever a path (rows 24, 25).
#[test]
fn any_id_is_kept_as_data() {
    for id in [
        "../../etc/passwd",
        "/etc/passwd",
        "a/b",
        "",
        "CON",
        "x\u{0}y",
        "\u{202e}x",
    ] {
        let backup = BrokenBackup::new();
        backup.change_entry(VICTIM, |entry| entry["id"] = id.into());
        assert_eq!(
            backup.restores(&["a", id, "c", "r", "u"]),
            Told::default(),
            "{id:?}"
        );
    }
}
