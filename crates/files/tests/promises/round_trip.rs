//! Any documents → backup → restore into an empty catalog → backup: the document files are the
//! same, bytes and names (reliability, row 36).

use std::collections::BTreeMap;

use flowkeep_core::{Format, Kind};
use proptest::prelude::*;
use serde_json::{Map, Number, Value};

use crate::catalog::{Catalog, Given, document_files};

/// Ids no file may be named after, and twins that must not meet.
fn id() -> impl Strategy<Value = String> {
    let nasty = [
        "../x",
        "/etc/passwd",
        "a/b",
        "",
        "CON",
        "NUL",
        "a:b",
        "x.",
        "x ",
        "a\nb",
        "\u{202e}gpj.exe",
        "\u{e9}",
        "e\u{301}",
        "A",
        "a",
        "\u{1f600}",
        "\u{0}",
        "..",
        "manifest.json",
    ];
    prop_oneof![
        3 => proptest::sample::select(nasty.map(str::to_owned).to_vec()),
        1 => Just("测".repeat(300)),
        2 => "\\PC{1,12}",
        1 => any::<String>(),
    ]
}

/// Numbers as people and programs spell them, beyond what a float holds.
fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        proptest::sample::select(vec![
            "1e400",
            "-0",
            "1.0",
            "1E+2",
            "9223372036854775808",
            "0.10"
        ])
        .prop_map(str::to_owned),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(|number| Value::Number(Number::from(number))),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// A JSON text in one of the layouts people and programs write.
fn json() -> impl Strategy<Value = String> {
    (value(), number(), 0..4_u8, any::<bool>()).prop_map(|(value, number, layout, bom)| {
        let inner = if layout % 2 == 0 {
            value.to_string()
        } else {
            serde_json::to_string_pretty(&value).unwrap()
        };
        let text = format!("{{\"name\": \"N\", \"n\": {number},\n\"tasks\": {inner}}}\n");
        let text = if layout >= 2 {
            text.replace('\n', "\r\n")
        } else {
            text
        };
        if bom { format!("\u{feff}{text}") } else { text }
    })
}

fn document() -> impl Strategy<Value = Given> {
    let kind = proptest::sample::select(Kind::ALL.to_vec());
    let text = prop_oneof![
        4 => json().prop_map(|text| (Format::Json, text)),
        1 => value().prop_map(|value| (Format::Yaml, format!("# said\nname: Y\nmilestones: {value}\n"))),
        1 => any::<String>().prop_map(|text| (Format::Markdown, text)),
    ];
    (kind, id(), text)
        .prop_map(|(kind, id, (format, text))| Given {
            kind,
            id,
            format,
            text,
        })
        // What cannot be read is never kept.
        .prop_filter("readable", |given| {
            flowkeep_core::Document::parse(given.format, given.text.clone()).is_ok()
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_backup_of_a_restored_backup_is_the_same(
        documents in prop::collection::vec(document(), 0..12),
        newer in prop::collection::vec(document(), 0..4),
    ) {
        let first = Catalog::new();
        first.keep(&documents);
        first.keep(&newer);
        let backup = first.back_up();
        prop_assert!(backup.damaged.is_empty());
        let second = Catalog::new();
        let (mut staging, read) = second.plan(&backup.folder).unwrap();
        prop_assert!(read.damaged_parts.is_empty());
        let outcome = second.apply(&mut staging);
        prop_assert_eq!(outcome.failed, 0);
        prop_assert_eq!(second.texts(), first.texts());
        let expected: BTreeMap<_, _> = documents
            .iter()
            .chain(&newer)
            .map(|given| ((given.kind, given.id.clone()), given.text.clone()))
            .collect();
        prop_assert_eq!(second.texts(), expected);
        let again = second.back_up();
        prop_assert_eq!(document_files(&again.folder), document_files(&backup.folder));
    }
}
