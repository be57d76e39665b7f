//! Every shape of file an import may meet, recognised for what it is.

#![cfg(test)]

use std::path::Path;

use flowkeep_core::{Document, Encoding, Format, Kind, Recognised, Summary, recognise, wrap};
use rstest::rstest;

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/fixtures")
            .join(name),
    )
    .unwrap()
}

fn found(name: &str) -> Recognised {
    recognise(&fixture(name), name, None)
}

fn summary(name: &str) -> Summary {
    match found(name) {
        Recognised::Document { summary, .. } => summary,
        other => panic!("{other:?}"),
    }
}

#[rstest]
#[case("nightly.json", Kind::Workflow, Format::Json, "tasks", "夜间汇总", [0, 2, 0])]
#[case("onboarding.json", Kind::Workflow, Format::Json, "stages", "onboarding", [2, 0, 0])]
#[case("stored_stages.json", Kind::Workflow, Format::Json, "stages", "Stored", [2, 0, 0])]
#[case("chain.json", Kind::Workflow, Format::Json, "chain", "Chain", [0, 2, 0])]
#[case("graph.yaml", Kind::Workflow, Format::Yaml, "graph", "support", [0, 2, 0])]
#[case("secrets.json", Kind::Workflow, Format::Json, "tasks", "Keys", [0, 1, 0])]
#[case("roadmap.yaml", Kind::Roadmap, Format::Yaml, "roadmap", "示范路线图", [0, 1, 1])]
#[case("roadmap_tasks.json", Kind::Roadmap, Format::Json, "roadmap", "Only tasks", [0, 1, 0])]
#[case("review.mdc", Kind::Rule, Format::Markdown, "rule", "审核流程", [0, 0, 0])]
#[case("house_rule.json", Kind::Rule, Format::Json, "rule", "House rule", [0, 0, 0])]
#[case("flow_template.json", Kind::Template, Format::Json, "template", "flow_template", [0, 0, 0])]
#[case("roadmap_template.yaml", Kind::Template, Format::Yaml, "template", "roadmap_template", [0, 0, 0])]
#[case("rule_template.md", Kind::Template, Format::Markdown, "template", "rule_template", [0, 0, 0])]
fn documents(
    #[case] name: &str,
    #[case] kind: Kind,
    #[case] format: Format,
    #[case] shape: &str,
    #[case] title: &str,
    #[case] counts: [u32; 3],
) {
    let bytes = fixture(name);
    let Recognised::Document {
        kind: seen,
        document,
        encoding,
        summary,
    } = found(name)
    else {
        panic!("{:?}", found(name))
    };
    assert_eq!(
        (seen, document.format(), encoding),
        (kind, format, Encoding::Utf8)
    );
    assert_eq!(
        (summary.shape.as_str(), summary.name.as_str()),
        (shape, title)
    );
    assert_eq!([summary.stages, summary.tasks, summary.milestones], counts);
    assert_eq!(
        document.text().as_bytes(),
        bytes,
        "the text is kept byte for byte"
    );
    assert_eq!(summary.problems, 0);
}

#[rstest]
#[case("session_v1.json", "not_ours_session")]
#[case("session_v2.json", "not_ours_session")]
#[case("execution.json", "not_ours_execution_log")]
#[case("operation.json", "not_ours_operation_log")]
#[case("manifest.json", "not_ours_backup_manifest")]
#[case("backup_info.json", "not_ours_archive_record")]
#[case("model.yaml", "not_ours_configuration")]
#[case("model_groups.yaml", "not_ours_configuration")]
#[case("list.json", "not_ours_list")]
#[case("other.json", "not_ours_unknown_shape")]
#[case("notes.md", "not_ours_plain_text")]
fn what_is_not_ours_is_said(#[case] name: &str, #[case] code: &str) {
    match found(name) {
        Recognised::NotOurs(message) => assert_eq!(message.code, code),
        other => panic!("{other:?}"),
    }
}

#[rstest]
#[case(&fixture("cut.json"), "cut.json", "json_cut_short", Some((2, 1)))]
#[case(&fixture("trailing.yaml"), "trailing.yaml", "yaml_expected_colon", Some((3, 1)))]
#[case(b"", "a.json", "document_empty", None)]
#[case(b" \n", "a.mdc", "document_empty", None)]
#[case(b"{\"a\": \"caf\xe9 \"}", "a.json", "encoding_unknown", None)]
#[case(b"\x89PNG\r\n\x1a\n\0\0", "a.yaml", "encoding_unknown", None)]
fn what_is_broken_is_placed(
    #[case] bytes: &[u8],
    #[case] name: &str,
    #[case] code: &str,
    #[case] place: Option<(u32, u32)>,
) {
    match recognise(bytes, name, None) {
        Recognised::Broken(message) => {
            assert_eq!(message.code, code);
            assert_eq!(message.place.map(|place| (place.line, place.column)), place);
        }
        other => panic!("{other:?}"),
    }
}

#[rstest]
#[case(b"\x89PNG\r\n\x1a\n\0\0", "a.png", "not_ours_binary")]
#[case(b"", "a.txt", "document_empty")]
#[case(b"some words", "a.txt", "not_ours_unknown_format")]
fn other_files_are_skipped(#[case] bytes: &[u8], #[case] name: &str, #[case] code: &str) {
    match recognise(bytes, name, None) {
        Recognised::NotOurs(message) => assert_eq!(message.code, code),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_document_too_large_is_refused_with_its_size() {
    let bytes = vec![b' '; flowkeep_core::MAX_DOCUMENT_BYTES + 1];
    match recognise(&bytes, "a.json", None) {
        Recognised::Broken(message) => {
            assert_eq!(message.code, "document_too_large");
            assert_eq!(
                (
                    message.fields["megabytes"].as_str(),
                    message.fields["limit"].as_str()
                ),
                ("17", "16")
            );
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_the_user_said_wins_where_the_shape_allows() {
    let kind = |bytes: &[u8], name: &str, expected| match recognise(bytes, name, Some(expected)) {
        Recognised::Document { kind, .. } => Ok(kind),
        Recognised::NotOurs(message) | Recognised::Broken(message) => Err(message.code),
    };
    assert_eq!(
        kind(b"{\"id\": \"x\"}", "x.json", Kind::Workflow),
        Ok(Kind::Workflow)
    );
    assert_eq!(
        kind(&fixture("roadmap.yaml"), "roadmap.yaml", Kind::Template),
        Ok(Kind::Template)
    );
    assert_eq!(
        kind(&fixture("notes.md"), "notes.md", Kind::Rule),
        Ok(Kind::Rule)
    );
    assert_eq!(kind(b"Be kind.", "rule.txt", Kind::Rule), Ok(Kind::Rule));
    assert_eq!(
        kind(b"name: x\n", "flow.txt", Kind::Workflow),
        Ok(Kind::Workflow)
    );
    assert_eq!(
        kind(&fixture("notes.md"), "notes.md", Kind::Roadmap),
        Err("not_ours_plain_text".into())
    );
    assert_eq!(
        kind(b"[1]", "x.json", Kind::Workflow),
        Err("document_not_an_object".into())
    );
    assert_eq!(
        kind(&fixture("manifest.json"), "m.json", Kind::Rule),
        Err("not_ours_backup_manifest".into())
    );
}

#[test]
fn ids_times_and_dangers_are_summarised() {
    let nightly = summary("nightly.json");
    assert_eq!(
        (nightly.id.as_deref(), nightly.derived_id.as_str()),
        (Some("nightly"), "nightly")
    );
    assert_eq!(nightly.created_at.as_deref(), Some("2024-03-01 08:00:00"));
    assert_eq!(nightly.updated_at, None, "a time of 1900 means none");
    assert_eq!(nightly.doc_type.as_deref(), Some("report"));
    assert!(nightly.runs_something && !nightly.contains_key);
    assert_eq!(
        nightly.search,
        "夜间汇总 nightly report Load 核对 Sums up the orders of the day before."
    );

    let stored = summary("stored_stages.json");
    assert_eq!(stored.id.as_deref(), Some("9223372036854775808"));
    assert!(!stored.runs_something);

    let onboarding = summary("onboarding.json");
    assert_eq!(onboarding.id, None);
    assert!(onboarding.derived_id.starts_with("d-") && onboarding.derived_id.len() == 18);
    assert_eq!(onboarding.derived_id, summary("onboarding.json").derived_id);
    assert!(!onboarding.name_given && onboarding.search.contains("收集资料"));

    assert!(summary("secrets.json").contains_key);
    assert!(
        !summary("graph.yaml").contains_key,
        "a placeholder is no key"
    );
}

#[test]
fn older_encodings_are_recognised_and_named() {
    let text = String::from_utf8(fixture("nightly.json")).unwrap();
    let (gbk, _, _) = encoding_rs::GB18030.encode(&text);
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, expected) in [
        (gbk.into_owned(), Encoding::Gb18030),
        (utf16, Encoding::Utf16),
    ] {
        match recognise(&bytes, "nightly.json", None) {
            Recognised::Document {
                document, encoding, ..
            } => {
                assert_eq!(encoding, expected);
                assert_eq!(document.text(), text);
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_document_in_a_wrapper_is_itself_with_the_wrappers_id() {
    let text = String::from_utf8(fixture("review.mdc")).unwrap();
    let document = Document::parse(Format::Markdown, text).unwrap();
    let wrapped = wrap("../审核", Kind::Rule, "审核", &document);
    assert!(
        wrapped.starts_with("{\n  \"id\": \"../审核\",\n  \"kind\": \"rule\",")
            && wrapped.ends_with("}\n")
    );
    match recognise(wrapped.as_bytes(), "whatever.json", Some(Kind::Rule)) {
        Recognised::Document {
            kind,
            document: unwrapped,
            summary,
            ..
        } => {
            assert_eq!((kind, unwrapped), (Kind::Rule, document));
            assert_eq!(
                (summary.id.as_deref(), summary.name.as_str()),
                (Some("../审核"), "审核")
            );
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_wrapper_may_be_larger_than_what_it_holds() {
    let text = format!("description: |\n  {}\n", "\"".repeat(12 << 20));
    let document = Document::parse(Format::Yaml, text).unwrap();
    let wrapped = wrap("big", Kind::Roadmap, "Big", &document);
    assert!(wrapped.len() > flowkeep_core::MAX_DOCUMENT_BYTES);
    match recognise(wrapped.as_bytes(), "big.json", Some(Kind::Roadmap)) {
        Recognised::Document {
            document: unwrapped,
            ..
        } => assert_eq!(unwrapped, document),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_wrapper_with_something_unreadable_in_it_is_broken() {
    let text = r#"{"id": "a", "kind": "rule", "name": "n", "format": "json", "raw": "{"}"#;
    match recognise(text.as_bytes(), "a.json", None) {
        Recognised::Broken(message) => assert_eq!(message.code, "json_cut_short"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_placeholder_is_no_id_and_a_templates_name_no_template() {
    let text = "---\nid: \"{{ id }}\"\nname: T\n---\n{{ text }}\n";
    match recognise(text.as_bytes(), "t.md", None) {
        Recognised::Document { kind, summary, .. } => {
            assert_eq!((kind, summary.id), (Kind::Template, None));
        }
        other => panic!("{other:?}"),
    }
    let text = r#"{"id": "w", "name": "W", "template": "default_flow", "trigger": "api"}"#;
    match recognise(text.as_bytes(), "w.json", None) {
        Recognised::Document { kind, .. } => assert_eq!(kind, Kind::Workflow),
        other => panic!("{other:?}"),
    }
}
