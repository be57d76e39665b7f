//! Files of settings that are no documents: `.env`, `.ini`, `.properties`, most of `.toml`.

use std::borrow::Cow;
use std::ops::Range;

use super::about::is_about;
use super::around::{self, PASS};
use super::lines::{Lines, spaced, spaced_secret};
use super::name::{Told, is_secret, is_secret_name, of_one, told_by};
use super::places::SecretKind;
use super::shape::Found;
use super::text::{FENCES, has_option};
use super::value::looks_like_key;

/// Whether the lines of a text are settings, names of parts, comments, or what a setting goes on with, but for a few
/// of another kind.
pub(super) fn is_settings(text: &str) -> bool {
    let mut lines = Lines::default();
    let mut open = None;
    let mut in_secrets = false;
    let mut goes_over = false;
    for line in text.trim_start_matches('\u{feff}').lines() {
        if let Some(section) = section_at(line) {
            in_secrets = name_of_secrets(section).is_some();
        }
        let is_bare = in_secrets && is_word(line);
        let is_inside = open.is_some() || goes_over;
        let is_setting = !is_inside && (is_setting(line) || is_bare);
        let is_one = is_setting || (!is_inside && spaced(line).is_some());
        goes_over = (is_one || goes_over) && ends_open(line);
        if is_inside || is_setting {
            open = fence_behind(open, line);
        }
        if is_inside {
            continue;
        }
        lines.settings += usize::from(is_setting);
        if !is_setting && !goes_on(line) && !line.starts_with(['#', ';', '[', '!']) {
            lines.follow(line);
        }
    }
    lines.are_settings(text)
}

/// The section whose head this line is.
fn section_at(line: &str) -> Option<&str> {
    let is_head = line.starts_with('[') && line.trim_end().ends_with(']');
    is_head.then(|| line.trim().trim_start_matches('[').trim_end_matches(']'))
}

/// The name of one of those in a section, where that is of secrets.
fn name_of_secrets(section: &str) -> Option<&str> {
    let mut parts = section.rsplit('.').take_while(|part| !is_about(part));
    let is_named = |part: &&str| is_secret_name(part) && told_by(part) != Some(Told::Word);
    parts.find(is_named).map(|part| of_one(part, true))
}

/// Whether a line is one word, as a secret may stand alone.
fn is_word(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty()
        && !line.contains(char::is_whitespace)
        && !line.starts_with(['#', ';', '!', '[', ']', '"', '\'', '}'])
}

/// Whether a setting goes on with the next line.
fn ends_open(line: &str) -> bool {
    let line = line.trim_end_matches(['\r', '\n']);
    let marks = line.len() - line.trim_end_matches('\\').len();
    marks % 2 == 1
}

/// The sign that ends the text of several lines in which a line ends that begins in this one.
fn fence_behind(open: Option<&'static str>, line: &str) -> Option<&'static str> {
    let fence = open.or_else(|| FENCES.into_iter().find(|fence| line.contains(fence)))?;
    let is_open = line.matches(fence).count() % 2 == usize::from(open.is_none());
    is_open.then_some(fence)
}

fn is_setting(line: &str) -> bool {
    let line = line.strip_prefix("export ").map_or(line, str::trim_start);
    let is_name = |c: char| c.is_alphanumeric() || "_-.\"' （）\\".contains(c);
    let name = &line[..line.len() - line.trim_start_matches(is_name).len()];
    let rest = &line[name.len()..];
    let name = name.trim_end();
    // A name has few words.
    name.split(' ').count() <= 3
        && !name.is_empty()
        && !name.starts_with(' ')
        && !has_option(name)
        && rest.trim_start().starts_with(['=', ':'])
        && !rest.starts_with("://")
        && !line.trim_end().ends_with(':')
}

/// Whether a line is of what began above it.
fn goes_on(line: &str) -> bool {
    line.is_empty() || line.starts_with([' ', '\t', ']', '}', '"', '\''])
}

/// Whether a value is what a program makes: `name(…)`, `name[…]`.
pub(super) fn is_made(value: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    let rest = value.trim_start_matches(is_name);
    rest.len() < value.len() && rest.starts_with(['(', '[']) && rest.ends_with([')', ']'])
}

/// A setting on one line: its name, and where its value stands.
struct Setting<'t> {
    name: &'t str,
    value: Range<usize>,
}

impl Setting<'_> {
    /// Its value, where that is a secret by its own name.
    fn secret(&self, text: &str) -> Option<Range<usize>> {
        is_secret(&letters(self.name), &text[self.value.clone()]).then(|| self.value.clone())
    }
}

/// A setting with nothing but blanks between its name and its value.
fn spaced_in(line: &str, at: usize) -> Option<Setting<'_>> {
    let (name, value) = if is_setting(line) {
        spaced_secret(line)?
    } else {
        spaced(line)?
    };
    let quoted = value.trim_matches(['"', '\'']);
    let begin = at + line.trim_end().len() - value.len() + value.find(quoted)?;
    Some(Setting {
        name,
        value: begin..begin + quoted.len(),
    })
}

/// What settings tell of each other: all below a section with a secret's name, a `value` beside the `name` of a
/// secret, and a `pass` beside an account.
pub(super) fn in_sections(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut section = "";
    let mut settings: Vec<Setting<'_>> = Vec::new();
    let mut at = 0;
    let mut told = 0;
    for line in text.split_inclusive('\n') {
        if let Some(head) = section_at(line) {
            found.extend(in_section(text, section, &settings));
            settings.clear();
            section = head;
        } else if at >= told {
            let spaced = spaced_in(line, at);
            if let Some(spaced) = &spaced {
                found.extend(spaced.secret(text));
            }
            let setting = spaced
                .or_else(|| setting_in(line, at))
                .or_else(|| bare_in(line, at));
            if let Some(setting) = setting.as_ref().filter(|_| ends_open(line)) {
                told = end_of(text, at + line.len());
                found.extend(going_on(text, setting, told));
            }
            found.extend(setting.as_ref().and_then(|setting| spelled(text, setting)));
            settings.extend(setting);
            found.extend(in_inline(text, line, at));
        }
        at += line.len();
    }
    found.extend(in_section(text, section, &settings));
    found.into_iter().map(|at| (at, SecretKind::Name)).collect()
}

/// A line that is one word.
fn bare_in(line: &str, at: usize) -> Option<Setting<'_>> {
    let begin = at + line.len() - line.trim_start().len();
    let is_bare = is_word(line) && !line.contains(['=', ':']);
    is_bare.then(|| Setting {
        name: "",
        value: begin..begin + line.trim().len(),
    })
}

/// Where the lines end with which a setting goes on that are behind this place.
fn end_of(text: &str, mut at: usize) -> usize {
    for line in text[at..].split_inclusive('\n') {
        at += line.len();
        if !ends_open(line) {
            return at;
        }
    }
    at
}

/// The value of a setting that goes on to this place, where all of it together is a secret.
fn going_on(text: &str, setting: &Setting<'_>, end: usize) -> Option<Range<usize>> {
    let at =
        setting.value.start..setting.value.start + text[setting.value.start..end].trim_end().len();
    let lines = text[at.clone()].lines();
    let whole: String = lines
        .map(|line| line.trim().trim_end_matches('\\'))
        .collect();
    is_secret(&letters(setting.name), &whole).then_some(at)
}

/// The value of a setting whose name is spelled with escaped letters: `\u5bc6\u7801`.
fn spelled(text: &str, setting: &Setting<'_>) -> Option<Range<usize>> {
    setting.name.contains("\\u").then(|| setting.secret(text))?
}

/// A name with its escaped letters as they are.
pub(super) fn letters(name: &str) -> Cow<'_, str> {
    if !name.contains("\\u") {
        return name.into();
    }
    let mut pieces = name.split("\\u");
    let mut letters = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let code = piece
            .get(..4)
            .and_then(|code| u32::from_str_radix(code, 16).ok());
        match code.and_then(char::from_u32) {
            Some(letter) => {
                letters.push(letter);
                letters.push_str(&piece[4..]);
            }
            None => letters.push_str(piece),
        }
    }
    letters.into()
}

/// The same of a table on one line: `db = { user = "bob", pass = "…" }`.
fn in_inline(text: &str, line: &str, at: usize) -> Vec<Range<usize>> {
    let inline = line.split_once('=').and_then(|(name, rest)| {
        let inside = rest.trim().strip_prefix('{')?.strip_suffix('}')?;
        Some((name.trim(), inside))
    });
    let Some((name, inside)) = inline else {
        return Vec::new();
    };
    let mut settings = Vec::new();
    let mut begin = at + line.find(inside).unwrap_or_default();
    let mut quote = None;
    let is_end = |c: char| {
        quote = match quote {
            None if matches!(c, '"' | '\'') => Some(c),
            Some(open) if open == c => None,
            open => open,
        };
        c == ',' && quote.is_none()
    };
    for member in inside.split(is_end) {
        settings.extend(setting_in(member, begin));
        begin += member.len() + 1;
    }
    in_section(text, name, &settings)
}

fn setting_in(line: &str, at: usize) -> Option<Setting<'_>> {
    let sign = line.find(['=', ':'])?;
    let name = line[..sign].trim().trim_matches(['"', '\'']);
    let rest = &line[sign + 1..];
    let value = rest.trim_start();
    let begin = at + line.len() - value.len();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    let value = match quote.and_then(|quote| Some((quote, value[1..].find(quote)?))) {
        // The sign of a text of several lines.
        Some((_, 0)) => return None,
        Some((_, length)) => begin + 1..begin + 1 + length,
        None => {
            let value = &value[..value.find(" #").unwrap_or(value.len())];
            begin..begin + value.trim_end().len()
        }
    };
    let is_name = !name.is_empty() && !name.starts_with(['#', ';', '!']);
    let is_word = !line[value.start - at..].starts_with(['[', '{']);
    (is_name && is_word).then_some(Setting { name, value })
}

fn in_section(text: &str, section: &str, settings: &[Setting<'_>]) -> Vec<Range<usize>> {
    let named = name_of_secrets(section);
    let naming = settings.iter().filter(|one| around::is_naming(one.name));
    let mut naming = naming.map(|one| &text[one.value.clone()]);
    let beside = naming.find(|name| is_secret_name(name));
    let is_pass = |one: &Setting<'_>| {
        let word = &text[one.value.clone()];
        around::is_pass_beside(settings.iter().map(|one| one.name), one.name, word)
            && is_secret(PASS, word)
    };
    let told = settings.iter().filter(|one| {
        let is_secret = |name: &str| is_secret(name, &text[one.value.clone()]);
        let by_section = named.is_some_and(|name| !is_about(one.name) && is_secret(name));
        // `key` below `[api]` is what `api_key` is.
        let is_key = one.name.eq_ignore_ascii_case("key")
            && looks_like_key(&text[one.value.clone()])
            && is_secret(&format!("{section}_key"));
        let by_section = by_section || is_key;
        let by_name = around::is_named_value(one.name) && beside.is_some_and(is_secret);
        by_section || by_name || is_pass(one)
    });
    told.map(|one| one.value.clone()).collect()
}

/// The secrets of a text each of whose lines is a name and a value with nothing but space between them.
pub(super) fn in_spaced_lines(text: &str) -> Vec<Found> {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let inside = line.trim();
        if !inside.is_empty() && !inside.starts_with(['#', ';']) {
            let end = inside.find(char::is_whitespace);
            let pair = end.map(|end| (&inside[..end], inside[end..].trim_start()));
            let Some((name, value)) = pair.filter(|_| !is_setting(line)) else {
                if is_setting(line) {
                    at += line.len();
                    continue;
                }
                return Vec::new();
            };
            if !name.chars().all(is_name)
                || value.contains(['{', '}'])
                || value.ends_with(['.', ',', ';', ':', '{', ')', '?', '!'])
            {
                return Vec::new();
            }
            let begin = at + line.trim_end().len() - value.len();
            if told_by(name) == Some(Told::Surely) && is_secret(name, value) && !value.contains(' ')
            {
                let word = value.trim_matches('"');
                let begin = begin + value.find(word).unwrap_or_default();
                found.push((begin..begin + word.len(), SecretKind::Name));
            }
        }
        at += line.len();
    }
    found
}
