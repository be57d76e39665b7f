//! Secrets in XML and the like: `<password>…</password>`, `<add key="Password" value="…"/>`, and all below
//! `<credentials>`.

use std::ops::Range;

use super::about::is_about;
use super::name::{Told, is_secret, of_one, told_by};
use super::places::SecretKind;
use super::shape::Found;
use super::value::looks_like_key;

/// What attributes and tags are called that name something.
const NAMES: [&str; 4] = ["name", "key", "k", "param-name"];

/// What attributes and tags are called that hold what is named.
const VALUES: [&str; 4] = ["value", "val", "v", "param-value"];

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

/// All that is named a secret by a tag, in one, or by one further out.
pub(super) fn markup_in(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    // The text of `<key>` or `<name>`, which names the tag behind it.
    let mut key = None;
    let mut open: Vec<Open<'_>> = Vec::new();
    // The option in the tag before, and what that tag is called.
    let mut option: Option<(&str, &str)> = None;
    // What stands in texts that are no markup is none.
    let mut told = 0;
    // In programs most of what looks like a tag is none.
    let is_markup = text
        .trim_start_matches('\u{feff}')
        .trim_start()
        .starts_with('<');
    for (at, _) in text.match_indices('<') {
        if at < told {
            continue;
        }
        if let Some(inside) = bare_text(text, at) {
            told = inside.end;
            continue;
        }
        if let Some(name) = closed_at(text, at) {
            close(&mut open, name);
            continue;
        }
        let Some(tag) = tag_at(text, at) else {
            continue;
        };
        let value_of = |among: &[&str]| {
            let mut attributes = tag.attributes.iter();
            let met = attributes.find(|(name, _)| is_among(among, name));
            met.map(|(_, at)| at.clone())
        };
        let named = value_of(&NAMES).map(|at| &text[at]);
        let is_value = is_among(&VALUES, tag.name);
        let before = key.take_if(|(_, is_for_any)| *is_for_any || is_value);
        let before = before.map(|(name, _)| name);
        let outer = open.last().and_then(|open| open.within);
        let outer = outer.filter(|_| is_markup && !is_about(tag.name));
        let above = open.last().and_then(|open| open.named).filter(|_| is_value);
        let called = [Some(tag.name), named, before, outer, above];
        let is_named = |at: &Range<usize>| {
            let mut called = called.iter().flatten();
            called.any(|name| is_secret(name, &text[at.clone()]))
        };
        found.extend(value_of(&VALUES).filter(is_named));
        if tag.is_empty {
            continue;
        }
        let is_outer = told_by(tag.name).is_some_and(|told| told != Told::Word);
        open.push(Open {
            name: tag.name,
            named,
            within: is_outer.then(|| of_one(tag.name, true)).or(outer),
        });
        let Some(inside) = content(text, tag.end) else {
            continue;
        };
        let given = option.take().filter(|(_, within)| *within == tag.name);
        let word = &text[inside.clone()];
        if let Some((name, _)) = given
            && is_secret(name, word)
        {
            found.push(inside);
            continue;
        }
        let name = word.trim_start_matches('-');
        let is_option = is_markup && name.len() < word.len() && name.chars().all(is_in_name);
        option = (is_option && told_by(name).is_some()).then_some((name, tag.name));
        // What is shown is kept in such a tag, too.
        let is_shown =
            tag.name == "string" && named.is_some() && !looks_like_key(&text[inside.clone()]);
        let is_key = tag.name.eq_ignore_ascii_case("key");
        if is_key || is_among(&NAMES, tag.name) {
            key = Some((&text[inside], is_key));
        } else if !is_shown && is_named(&inside) && (is_markup || is_closed(text, inside.end)) {
            found.push(inside);
        }
    }
    found.into_iter().map(|at| (at, SecretKind::Name)).collect()
}

/// A tag in which others are.
struct Open<'t> {
    name: &'t str,
    /// What its attribute says it is called.
    named: Option<&'t str>,
    /// The secret's name by which all in it goes.
    within: Option<&'t str>,
}

/// Ends a tag, and those in it that nobody ended.
fn close(open: &mut Vec<Open<'_>>, name: &str) {
    /// How far out a tag is looked for.
    const FAR: usize = 32;
    let near = open.len().saturating_sub(FAR);
    let begin = open[near..].iter().rposition(|open| open.name == name);
    if let Some(begin) = begin {
        open.truncate(near + begin);
    }
}

/// The name of the tag that ends here.
fn closed_at(text: &str, at: usize) -> Option<&str> {
    let rest = text[at..].strip_prefix("</")?;
    let name = rest[..rest.find(|c| !is_in_name(c))?].trim();
    Some(without_space(name))
}

fn is_in_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':')
}

/// A name without what stands before its colon.
fn without_space(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, name)| name)
}

fn is_among(among: &[&str], name: &str) -> bool {
    among.iter().any(|one| name.eq_ignore_ascii_case(one))
}

/// The tag that begins here.
fn tag_at(text: &str, at: usize) -> Option<Tag<'_>> {
    let near = &text[at + 1..];
    let near = &near[..near.find('<').unwrap_or(near.len())];
    let name = &near[..near.find(|c| !is_in_name(c))?];
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
                name: without_space(name),
                attributes,
                end: at + 1 + here + end.len(),
                is_empty: end.len() > 1,
            });
        }
        let name = &rest[..rest.find(|c| !is_in_name(c))?];
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
    if trimmed.starts_with(CDATA.0) {
        return bare_text(text, begin);
    }
    let length = trimmed[..trimmed.find('<')?].trim_end().len();
    (length > 0).then_some(begin..begin + length)
}

/// Whether what ends here is followed by the end of a tag.
fn is_closed(text: &str, at: usize) -> bool {
    let rest = text[at..].trim_start();
    let rest = rest.strip_prefix(CDATA.1).unwrap_or(rest);
    rest.trim_start().starts_with("</")
}

/// The text that is no markup and whose signs begin here.
fn bare_text(text: &str, at: usize) -> Option<Range<usize>> {
    let inside = text[at..].strip_prefix(CDATA.0)?;
    let begin = at + CDATA.0.len();
    let inside = &inside[..inside.floor_char_boundary(LONGEST_CDATA)];
    Some(begin..begin + inside.find(CDATA.1)?)
}
