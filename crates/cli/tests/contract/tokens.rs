//! JSON compared as it is spelled: every string, number and sign in order, white space aside.

/// The tokens of a JSON text, as they are written.
pub(crate) fn tokens(text: &str) -> Vec<&str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        at = match bytes[at] {
            b' ' | b'\t' | b'\r' | b'\n' => {
                at += 1;
                continue;
            }
            b'"' => end_of_string(bytes, at + 1),
            b'{' | b'}' | b'[' | b']' | b',' | b':' => at + 1,
            _ => {
                let ends = |byte: &u8| b" \t\r\n,:{}[]\"".contains(byte);
                bytes[at..]
                    .iter()
                    .position(ends)
                    .map_or(bytes.len(), |length| at + length)
            }
        };
        tokens.push(&text[start..at]);
    }
    tokens
}

fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at + 1
}

#[test]
fn spelling_and_order_count_and_white_space_does_not() {
    assert_eq!(
        tokens("{\"a\\\"\": [1e5,-0 ,null]}\n"),
        [
            "{",
            "\"a\\\"\"",
            ":",
            "[",
            "1e5",
            ",",
            "-0",
            ",",
            "null",
            "]",
            "}"
        ]
    );
    assert_ne!(tokens("[1e5]"), tokens("[100000.0]"));
    assert_ne!(tokens(r#"{"a":1,"b":2}"#), tokens(r#"{"b":2,"a":1}"#));
}
