//! The same without the keys.

use crate::document::place::Lines;
use crate::document::tree::Span;
use crate::{Document, Format, Value, decode};

use super::has_traces;
use super::places::{
    SecretKind, SecretPlace, inner, places, places_in_code, places_in_settings, places_in_text,
};
use super::settings::is_settings;

/// What stands in the place of a key: a text in YAML as in JSON, and a placeholder, so that what was masked
/// once is masked for good.
pub const MASK: &str = "<masked>";

/// The same where no text stood.
const QUOTED: &str = "\"<masked>\"";

/// What is left of a file when its keys are taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masked {
    /// The file, with [`MASK`] for its keys.
    pub bytes: Vec<u8>,
    /// Where they stood.
    pub places: Vec<SecretPlace>,
    /// Whether more than they had to go: what is around them is not to be told from them.
    pub is_whole: bool,
}

/// A file without its keys; nothing where there are none. Without them it reads as before: what is not masked
/// is the same, byte for byte, unless it is UTF-16 or GB18030, which becomes UTF-8.
pub fn masked(format: Option<Format>, bytes: &[u8]) -> Option<Masked> {
    let Some((text, _)) = decode(bytes) else {
        return masked_letters(format, bytes);
    };
    if !has_traces(&text) {
        return None;
    }
    let parsed = |format| Document::parse(format, text.clone());
    let document = match format {
        Some(format) => parsed(format).ok(),
        None if is_object(&text) => parsed(Format::Json).ok(),
        None => None,
    };
    match document {
        Some(document) => in_document(&document),
        None => in_text(format, &text),
    }
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
    let in_letters = |text: &str| has_traces(text).then(|| in_text(Some(Format::Yaml), text))?;
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
        let masked = replaced(text, places.iter().map(|place| (place.span.clone(), MASK)));
        let left = left_in(format, &masked);
        if left.is_empty() {
            return Some(Masked {
                bytes: masked.into(),
                places,
                is_whole: false,
            });
        }
        places = with_left(text, places, left);
    }
    Some(Masked {
        bytes: whole(format),
        places,
        is_whole: true,
    })
}

/// The keys that are left in a masked text. Without what was in the way it may be a document.
fn left_in(format: Option<Format>, masked: &str) -> Vec<SecretPlace> {
    let format_now = format.or_else(|| is_object(masked).then_some(Format::Json));
    let again = format_now.and_then(|format| Document::parse(format, masked.to_owned()).ok());
    match again {
        Some(document) => self::places(&document),
        None => anywhere(format, masked),
    }
}

/// Places of a text, and those that are left in it where it is masked: each of these where it stood before, with the
/// masks in it.
fn with_left(text: &str, places: Vec<SecretPlace>, left: Vec<SecretPlace>) -> Vec<SecretPlace> {
    let mut masks: Vec<(Span, Span)> = Vec::with_capacity(places.len());
    let mut told = 0;
    let mut at = 0;
    for place in &places {
        at += place.span.start - told;
        masks.push((at..at + MASK.len(), place.span.clone()));
        at += MASK.len();
        told = place.span.end;
    }
    let before = |at: usize, is_end: bool| {
        let behind = masks.partition_point(|(mask, _)| mask.start < at + usize::from(!is_end));
        let Some((mask, span)) = behind.checked_sub(1).and_then(|last| masks.get(last)) else {
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
    match format {
        Some(_) => places_in_text(text),
        None if is_settings(text) => places_in_settings(text),
        None => places_in_code(text),
    }
}

fn in_document(document: &Document) -> Option<Masked> {
    let places = places(document);
    if places.is_empty() {
        return None;
    }
    let answer = |bytes: Vec<u8>, is_whole| Masked {
        bytes,
        places: places.clone(),
        is_whole,
    };
    let is_all = |place: &SecretPlace| place.span == (0..document.text().len());
    if places.iter().any(is_all) {
        return Some(answer(whole(Some(document.format())), true));
    }
    let exact = places
        .iter()
        .map(|place| (place.span.clone(), mask_for(document, place)));
    let exact = replaced(document.text(), exact);
    if is_good(document, &exact) {
        return Some(answer(exact.into(), false));
    }
    let top = top_values(document, &places);
    let wider = top
        .map(|top| replaced(document.text(), top))
        .filter(|text| is_good(document, text));
    let bytes = wider.map_or_else(|| whole(Some(document.format())), String::into_bytes);
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
fn mask_for(document: &Document, place: &SecretPlace) -> &'static str {
    let pointer = place.pointer.as_deref();
    let value = pointer.and_then(|pointer| document.value().pointer(pointer));
    let is_number = place.kind == SecretKind::Name && matches!(value, Some(Value::Number(_)));
    match document.format() {
        Format::Json if is_number => QUOTED,
        _ => MASK,
    }
}

/// The values right below the top in which the keys are; nothing where one of them is in none.
fn top_values(document: &Document, places: &[SecretPlace]) -> Option<Vec<(Span, &'static str)>> {
    let node = document.located()?;
    let mut spans: Vec<Span> = Vec::new();
    for place in places {
        let members = node.members()?;
        let behind = members.partition_point(|member| member.value.span.start <= place.span.start);
        let member = members.get(behind.checked_sub(1)?)?;
        if place.span.end > member.value.span.end {
            return None;
        }
        let span = inner(document.text(), member.value.span.clone());
        if spans.last() != Some(&span) {
            spans.push(span);
        }
    }
    let mask = |span: &Span| {
        let in_quotes = document.text()[..span.start].ends_with('"');
        let is_bare = document.format() == Format::Json && !in_quotes;
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
fn is_good(document: &Document, masked: &str) -> bool {
    Document::parse(document.format(), masked.to_owned()).is_ok_and(|masked| {
        is_same_but_masked(document.value(), masked.value()) && places(&masked).is_empty()
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
            let same = |((key, one), (name, other)): (&(String, Value), &(String, Value))| {
                (key == name || name.contains(MASK)) && is_same_but_masked(one, other)
            };
            members.len() == others.len() && members.iter().zip(others).all(same)
        }
        _ => value == masked,
    }
}
