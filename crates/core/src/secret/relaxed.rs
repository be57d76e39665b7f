//! JSON with comments and with commas behind the last of a list, as many programs have it for their settings.

use std::ops::Range;

/// The same text with blanks for its comments and for commas that nothing follows, so that all else stands where it
/// stood, and where the comments are. Nothing where it has neither.
pub(super) fn plain(text: &str) -> Option<(String, Vec<Range<usize>>)> {
    let mut comments = Vec::new();
    let mut commas = Vec::new();
    let mut comma = None;
    let mut at = 0;
    while let Some(sign) = text[at..].chars().next() {
        let rest = &text[at..];
        let end = match sign {
            '"' => at + string(rest),
            '/' if rest.starts_with("//") => at + rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => at + rest.find("*/")? + 2,
            _ => at + sign.len_utf8(),
        };
        if sign == '/' && end > at + 1 {
            comments.push(at..end);
        } else if sign == ',' {
            comma = Some(at);
        } else if !sign.is_whitespace() {
            let is_last = matches!(sign, '}' | ']');
            commas.extend(comma.take().filter(|_| is_last));
        }
        at = end;
    }
    if comments.is_empty() && commas.is_empty() {
        return None;
    }
    let mut bytes = text.as_bytes().to_owned();
    for at in comments.iter().cloned().flatten().chain(commas) {
        if bytes[at] != b'\n' {
            bytes[at] = b' ';
        }
    }
    Some((String::from_utf8(bytes).ok()?, comments))
}

/// How long the text in quotes is with which this begins.
fn string(text: &str) -> usize {
    let mut signs = text.char_indices().skip(1);
    while let Some((at, sign)) = signs.next() {
        match sign {
            '\\' => {
                signs.next();
            }
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}
