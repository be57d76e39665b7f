//! Several statements in one text, told apart, and what a statement begins with.

/// The statements of a text, without the signs between them. Quoted texts, quoted names and comments
/// are passed over as the server reads them; what is only a comment is none.
pub(super) fn statements(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let (mut from, mut at, mut empty) = (0, 0, true);
    while at < bytes.len() {
        let rest = &bytes[at..];
        match rest[0] {
            b';' => {
                if !empty {
                    found.push(text[from..at].trim());
                }
                at += 1;
                (from, empty) = (at, true);
            }
            quote @ (b'\'' | b'"' | b'`') => {
                at += quoted(rest, quote);
                empty = false;
            }
            b'#' => at += line(rest),
            b'-' if begins_comment(rest) => at += line(rest),
            b'/' if rest.starts_with(b"/*") => {
                // What stands in such a comment with a mark is carried out.
                empty &= !(rest.starts_with(b"/*!") || rest.starts_with(b"/*M!"));
                at += block(rest);
            }
            other => {
                empty &= other.is_ascii_whitespace();
                at += 1;
            }
        }
    }
    if !empty {
        found.push(text[from..].trim());
    }
    found
}

/// The length of a quoted part, both quotes included. A quote that is doubled ends one part and
/// begins the next.
fn quoted(rest: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' if quote != b'`' => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

fn line(rest: &[u8]) -> usize {
    let end = rest.iter().position(|&byte| byte == b'\n');
    end.unwrap_or(rest.len())
}

fn block(rest: &[u8]) -> usize {
    let end = rest[2..].windows(2).position(|pair| pair == b"*/");
    end.map_or(rest.len(), |end| end + 4)
}

/// `5--3` is no comment.
fn begins_comment(rest: &[u8]) -> bool {
    rest.starts_with(b"--")
        && rest
            .get(2)
            .is_none_or(|byte| byte.is_ascii_whitespace() || byte.is_ascii_control())
}

/// What a text begins with, comments and brackets passed over; empty where that is no word.
pub(super) fn first_word(text: &str) -> &str {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        at += match rest[0] {
            b'(' => 1,
            byte if byte.is_ascii_whitespace() => 1,
            b'#' => line(rest),
            b'-' if begins_comment(rest) => line(rest),
            // One with a mark is carried out, from its version on.
            b'/' if rest.starts_with(b"/*!") || rest.starts_with(b"/*M!") => {
                let mark = |byte: &u8| b"/*M!".contains(byte) || byte.is_ascii_digit();
                rest.iter().take_while(|byte| mark(byte)).count()
            }
            b'/' if rest.starts_with(b"/*") => block(rest),
            _ => break,
        };
    }
    let rest = text.get(at..).unwrap_or_default();
    let end = rest.find(|c: char| !c.is_ascii_alphabetic());
    &rest[..end.unwrap_or(rest.len())]
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("SELECT 1", &["SELECT 1"])]
    #[case(" A; B ;; C; ", &["A", "B", "C"])]
    #[case("A ';' \";\" `;`; B", &["A ';' \";\" `;`", "B"])]
    #[case(r"A '\';'; B", &[r"A '\';'", "B"])]
    #[case("A 'it''s;'; B", &["A 'it''s;'", "B"])]
    #[case("A `\\`; B", &["A `\\`", "B"])]
    #[case("A -- ;\n; B # ;\n C", &["A -- ;", "B # ;\n C"])]
    #[case("SELECT 5--3; B", &["SELECT 5--3", "B"])]
    #[case("A /* ; */; B", &["A /* ; */", "B"])]
    #[case("/*! A */; -- nothing", &["/*! A */"])]
    #[case("-- nothing\n;/* nothing */", &[])]
    #[case("A 'unfinished; B", &["A 'unfinished; B"])]
    #[case("订单;'单;'", &["订单", "'单;'"])]
    fn they_are_told_apart(#[case] text: &str, #[case] expected: &[&str]) {
        assert_eq!(statements(text), expected);
    }

    #[rstest]
    #[case("SELECT 1", "SELECT")]
    #[case(" ((select 1))", "select")]
    #[case("-- SELECT\n OPTIMIZE TABLE t", "OPTIMIZE")]
    #[case("/* SELECT */# SELECT\nDROP", "DROP")]
    #[case("/*!50000 OPTIMIZE*/ TABLE t", "OPTIMIZE")]
    #[case("/*M!100100 SELECT*/ 1", "SELECT")]
    #[case("SHOW\tTABLES", "SHOW")]
    #[case("@x", "")]
    #[case("", "")]
    fn what_a_text_begins_with(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(first_word(text), expected);
    }
}
