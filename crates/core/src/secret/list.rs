//! Lists of secrets in settings and programs: `api_keys = ["…", "…"]`.

use super::name::{is_of_several, is_secret};
use super::places::SecretKind;
use super::shape::Found;
use super::text::{closing, key_before};

/// Where the next text of a list begins: with nothing before it but commas and comments.
fn quoted_behind(list: &str, at: usize) -> Option<usize> {
    let mut rest = list.get(at..)?;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        let Some(comment) = rest.strip_prefix('#') else {
            break;
        };
        rest = &comment[comment.find('\n')?..];
    }
    rest.starts_with(['"', '\''])
        .then(|| list.len() - rest.len() + 1)
}

/// The texts of lists that have the name of secrets: `api_keys = ["…", "…"]`.
pub(super) fn lists_in(text: &str) -> Vec<Found> {
    /// The longest list, in bytes.
    const LONGEST: usize = 8_192;
    let mut found = Vec::new();
    let mut told = 0;
    for (at, _) in text.match_indices('[') {
        let before = text[told.min(at)..at].trim_end();
        let name = before.strip_suffix(['=', ':']).filter(|_| at >= told);
        let name = name.and_then(key_before);
        let Some(name) = name.filter(|name| is_of_several(name)) else {
            continue;
        };
        let list = &text[at..text.floor_char_boundary(at.saturating_add(LONGEST))];
        let list = &list[..list.find(']').unwrap_or(list.len())];
        let mut here = 1;
        while let Some(begin) = quoted_behind(list, here) {
            let quote = char::from(list.as_bytes()[begin - 1]);
            let end = begin + closing(&list[begin..], quote);
            let word = &list[begin..end];
            // What is named after what it has is a feature of a program.
            if is_secret(name, word) && !name.starts_with(word) {
                found.push((at + begin..at + end, SecretKind::Name));
            }
            here = end + 1;
        }
        told = at + list.len();
    }
    found
}
