//! Secrets that programs and descriptions of machines give under a name in quotes: `setenv("API_KEY", "…")`,
//! `variable "password" { default = "…" }`.

use std::ops::Range;

use super::name::{is_secret, is_secret_name};
use super::text::closing;

/// How functions end that are given a name and its value.
const FUNCTIONS: [&str; 6] = [
    "etenv(",
    "utenv(",
    "etEnv(",
    "etdefault(",
    "etProperty(",
    "EnvironmentVariable(",
];

/// The farthest the parts of one stand from each other.
const NEAR: usize = 1_024;

/// All that is given to a function behind a secret's name, and the defaults of variables with such names.
pub(super) fn calls_in(text: &str) -> Vec<Range<usize>> {
    let calls = FUNCTIONS.into_iter();
    let calls = calls.flat_map(|function| {
        let met = text.match_indices(function);
        met.map(|(at, function)| at + function.len())
    });
    let variables = text.match_indices("variable \"");
    let variables = variables.map(|(at, begin)| at + begin.len() - 1);
    let given = calls.filter_map(|at| given_at(text, at));
    given
        .chain(variables.filter_map(|at| default_at(text, at)))
        .collect()
}

/// The value behind the name in quotes that begins here: `"API_KEY", "…"`.
fn given_at(text: &str, at: usize) -> Option<Range<usize>> {
    let near = near(text, at);
    let name = quoted_at(near, skipped(near, at))?;
    if !is_secret_name(&near[name.clone()]) {
        return None;
    }
    let behind = skipped(near, name.end + 1);
    let behind = near[behind..].strip_prefix(',').map(|_| behind + 1)?;
    let value = quoted_at(near, skipped(near, behind))?;
    is_secret(&near[name], &near[value.clone()]).then_some(value)
}

/// The default in the block behind the name in quotes that begins here.
fn default_at(text: &str, at: usize) -> Option<Range<usize>> {
    let near = near(text, at);
    let name = quoted_at(near, at)?;
    if !is_secret_name(&near[name.clone()]) {
        return None;
    }
    let open = skipped(near, name.end + 1);
    let block = near[open..].strip_prefix('{')?;
    let begin = near.len() - block.len();
    // The next one has a block of its own.
    let block = &block[..block.find("variable \"").unwrap_or(block.len())];
    let mut met = block.match_indices("default").map(|(at, _)| at);
    met.find_map(|at| {
        let is_word = block[..at].ends_with(|c: char| c.is_whitespace() || c == '{');
        let behind = skipped(near, begin + at + "default".len());
        let behind = near[behind..].strip_prefix('=').map(|_| behind + 1)?;
        let value = quoted_at(near, skipped(near, behind))?;
        (is_word && is_secret(&near[name.clone()], &near[value.clone()])).then_some(value)
    })
}

fn near(text: &str, at: usize) -> &str {
    &text[..text.floor_char_boundary(at.saturating_add(NEAR))]
}

fn skipped(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    text.len() - rest.trim_start().len()
}

/// What is between the quotes that begin here.
fn quoted_at(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = text.get(at..)?;
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let length = closing(&rest[1..], quote);
    rest[1 + length..]
        .starts_with(quote)
        .then(|| at + 1..at + 1 + length)
}
