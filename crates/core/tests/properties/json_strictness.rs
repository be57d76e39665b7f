//! Our JSON reader takes what `serde_json` takes and refuses what it refuses, except where ours
//! is meant to differ: repeated keys, a byte order mark, numbers beyond a float, 128 levels.

use flowkeep_core::{Document, Format};
use proptest::prelude::*;
use rstest::rstest;

use crate::generate::{choices, json_text, value};

fn ours(text: &str) -> Result<serde_json::Value, String> {
    let document =
        Document::parse(Format::Json, text.to_owned()).map_err(|message| message.code)?;
    assert_eq!(document.text(), text);
    Ok(document.value().to_json())
}

/// Whether this is JSON, by the other reader; `None` where it cannot tell.
fn theirs(text: &str) -> Option<bool> {
    match serde_json::from_str::<serde_json::Value>(text.trim_start_matches('\u{feff}')) {
        Ok(_) => Some(true),
        Err(error) if error.to_string().starts_with("number out of range") => None,
        Err(error) if error.to_string().starts_with("recursion limit") => None,
        Err(_) => Some(false),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_json_reads_as_it_was_written(value in value(), mut choices in choices()) {
        let text = json_text(&value, &mut choices);
        prop_assert_eq!(ours(&text), Ok(value));
    }

    #[test]
    fn a_damaged_text_is_refused_by_both_or_neither(
        value in value(),
        mut choices in choices(),
        at in any::<prop::sample::Index>(),
        damage in prop::sample::select(vec![
            "", ",", ":", "\"", "\\", "{", "}", "[", "]", "0", "-", ".", "e", "\u{1}", "\u{a0}",
            "\\ud800", "\\u00e9", "'", "//", "t", "null", "\u{2028}", "+", "\n", "\u{b}", "字",
        ]),
        cut in 0_usize..3,
    ) {
        let text = json_text(&value, &mut choices);
        let characters: Vec<char> = text.chars().collect();
        let at = at.index(characters.len());
        let mut damaged: String = characters[..at].iter().collect();
        damaged.push_str(damage);
        damaged.extend(characters.iter().skip(at + cut));
        // A mark in front is ours to skip, once.
        prop_assume!(!damaged.trim_start_matches('\u{feff}').is_empty());
        prop_assume!(!damaged.starts_with("\u{feff}\u{feff}"));
        let outcome = ours(&damaged);
        if outcome.as_ref().err().map(String::as_str) != Some("document_duplicate_key")
            && let Some(valid) = theirs(&damaged)
        {
            prop_assert_eq!(outcome.is_ok(), valid, "{:?}: {:?}", damaged, outcome);
        }
    }
}

#[rstest]
#[case("", "document_empty", 1, 1)]
#[case(" \r\n ", "document_empty", 2, 2)]
#[case("{\"a\": NaN}", "json_not_finite", 1, 7)]
#[case("[-Infinity]", "json_not_finite", 1, 2)]
#[case("{\n  // no\n}", "json_comment", 2, 3)]
#[case("[1, /* no */ 2]", "json_comment", 1, 5)]
#[case("[1,\n2,\n]", "json_trailing_comma", 2, 2)]
#[case("{\"a\": 1,}", "json_trailing_comma", 1, 8)]
#[case("{'a': 1}", "json_single_quotes", 1, 2)]
#[case("{\"a\": 'b'}", "json_single_quotes", 1, 7)]
#[case("{“a”: 1}", "json_curly_quotes", 1, 2)]
#[case("{\"a\"：1}", "json_full_width_mark", 1, 5)]
#[case("{a: 1}", "json_unquoted_key", 1, 2)]
#[case("{\"流程\": tru}", "json_unknown_word", 1, 8)]
#[case("[None]", "json_unknown_word", 1, 2)]
#[case("[tru", "json_cut_short", 1, 2)]
#[case("[\"\\ud83d x\"]", "json_lone_surrogate", 1, 3)]
#[case("[\"\\ude00\"]", "json_lone_surrogate", 1, 3)]
#[case("[\"\\u12\"]", "json_bad_escape", 1, 3)]
#[case("[\"\\x41\"]", "json_bad_escape", 1, 3)]
#[case("[\"a\nb\"]", "json_control_character", 1, 4)]
#[case("[007]", "json_leading_zero", 1, 2)]
#[case("[1.]", "json_malformed_number", 1, 2)]
#[case("[.5]", "json_malformed_number", 1, 2)]
#[case("[+1]", "json_malformed_number", 1, 2)]
#[case("[0x1F]", "json_malformed_number", 1, 2)]
#[case("[1e]", "json_malformed_number", 1, 2)]
#[case("{\"a\": 1, \"b\": 2,\n \"a\": 3}", "document_duplicate_key", 2, 2)]
#[case("{\"a\" 1}", "json_expected_colon", 1, 6)]
#[case("{\"a\": 1\r\n \"b\": 2}", "json_expected_comma", 2, 2)]
#[case("[1 2]", "json_expected_comma", 1, 4)]
#[case("[1,,2]", "json_extra_comma", 1, 4)]
#[case("[,1]", "json_extra_comma", 1, 2)]
#[case("{\"a\": }", "json_expected_value", 1, 7)]
#[case("[1}", "json_wrong_bracket", 1, 3)]
#[case("{\"a\": 1", "json_cut_short", 1, 8)]
#[case("{\"a\": \"b", "json_string_not_closed", 1, 7)]
#[case("{} {}", "json_text_after_value", 1, 4)]
#[case("{}\u{a0}", "json_text_after_value", 1, 3)]
#[case("[\u{b}1]", "json_unexpected_character", 1, 2)]
fn faults_have_their_own_code_and_place(
    #[case] text: &str,
    #[case] code: &str,
    #[case] line: u32,
    #[case] column: u32,
) {
    let message = Document::parse(Format::Json, text.to_owned()).unwrap_err();
    let place = message.place.unwrap();
    assert_eq!(
        (message.code.as_str(), place.line, place.column),
        (code, line, column)
    );
}

#[test]
fn depth_is_limited_not_the_stack() {
    let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    assert!(ours(&nested(128)).is_ok());
    assert_eq!(ours(&nested(129)), Err("document_too_deep".to_owned()));
    assert_eq!(ours(&nested(100_000)), Err("document_too_deep".to_owned()));
}

#[test]
fn numbers_keep_their_spelling() {
    let text = "[1.0, 1e5, 1E+05, -0, 1e400, 9223372036854775808, 0.10]";
    let document = Document::parse(Format::Json, text.to_owned()).unwrap();
    let spelled: Vec<_> = document
        .value()
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|n| n.as_number())
        .collect();
    assert_eq!(
        spelled,
        [
            "1.0",
            "1e5",
            "1E+05",
            "-0",
            "1e400",
            "9223372036854775808",
            "0.10"
        ]
    );
}

#[test]
fn the_second_of_two_equal_keys_among_many_is_named() {
    let mut keys: Vec<String> = (0..60).map(|n| format!("\"k{n}\": {n}")).collect();
    keys[50] = "\n\"k7\": 0".to_owned();
    let text = format!("{{{}}}", keys.join(","));
    let message = Document::parse(Format::Json, text).unwrap_err();
    assert_eq!(
        (message.code.as_str(), message.fields["key"].as_str()),
        ("document_duplicate_key", "k7")
    );
    assert_eq!(message.place.unwrap().line, 2);
}
