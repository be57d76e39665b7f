//! YAML of several documents in one file, as Kubernetes and others have it.

use std::ops::Range;

/// What stands before a document.
pub(crate) const SEPARATOR: &str = "---";

/// What ends one.
const END: &str = "...";

/// Where the documents of a YAML text stand, one behind the other and without anything between them: each begins with
/// the line that separates it from the one before it. In YAML such a line is of no text, whatever it stands in.
pub(crate) fn parts(text: &str) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut begin = 0;
    let mut says_something = false;
    let mut is_ended = false;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let plain = line.trim_start_matches('\u{feff}');
        let rest = marked(plain, SEPARATOR);
        if (rest.is_some() || is_ended) && says_something {
            parts.push(begin..at);
            begin = at;
            says_something = false;
        }
        is_ended = marked(plain, END).is_some();
        says_something |= !is_ended && says(rest.unwrap_or(plain));
        at += line.len();
    }
    if says_something || parts.is_empty() {
        parts.push(begin..text.len());
    } else if let Some(last) = parts.last_mut() {
        last.end = text.len();
    }
    parts
}

/// What stands behind a mark with which a line begins.
fn marked<'l>(line: &'l str, mark: &str) -> Option<&'l str> {
    let rest = line.strip_prefix(mark)?;
    (rest.is_empty() || rest.starts_with(char::is_whitespace)).then_some(rest)
}

/// Whether a line is more than a comment or a directive.
fn says(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with(['#', '%'])
}
