//! Whatever stands beside whatever, masking comes to an end and to a whole.

use proptest::prelude::*;

use super::*;

/// What texts are put together of: names, signs and marks that mean something, and what stands badly beside them.
const PIECES: [&str; 92] = [
    "\"",
    "'",
    "`",
    "“",
    "”",
    "「",
    "＂",
    "--password ",
    "--password=",
    "-p",
    "-a ",
    "-u bob:",
    "mysql ",
    "curl ",
    "sshpass ",
    "password",
    "PASS=",
    "DB_PASSWORD",
    "token: ",
    "api_keys = [",
    "=",
    ":",
    "：",
    "＝",
    "密码",
    "口令是",
    "苹果树",
    "请联系管理员",
    "密",
    "hunter2",
    "two words",
    "é",
    "🔑",
    "👩\u{200d}💻",
    " ",
    "\n",
    "\r\n",
    "\t",
    "\\",
    "\\\n",
    "\\u5bc6",
    "\0",
    "\u{feff}",
    "\u{a0}",
    "\u{3000}",
    "<password>",
    "</password>",
    "<![CDATA[",
    "<credentials>",
    "<name>password</name><value>",
    "-----BEGIN @-----",
    "-----END @-----",
    "MIIEabc0123",
    "| password |\n|---|\n",
    "|",
    "[",
    "]",
    "{",
    "}",
    "(",
    ")",
    "$(",
    "${",
    "${DB_PASSWORD:-",
    "[secrets]\n",
    "INSERT INTO t (a, password) VALUES (",
    "UPDATE t SET password = N'",
    "IDENTIFIED BY '",
    "#",
    ",",
    ";",
    "- ",
    "---\n",
    "kind: Secret\ndata:\n  a: ",
    "name: API_KEY\n",
    "value: ",
    "mail.password ",
    "machine h login bob password ",
    "ENV API_KEY ",
    "proxy_set_header X-Api-Key ",
    "requirepass ",
    "user a on >",
    "set \"API_KEY=",
    "set ",
    "variable \"password\" { default = \"",
    "os.environ[\"API_KEY\"]",
    "setenv(\"API_KEY\", \"",
    "h:1:d:u:",
    "password for bob is ",
    "pass\\u0077ord",
    "<a b=\"1\">",
    "<!--",
];

const FORMATS: [Option<Format>; 4] = [
    None,
    Some(Format::Json),
    Some(Format::Yaml),
    Some(Format::Markdown),
];

/// What masking a text comes to: its places are whole letters of it, in their order and apart, and what is left has
/// none.
fn assert_whole(format: Option<Format>, text: &str) {
    let Some(found) = masked(format, text.as_bytes()) else {
        return;
    };
    let known = crate::decode(text.as_bytes());
    let text = known.map_or_else(|| text.to_owned(), |(text, _)| text);
    let mut told = 0;
    for place in &found.places {
        let is_apart = told <= place.span.start && place.span.start < place.span.end;
        assert!(
            is_apart && text.get(place.span.clone()).is_some(),
            "{format:?} {text:?} {place:?}"
        );
        told = place.span.end;
    }
    let again = masked(format, &found.bytes);
    let left = String::from_utf8_lossy(&found.bytes);
    assert!(again.is_none(), "{format:?} {text:?} {left:?} {again:?}");
}

fn pieces(most: usize) -> impl Strategy<Value = String> {
    let piece = proptest::sample::select(PIECES.to_vec());
    proptest::collection::vec(piece, 1..=most).prop_map(|pieces| {
        let text = pieces.concat();
        text.replace('@', &["PRIVATE", "KEY"].join(" "))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_pieces_are_masked_whole(text in pieces(8)) {
        for format in FORMATS {
            assert_whole(format, &text);
        }
    }

    /// The same as a value, where it is what a program is called with, and behind names.
    #[test]
    fn any_pieces_in_a_document_are_masked_whole(
        text in pieces(8),
        name in proptest::sample::select(vec!["command", "args", "note", "password", "密码", "url"]),
    ) {
        let json = serde_json::json!({ name: text, "list": ["--password", text], "b": 1 });
        assert_whole(Some(Format::Json), &json.to_string());
        assert_whole(Some(Format::Yaml), &json.to_string());
        let lines = text.replace('\n', "\n  ");
        assert_whole(Some(Format::Yaml), &format!("{name}: |\n  {lines}\nb: 1\n"));
        assert_whole(None, &format!("{name} = {text}\n"));
        assert_whole(Some(Format::Markdown), &format!("```sh\n{text}\n```\n"));
    }
}
