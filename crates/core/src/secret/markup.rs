//! Secrets in XML and the like: `<password>…</password>`, `<add key="Password" value="…"/>`.

use std::ops::Range;

use super::name::is_secret;
use super::places::SecretKind;
use super::shape::Found;
use super::value::looks_like_key;

/// What attributes are called that name something.
const NAMES: [&str; 3] = ["name", "key", "k"];

/// What attributes are called that hold what is named.
const VALUES: [&str; 3] = ["value", "val", "v"];

/// The longest text of this kind.
const LONGEST_CDATA: usize = 4_096;

const CDATA: (&str, &str) = ("<![CDATA[", "]]>");

/// Where a tag stands, and what it says.
struct Tag<'t> {
    /// Without what stands before its colon.
    name: &'t str,
    attributes: Vec<(&'t str, Range<usize>)>,
    /// Behind its last sign.
    end: usize,
    is_empty: bool,
}

/// All that is named a secret by a tag or in one.
pub(super) fn markup_in(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    // The text of `<key>`, which names the tag behind it.
    let mut key = None;
    for (at, _) in text.match_indices('<') {
        let Some(tag) = tag_at(text, at) else {
            continue;
        };
        let value_of = |among: &[&str]| {
            let mut attributes = tag.attributes.iter();
            let met =
                attributes.find(|(name, _)| among.iter().any(|one| name.eq_ignore_ascii_case(one)));
            met.map(|(_, at)| at.clone())
        };
        let named = value_of(&NAMES).map(|at| &text[at]);
        let called = [Some(tag.name), named, key.take()];
        let is_named = |at: &Range<usize>| {
            let mut called = called.iter().flatten();
            called.any(|name| is_secret(name, &text[at.clone()]))
        };
        found.extend(value_of(&VALUES).filter(is_named));
        let inside = (!tag.is_empty).then(|| content(text, tag.end)).flatten();
        let Some(inside) = inside else { continue };
        // What is shown is kept in such a tag, too.
        let is_shown =
            tag.name == "string" && named.is_some() && !looks_like_key(&text[inside.clone()]);
        if tag.name.eq_ignore_ascii_case("key") {
            key = Some(&text[inside]);
        } else if !is_shown && is_named(&inside) {
            found.push(inside);
        }
    }
    found.into_iter().map(|at| (at, SecretKind::Name)).collect()
}

/// The tag that begins here.
fn tag_at(text: &str, at: usize) -> Option<Tag<'_>> {
    let near = &text[at + 1..];
    let near = &near[..near.find('<').unwrap_or(near.len())];
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':');
    let name = &near[..near.find(|c| !is_name(c))?];
    if !name.starts_with(char::is_alphabetic) {
        return None;
    }
    let mut attributes = Vec::new();
    let mut here = name.len();
    loop {
        let rest = near[here..].trim_start();
        here = near.len() - rest.len();
        if let Some(end) = [">", "/>"].iter().find(|end| rest.starts_with(**end)) {
            return Some(Tag {
                name: name.rsplit_once(':').map_or(name, |(_, name)| name),
                attributes,
                end: at + 1 + here + end.len(),
                is_empty: end.len() > 1,
            });
        }
        let name = &rest[..rest.find(|c| !is_name(c))?];
        let behind = rest[name.len()..].trim_start().strip_prefix('=');
        let Some(behind) = behind.filter(|_| !name.is_empty()) else {
            // An attribute without a value.
            here += name.len();
            if name.is_empty() {
                return None;
            }
            continue;
        };
        let value = behind.trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let length = value[1..].find(quote)?;
        let begin = near.len() - value.len() + 1;
        attributes.push((name, at + 1 + begin..at + 1 + begin + length));
        here = begin + length + 1;
    }
}

/// The text that begins here, up to the next tag.
fn content(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = &text[at..];
    let trimmed = rest.trim_start();
    let begin = at + rest.len() - trimmed.len();
    if let Some(inside) = trimmed.strip_prefix(CDATA.0) {
        let begin = begin + CDATA.0.len();
        let inside = &inside[..inside.floor_char_boundary(LONGEST_CDATA)];
        return Some(begin..begin + inside.find(CDATA.1)?);
    }
    let length = trimmed[..trimmed.find('<')?].trim_end().len();
    (length > 0).then_some(begin..begin + length)
}
