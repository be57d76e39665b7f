//! Whatever comes in, something sensible comes out.

use flowkeep_core::{
    Document, Format, Kind, Recognised, differences, recognise, summarise, validate_for_start, wrap,
};
use proptest::prelude::*;

use crate::generate::{choices, json_text, object, text, yaml_text};

fn names() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "a.json",
        "b.yaml",
        "c.md",
        "d.mdc",
        "e.txt",
        "f",
        "测试.yml",
        ".json",
    ])
}

fn kinds() -> impl Strategy<Value = Kind> {
    prop::sample::select(Kind::ALL.to_vec())
}

proptest! {
    #[test]
    fn any_bytes_are_recognised_as_something(
        bytes in prop::collection::vec(any::<u8>(), 0..80),
        name in names(),
        expected in prop::option::of(kinds()),
    ) {
        recognise(&bytes, name, expected);
    }

    #[test]
    fn any_text_is_read_or_refused_with_a_place(content in "(\\PC|\\s){0,60}", name in names()) {
        if let Recognised::Broken(message) = recognise(content.as_bytes(), name, None) {
            prop_assert!(message.place.is_some() || message.code == "document_empty", "{message:?}");
        }
        for format in [Format::Json, Format::Yaml, Format::Markdown] {
            if let Ok(document) = Document::parse(format, content.clone()) {
                prop_assert_eq!(document.text(), &content);
            }
        }
    }

    #[test]
    fn any_object_is_summarised_validated_and_compared(
        before in object(),
        after in object(),
        kind in kinds(),
        mut choices in choices(),
    ) {
        let parse = |format, text: String| Document::parse(format, text).unwrap();
        let before = parse(Format::Json, json_text(&before, &mut choices));
        let after = parse(Format::Yaml, yaml_text(&after, &mut choices));
        for document in [&before, &after] {
            let summary = summarise(kind, document, Some("x.json"));
            let validation = validate_for_start(kind, document, Vec::new());
            prop_assert_eq!(summary.problems as usize, validation.errors.len());
            prop_assert!(!summary.name.is_empty() && !summary.derived_id.is_empty());
            prop_assert!(summary.search.len() <= 600);
            for finding in validation.errors.iter().chain(&validation.warnings) {
                prop_assert!(finding.place.is_some());
                let at = finding.path.rsplit_once('/').map_or("", |(parent, _)| parent);
                prop_assert!(document.value().pointer(at).is_some() || finding.path.contains("stages_data"),
                    "{finding:?}");
            }
            prop_assert!(differences(kind, document, document).is_empty());
        }
        prop_assert!(!differences(kind, &before, &after).is_empty());
    }

    #[test]
    fn a_wrapped_document_comes_out_as_it_went_in(
        id in "[^\0]{1,12}",
        name in text(),
        kind in kinds(),
        value in object(),
        mut choices in choices(),
    ) {
        let document = Document::parse(Format::Yaml, yaml_text(&value, &mut choices)).unwrap();
        let wrapped = wrap(&id, kind, &name, &document);
        match recognise(wrapped.as_bytes(), "x.json", None) {
            Recognised::Document { kind: found, document: unwrapped, summary, .. } => {
                prop_assert_eq!(found, kind);
                prop_assert_eq!(unwrapped, document);
                prop_assert_eq!(summary.derived_id, id);
            }
            other => prop_assert!(false, "{other:?}"),
        }
    }
}
