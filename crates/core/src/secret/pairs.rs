//! Names and values in texts that have their form but cannot be read: `name: DB_PASSWORD` above `value: …`, and names
//! with escaped letters.

use std::ops::Range;

use super::around::{is_named_value, is_naming};
use super::name::{is_secret, is_secret_name};
use super::settings::letters;
use super::text::closing;

/// The values whose names stand on the line above or below them.
pub(super) fn pairs_in(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut before: Option<Field<'_>> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let field = field_in(text, line, at);
        if let (Some(one), Some(other)) = (&before, &field)
            && !other.begins_item
        {
            let value = |named: &Field<'_>, value: &Field<'_>| {
                let name = &text[named.value.clone()];
                let is_pair = is_naming(named.name) && is_named_value(value.name);
                let is_one = is_pair && is_secret_name(name);
                (is_one && is_secret(name, &text[value.value.clone()])).then(|| value.value.clone())
            };
            found.extend(value(one, other).or_else(|| value(other, one)));
        }
        before = field;
        at += line.len();
    }
    found
}

/// A line that is a name and a value.
struct Field<'t> {
    name: &'t str,
    value: Range<usize>,
    /// Whether it is the first of an item of a list.
    begins_item: bool,
}

fn field_in<'t>(text: &'t str, line: &'t str, at: usize) -> Option<Field<'t>> {
    let inside = line.trim_start_matches([' ', '\t', '-']);
    let begins_item = line.trim_start().starts_with("- ");
    let (name, value) = inside.split_once(':')?;
    let name = name.trim().trim_matches(['"', '\'']);
    let value = value.trim_end().trim_end_matches(',');
    let begin = at + line.len() - inside.len() + inside.find(':')? + 1;
    let word = value.trim().trim_matches(['"', '\'']);
    let begin = begin + value.find(word)?;
    let is_one = !word.is_empty() && text[begin..].starts_with(word);
    is_one.then_some(Field {
        name,
        value: begin..begin + word.len(),
        begins_item,
    })
}

/// The texts behind names of secrets that are spelled with escaped letters.
pub(super) fn escaped_in(text: &str) -> Vec<Range<usize>> {
    /// The longest name.
    const LONGEST: usize = 256;
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, _) in text.match_indices("\\u") {
        let from = found.last().map_or(0, |last| last.end);
        if at < from {
            continue;
        }
        let near = text
            .ceil_char_boundary(at.saturating_sub(LONGEST))
            .max(from);
        let Some(open) = text[near..at].rfind('"').map(|open| near + open + 1) else {
            continue;
        };
        let end = open + closing(&text[open..text.floor_char_boundary(open + LONGEST)], '"');
        let behind = text[end..].strip_prefix('"').map(str::trim_start);
        let value = behind.and_then(|behind| behind.strip_prefix(':'));
        let Some(value) = value.and_then(|value| value.trim_start().strip_prefix('"')) else {
            continue;
        };
        let begin = text.len() - value.len();
        let value = begin..begin + closing(value, '"');
        if is_secret(&letters(&text[open..end]), &text[value.clone()]) {
            found.push(value);
        }
    }
    found
}
