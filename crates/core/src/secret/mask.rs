//! The same without the keys.

use crate::document::place::Lines;
use crate::document::several::{SEPARATOR, parts};
use crate::document::tree::Span;
use crate::{Format, Value, decode};

use super::check::{Kind, is_same_outside, is_uneven, smallest};
use super::directives::is_password_file;
use super::has_traces;
use super::places::{
    Read, SecretKind, SecretPlace, inner, places_in_code, places_in_settings, places_in_text,
};
use super::settings::is_settings;
use super::spelling::spellings;
use super::value::behind_sign;

/// What stands in the place of a key: a text in YAML as in JSON, and a placeholder, so that what was masked
/// once is masked for good. In other files it is spelled as they have texts ([`spellings`]).
pub const MASK: &str = "<masked>";

/// The same where no text stood.
pub(super) const QUOTED: &str = "\"<masked>\"";

/// What is left of a file when its keys are taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masked {
    /// The file, with [`MASK`] for its keys.
    pub bytes: Vec<u8>,
    /// Where they stood.
    pub places: Vec<SecretPlace>,
    /// Whether more than they had to go: what is around them is not to be told from them.
    pub is_whole: bool,
    /// Whether the file could be read as what it is before, and cannot without its keys.
    pub is_unread: bool,
}

/// A file without its keys; nothing where there are none. Without them it reads as before: what is not masked
/// is the same, byte for byte, unless it is UTF-16 or GB18030, which becomes UTF-8.
pub fn masked(format: Option<Format>, bytes: &[u8]) -> Option<Masked> {
    let Some((text, _)) = decode(bytes) else {
        return masked_letters(format, bytes);
    };
    masked_text(format, &text).map(|found| {
        debug_assert!(found.is_as_it_was(&text), "other than keys is masked");
        found.looked_at(format, &text)
    })
}

/// The same of a text whose letters are known.
fn masked_text(format: Option<Format>, text: &str) -> Option<Masked> {
    if !has_traces(text) && (format.is_some() || !is_password_file(text)) {
        return None;
    }
    if format == Some(Format::Yaml) {
        let parts = parts(text);
        if parts.len() > 1 {
            return in_parts(text, parts);
        }
    }
    in_one(format, text)
}

impl Masked {
    /// Whether all of this text is there byte for byte, but for the keys; or more had to go, and that is told.
    fn is_as_it_was(&self, text: &str) -> bool {
        let left = str::from_utf8(&self.bytes);
        self.is_whole || left.is_ok_and(|left| is_same_outside(text, left, &self.places))
    }

    /// The same where it is as it was, else without anything of this text.
    fn looked_at(self, format: Option<Format>, text: &str) -> Self {
        if self.is_as_it_was(text) {
            return self;
        }
        Self {
            bytes: whole(format),
            is_whole: true,
            ..self
        }
    }
}

/// A text that is one document, or none.
fn in_one(format: Option<Format>, text: &str) -> Option<Masked> {
    match read(format, text) {
        Some(read) => in_document(&read),
        None => in_text(format, text),
    }
}

/// Several documents in one file: each by itself, so that one that cannot be read is nothing to the others.
fn in_parts(text: &str, parts: Vec<Span>) -> Option<Masked> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut places = Vec::new();
    let mut is_whole = false;
    let mut is_unread = false;
    let mut lines = Lines::new(text);
    for span in parts {
        let part = &text[span.clone()];
        let masked = has_traces(part).then(|| in_one(Some(Format::Yaml), part));
        let Some(masked) = masked.flatten() else {
            bytes.extend_from_slice(part.as_bytes());
            continue;
        };
        if masked.is_whole
            && part.starts_with(SEPARATOR)
            && !masked.bytes.starts_with(SEPARATOR.as_bytes())
        {
            bytes.extend_from_slice(SEPARATOR.as_bytes());
            bytes.push(b'\n');
        }
        bytes.extend_from_slice(&masked.bytes);
        is_whole |= masked.is_whole;
        is_unread |= masked.is_unread;
        for place in masked.places {
            let at = place.span.start + span.start..place.span.end + span.start;
            places.push(SecretPlace {
                line: lines.line_of(at.start),
                span: at,
                // Nobody could tell of which document it is.
                pointer: None,
                kind: place.kind,
            });
        }
    }
    (!places.is_empty()).then_some(Masked {
        bytes,
        places,
        is_whole,
        is_unread,
    })
}

/// A text as the document it is, whatever its name tells.
fn read(format: Option<Format>, text: &str) -> Option<Read<'_>> {
    let format = format.or_else(|| is_object(text).then_some(Format::Json))?;
    let read = Read::of(format, text);
    read.or_else(|| (format == Format::Json).then(|| Read::relaxed(text))?)
}

/// Whether a text begins as an object of JSON does, which has many endings.
fn is_object(text: &str) -> bool {
    text.trim_start_matches('\u{feff}')
        .trim_start()
        .starts_with('{')
}

/// A file whose letters nobody knows: each of its bytes is taken for one, and comes back as it was. One that has other
/// signs than texts have may be spelled as they are.
fn masked_letters(format: Option<Format>, bytes: &[u8]) -> Option<Masked> {
    let in_letters = |text: &str| {
        let found = has_traces(text).then(|| in_text(Some(Format::Yaml), text))?;
        found.map(|found| found.looked_at(format, text))
    };
    let masked = if let Ok(text) = str::from_utf8(bytes) {
        in_letters(text)?
    } else {
        let letters: String = bytes.iter().copied().map(char::from).collect();
        let masked = in_letters(&letters)?;
        let text = String::from_utf8(masked.bytes).ok()?;
        let bytes = text.chars().map(u8::try_from).collect::<Result<_, _>>();
        Masked {
            bytes: bytes.ok()?,
            ..masked
        }
    };
    // Without what was in the way its letters may be known.
    let is_left = decode(&masked.bytes).is_some() && self::masked(format, &masked.bytes).is_some();
    Some(if is_left {
        Masked {
            bytes: whole(format),
            is_whole: true,
            ..masked
        }
    } else {
        masked
    })
}

fn in_text(format: Option<Format>, text: &str) -> Option<Masked> {
    /// How often what is left is looked through for what could not be told before.
    const MOST: usize = 4;
    let mut places = anywhere(format, text);
    if places.is_empty() {
        return None;
    }
    for _ in 0..MOST {
        let masks = masks_for(format, text, &places);
        let masked = replaced(text, masks.iter().cloned());
        let left = left_in(format, &masked);
        if left.is_empty() {
            return Some(of_its_kind(format, text, masked, places));
        }
        places = with_left(text, places, &masks, left);
    }
    Some(Masked {
        bytes: whole(format),
        places,
        is_whole: true,
        is_unread: false,
    })
}

/// What stands for the keys in these places of a text that is no document.
fn masks_for(
    format: Option<Format>,
    text: &str,
    places: &[SecretPlace],
) -> Vec<(Span, &'static str)> {
    let spellings = match format {
        Some(Format::Yaml | Format::Markdown) => vec![MASK; places.len()],
        // What is no JSON may be one with comments.
        Some(Format::Json) | None => spellings(text, places),
    };
    let spans = places.iter().map(|place| place.span.clone());
    spans.zip(spellings).collect()
}

/// A masked text that is still of the kind the text was: where it is not, only the least goes of what has an end of
/// something else in it. Where that is no help either, it is masked all the same, and told.
fn of_its_kind(
    format: Option<Format>,
    text: &str,
    masked: String,
    places: Vec<SecretPlace>,
) -> Masked {
    let kind = match format {
        None => Kind::of(text).filter(|kind| !kind.is_of(&masked)),
        Some(_) => None,
    };
    let answer = |masked: String, places, is_unread| Masked {
        bytes: masked.into(),
        places,
        is_whole: false,
        is_unread,
    };
    let Some(kind) = kind else {
        return answer(masked, places, false);
    };
    let mut least = places.clone();
    for place in &mut least {
        if is_uneven(&text[place.span.clone()]) {
            place.span = smallest(text, &place.span);
        }
    }
    let smaller = replaced(text, masks_for(format, text, &least));
    if kind.is_of(&smaller) && left_in(format, &smaller).is_empty() {
        return answer(smaller, least, false);
    }
    answer(masked, places, kind.is_sure(text))
}

/// The keys that are left in a masked text. Without what was in the way it may be a document, or several.
fn left_in(format: Option<Format>, masked: &str) -> Vec<SecretPlace> {
    match read(format, masked) {
        Some(read) => read.places(),
        None => anywhere(format, masked),
    }
}

/// Places of a text, and those that are left in it where it is masked in this way: each of these where it stood before,
/// with the masks in it.
fn with_left(
    text: &str,
    places: Vec<SecretPlace>,
    masks: &[(Span, &str)],
    left: Vec<SecretPlace>,
) -> Vec<SecretPlace> {
    let mut moved: Vec<(Span, Span)> = Vec::with_capacity(masks.len());
    let mut told = 0;
    let mut at = 0;
    for (span, mask) in masks {
        at += span.start - told;
        moved.push((at..at + mask.len(), span.clone()));
        at += mask.len();
        told = span.end;
    }
    let before = |at: usize, is_end: bool| {
        let behind = moved.partition_point(|(mask, _)| mask.start < at + usize::from(!is_end));
        let Some((mask, span)) = behind.checked_sub(1).and_then(|last| moved.get(last)) else {
            return at;
        };
        match at.checked_sub(mask.end) {
            Some(by) => span.end + by,
            None if is_end => span.end,
            None => span.start,
        }
    };
    let mut lines = Lines::new(text);
    let left = left.into_iter().map(|place| {
        let span = before(place.span.start, false)..before(place.span.end, true);
        SecretPlace {
            line: lines.line_of(span.start),
            span,
            pointer: None,
            kind: place.kind,
        }
    });
    let mut all: Vec<SecretPlace> = places.into_iter().chain(left).collect();
    all.sort_by_key(|place| (place.span.start, place.span.end));
    let mut apart: Vec<SecretPlace> = Vec::with_capacity(all.len());
    for place in all {
        match apart.last_mut() {
            Some(last) if place.span.start < last.span.end => {
                last.span.end = last.span.end.max(place.span.end);
            }
            _ => apart.push(place),
        }
    }
    apart
}

/// The keys in what is no document.
fn anywhere(format: Option<Format>, text: &str) -> Vec<SecretPlace> {
    let mut places = match format {
        Some(_) => places_in_text(text),
        None if is_settings(text) => places_in_settings(text),
        None => places_in_code(text),
    };
    for place in &mut places {
        place.span = without_half_quotes(text, place.span.clone());
    }
    places.retain(|place| !place.span.is_empty());
    places
}

/// A stretch of a text without a quote whose other one stands outside of it.
fn without_half_quotes(text: &str, mut span: Span) -> Span {
    for quote in ['"', '\''] {
        let word = &text[span.clone()];
        if word.matches(quote).count() != 1 {
            continue;
        }
        let signed = behind_sign(word);
        if signed.starts_with(quote) {
            span.start += word.len() - signed.len() + 1;
        } else if word.ends_with(quote) {
            span.end -= 1;
        }
    }
    span
}

fn in_document(read: &Read<'_>) -> Option<Masked> {
    let places = read.places();
    if places.is_empty() {
        return None;
    }
    let answer = |bytes: Vec<u8>, is_whole| Masked {
        bytes,
        places: places.clone(),
        is_whole,
        is_unread: false,
    };
    let is_all = |place: &SecretPlace| place.span == (0..read.text.len());
    if places.iter().any(is_all) {
        return Some(answer(whole(Some(read.format)), true));
    }
    let exact = places
        .iter()
        .map(|place| (place.span.clone(), mask_for(read, place)));
    let exact = replaced(read.text, exact);
    if is_good(read, &exact) {
        return Some(answer(exact.into(), false));
    }
    let top = top_values(read, &places);
    let wider = top
        .map(|top| replaced(read.text, top))
        .filter(|text| is_good(read, text));
    let bytes = wider.map_or_else(|| whole(Some(read.format)), String::into_bytes);
    Some(answer(bytes, true))
}

/// What a file becomes of which nothing can be told from its keys.
fn whole(format: Option<Format>) -> Vec<u8> {
    match format {
        Some(Format::Json) => format!("\"{MASK}\"\n"),
        _ => format!("{MASK}\n"),
    }
    .into()
}

/// A number of JSON becomes a text.
fn mask_for(read: &Read<'_>, place: &SecretPlace) -> &'static str {
    let pointer = place.pointer.as_deref();
    let value = pointer.and_then(|pointer| read.value.pointer(pointer));
    let is_number = place.kind == SecretKind::Name && matches!(value, Some(Value::Number(_)));
    match read.format {
        Format::Json if is_number => QUOTED,
        _ => MASK,
    }
}

/// The values right below the top in which the keys are; nothing where one of them is in none.
fn top_values(read: &Read<'_>, places: &[SecretPlace]) -> Option<Vec<(Span, &'static str)>> {
    let node = &read.node;
    let mut spans: Vec<Span> = Vec::new();
    for place in places {
        let members = node.members()?;
        let behind = members.partition_point(|member| member.value.span.start <= place.span.start);
        let member = members.get(behind.checked_sub(1)?)?;
        if place.span.end > member.value.span.end {
            return None;
        }
        let span = inner(read.text, member.value.span.clone());
        if spans.last() != Some(&span) {
            spans.push(span);
        }
    }
    let mask = |span: &Span| {
        let in_quotes = read.text[..span.start].ends_with('"');
        let is_bare = read.format == Format::Json && !in_quotes;
        if is_bare { QUOTED } else { MASK }
    };
    Some(
        spans
            .into_iter()
            .map(|span| (span.clone(), mask(&span)))
            .collect(),
    )
}

fn replaced<'m>(text: &str, spans: impl IntoIterator<Item = (Span, &'m str)>) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut told = 0;
    for (span, mask) in spans {
        masked.push_str(text.get(told..span.start).unwrap_or_default());
        masked.push_str(mask);
        told = span.end.max(told);
    }
    masked.push_str(text.get(told..).unwrap_or_default());
    masked
}

/// Whether a document can be read without its keys, says the same but for them, and holds none any more.
fn is_good(read: &Read<'_>, masked: &str) -> bool {
    self::read(Some(read.format), masked).is_some_and(|masked| {
        is_same_but_masked(&read.value, &masked.value) && masked.places().is_empty()
    })
}

fn is_same_but_masked(value: &Value, masked: &Value) -> bool {
    match (value, masked) {
        (_, Value::String(text)) if text.contains(MASK) => true,
        (Value::Array(items), Value::Array(others)) => {
            let mut pairs = items.iter().zip(others);
            items.len() == others.len() && pairs.all(|(one, other)| is_same_but_masked(one, other))
        }
        (Value::Object(members), Value::Object(others)) => {
            // Two names that are masked would be one.
            let is_alone = |name: &str| {
                let named = others.iter().filter(|(other, _)| other == name);
                name.contains(MASK) && named.count() == 1
            };
            let same = |((key, one), (name, other)): (&(String, Value), &(String, Value))| {
                (key == name || is_alone(name)) && is_same_but_masked(one, other)
            };
            members.len() == others.len() && members.iter().zip(others).all(same)
        }
        _ => value == masked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_as_it_was_goes_whole() {
        let text = "PASSWORD=geheim99\nkeep=1\n";
        let found = masked_text(None, text).unwrap();
        assert_eq!(found.clone().looked_at(None, text), found);
        let gone = Masked {
            bytes: b"PASSWORD=<masked>\nkee=1\n".to_vec(),
            ..found.clone()
        };
        let expected = Masked {
            bytes: whole(None),
            is_whole: true,
            ..found
        };
        assert_eq!(gone.looked_at(None, text), expected);
    }
}
