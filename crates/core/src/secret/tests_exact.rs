//! What goes and what stays, to the letter: in each row `⟦…⟧` stands around what has to go, and nothing else may.

use rstest::rstest;

use super::*;

const YAML: Option<Format> = Some(Format::Yaml);
const JSON: Option<Format> = Some(Format::Json);
const MARKDOWN: Option<Format> = Some(Format::Markdown);
/// A file with another ending.
const OTHER: Option<Format> = None;

/// Where the secrets of a row stand.
const MARKS: [char; 2] = ['⟦', '⟧'];

/// Asserts that exactly what is marked goes.
fn assert_exactly(format: Option<Format>, marked: &str) {
    let text = marked.replace(MARKS, "");
    let pieces = marked.split(MARKS).enumerate();
    let pieces = pieces.map(|(at, piece)| if at % 2 == 1 { MASK } else { piece });
    let expected: String = pieces.collect();
    let found = masked(format, text.as_bytes());
    let is_whole = found.as_ref().is_some_and(|found| found.is_whole);
    let left = found.map_or_else(
        || text.clone(),
        |found| String::from_utf8(found.bytes).unwrap(),
    );
    assert_eq!(left, expected);
    assert!(!is_whole);
    assert_eq!(masked(format, left.as_bytes()), None, "{left}");
    if let Some(Ok(document)) = format.map(|format| Document::parse(format, text.clone())) {
        assert_eq!(contains_key(&document), text != expected, "{text}");
    }
}

#[rstest]
#[case::blanks(YAML, "command: connect --password \"⟦two words here⟧\" db\n")]
#[case::single(YAML, "command: connect --password '⟦two words⟧' --user bob\n")]
#[case::signed(YAML, "command: connect --password='⟦two words⟧' db\n")]
#[case::open(YAML, "command: connect --password \"⟦two words⟧\n")]
#[case::open_in_json(JSON, r#"{"command": "连接 --password '⟦两个 词语🔑⟧"}"#)]
#[case::letters(
    YAML,
    "command: 连接 --password “⟦两 个⟧” --password \"⟦两个 词语 x⟧\" 然后\n"
)]
#[case::one_behind_another(YAML, "command: a --password \"⟦one two⟧\" --token \"⟦a b c d⟧\" -v\n")]
#[case::in_program(OTHER, "#!/bin/sh\nset -e\nconnect --password=\"⟦two words⟧\" db\n")]
#[case::in_prose(MARKDOWN, "Run `connect --password='⟦two words9⟧' db` now.\n")]
fn what_is_quoted_behind_an_option_goes(#[case] format: Option<Format>, #[case] text: &str) {
    assert_exactly(format, text);
}

/// A private key, with `@` for what stands in none of the files of this program.
const PEM: &str = "-----BEGIN @-----\nMIIEabc0123\nxyz+/09==\n-----END @-----";

/// Of what stands beside a private key only what is secret goes.
#[rstest]
#[case::in_quotes("USER=bob\nPASS=⟦hunter22⟧\nKEY=\"⟦PEM⟧\"\nX=1\n")]
#[case::bare("USER=bob\nPASS=⟦hunter⟧\nKEY=⟦PEM⟧\nX=1\n")]
#[case::alone("PASS=⟦hunter22⟧\n⟦PEM⟧\nX=1\n")]
#[case::behind("KEY=⟦PEM⟧\nPASS=⟦hunter⟧\nlimit=12\n")]
#[case::in_shell("#!/bin/sh\nset -e\nPASS=⟦hunter22⟧\ncat <<E\n⟦PEM⟧\nE\nrun ok\n")]
#[case::counted("#!/bin/sh\nPASS=0\nFAIL=0\ncat <<E\n⟦PEM⟧\nE\nPASS=$((PASS + 1))\n")]
#[case::tested("FAIL=3\nPASS=deploy_now\nKEY=⟦PEM⟧\n")]
fn beside_a_private_key_only_secrets_go(#[case] text: &str) {
    let pem = PEM.replace('@', &["PRIVATE", "KEY"].join(" "));
    assert_exactly(OTHER, &text.replace("PEM", &pem));
}
