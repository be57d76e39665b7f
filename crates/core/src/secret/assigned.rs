//! Secrets in texts with which programs are called, and the like: `DB_PASSWORD=…`, `--password …`, `Password=…;`.

use std::ops::Range;

use super::around::Around;
use super::ends::end_of;
use super::name::{is_secret, is_secret_name};
use super::options::{Place, options_in};
use super::places::SecretKind;
use super::shape::Found;
use super::value::{default_of, is_no_secret, is_reference};

/// All that is given as a secret in the text of one value: behind `--password=` anywhere; behind any name and `=`
/// where the text is of one line, since more lines may be a program; behind `--password` and a space in a command.
pub(super) fn assigned_in(text: &str, around: Around<'_>) -> Vec<Found> {
    let mut found = signed_in(text);
    let place = match around {
        Around::Command => Place::Command,
        Around::Prose => Place::Prose,
        _ => Place::Lines,
    };
    found.extend(options_in(text, place));
    if around == Around::Joined {
        found.push(2..text.len());
    }
    if around == Around::Account {
        found.extend(of_account(text, 0..text.len()));
    }
    found.extend(accounts_in(text));
    found.extend(defaults_in(text, around.is_named()));
    let found = found.into_iter();
    found.map(|at| (at, SecretKind::Name)).collect()
}

fn signed_in(text: &str) -> Vec<Range<usize>> {
    let is_line = !text.trim().contains('\n');
    let begin = text.len() - text.trim_start().len();
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, _) in text.match_indices('=') {
        let told = found.last().map_or(0, |last| last.end);
        if at < told {
            continue;
        }
        let before = &text[told..at];
        let name = &before[before.trim_end_matches(is_in_name).len()..];
        let is_option = name.starts_with("--");
        if !(is_line || is_option) || name.is_empty() {
            continue;
        }
        let is_all = is_line && begin + name.len() == at && is_variable(name);
        found.extend(value_behind(text, at + 1, name, is_all));
    }
    found
}

/// The secret that begins here.
fn value_behind(text: &str, at: usize, name: &str, is_all: bool) -> Option<Range<usize>> {
    /// Far enough to tell; and where a quote is not closed that near.
    const NEAR: usize = 256;
    const FAR: usize = 8_192;
    if !is_secret_name(name) || text[at..].starts_with('=') {
        return None;
    }
    let piece = |far: usize| &text[..text.floor_char_boundary(at.saturating_add(far))];
    let near = if is_left_open(piece(NEAR), at) {
        piece(FAR)
    } else {
        piece(NEAR)
    };
    let word = word_at(near, at, is_all);
    let secret = &near[word.clone()];
    // What a program calls, or a variable of the same name.
    let first = secret.split(',').next().unwrap_or_default();
    let is_code = (!is_all && first.contains(['(', '[', '{'])) || secret == name;
    if is_code || !is_secret(name, secret) {
        return None;
    }
    let is_cut = near.len() < text.len() && word.end + 16 > near.len();
    Some(if is_cut {
        word_at(text, at, is_all)
    } else {
        word
    })
}

/// Whether a quote begins here that this piece of the text does not close.
fn is_left_open(piece: &str, at: usize) -> bool {
    let mut rest = piece[at..].chars();
    let quote = rest.next().filter(|first| matches!(first, '"' | '\''));
    quote.is_some_and(|quote| !rest.as_str().contains(quote))
}

/// What is between quotes, else all where this is all of the text, else a word.
fn word_at(text: &str, at: usize, is_all: bool) -> Range<usize> {
    const QUOTES: [(char, char); 5] = [
        ('"', '"'),
        ('\'', '\''),
        ('“', '”'),
        ('‘', '’'),
        ('「', '」'),
    ];
    let rest = &text[at..];
    let quoted = QUOTES.into_iter().find_map(|(open, close)| {
        let inside = rest.strip_prefix(open)?;
        let begin = at + open.len_utf8();
        Some(begin..begin + inside.find(close)?)
    });
    if let Some(inside) = quoted {
        return inside;
    }
    if rest.starts_with(['"', '\'']) {
        // What is left open goes to the end of its line.
        let line = rest.lines().next().unwrap_or_default();
        return at + 1..at + line.trim_end().len().max(1);
    }
    let ends = |c: char| c.is_whitespace() || matches!(c, ';' | '&' | ',' | '"' | '\'' | '`' | ')');
    let end = if is_all {
        rest.trim_end().len()
    } else {
        rest.find(ends).unwrap_or(rest.len())
    };
    at..end_of(text, &(at..at + end))
}

/// The defaults of variables that are secrets, by the name of the variable or by that of the field they stand in:
/// `${DB_PASSWORD:-…}`.
pub(super) fn defaults_in(text: &str, is_named: bool) -> Vec<Range<usize>> {
    const SHORTEST: usize = 4;
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, _) in text.match_indices("${") {
        let Some(default) = default_of(&text[at..]) else {
            continue;
        };
        let word = &text[at + default.at.start..at + default.at.end];
        let is_one = (is_named || is_secret_name(default.name))
            && word.len() >= SHORTEST
            && !is_reference(word)
            && !is_no_secret(word);
        if is_one {
            found.push(at + default.at.start..at + default.at.end);
        }
    }
    found
}

/// The passwords in `curl -u name:password` and the like.
pub(super) fn accounts_in(text: &str) -> Vec<Range<usize>> {
    let options = ["-u ", "--user ", "--user="].into_iter();
    let names = ["BASIC_AUTH=", "basic_auth=", "basicauth.users="].into_iter();
    let met = options
        .chain(names)
        .flat_map(|option| text.match_indices(option));
    met.filter_map(|(at, option)| {
        let is_begin = text[..at].ends_with(|c: char| c.is_whitespace())
            || at == 0
            || !option.starts_with('-');
        is_begin.then_some(())?;
        let rest = &text[at + option.len()..];
        let word = rest.trim_start_matches([' ', '"', '\'']);
        let begin = text.len() - word.len();
        let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`');
        let end = begin + word.find(ends).unwrap_or(word.len());
        of_account(text, begin..end)
    })
    .collect()
}

/// The password of an account that stands here: `name:password`. A number or the name again is that of a group.
fn of_account(text: &str, at: Range<usize>) -> Option<Range<usize>> {
    const SHORTEST: usize = 4;
    let (name, password) = text[at.clone()].split_once(':')?;
    let is_group = name == password || password.chars().all(|c| c.is_ascii_digit());
    let is_word = !name.is_empty() && !password.contains(char::is_whitespace);
    let is_one = is_word && !is_group && password.len() >= SHORTEST && !is_reference(password);
    is_one.then(|| at.end - password.len()..at.end)
}

fn is_in_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// Whether all of a text is one variable with its value, as lists of them have it.
fn is_variable(name: &str) -> bool {
    name.chars()
        .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}
