//! Where the keys of a document stand in its text.

use std::collections::HashSet;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::document::markdown;
use crate::document::place::Lines;
use crate::document::tree::{Content, Member, Node, Span};
use crate::value::push_token;
use crate::{Document, Format, Value};

use super::name::{is_secret_field, of_one};
use super::shape::{Found, keys_in};
use super::spoken::{keys_told_in, spoken_in};
use super::text::{is_literal, named_in, private_keys_in, said_in_comments};

/// Something like a key, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretPlace {
    /// From its first to behind its last byte.
    pub span: std::ops::Range<usize>,
    /// The value it is in, as a JSON pointer; nothing in a comment and in what cannot be understood.
    pub pointer: Option<String>,
    /// Its line, from 1.
    pub line: u32,
    /// What tells it.
    pub kind: SecretKind,
}

/// What tells that something is a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecretKind {
    /// The name of its field.
    Name,
    /// It is the password of a URL.
    Url,
    /// Its shape.
    Shape,
}

impl SecretKind {
    /// The word used in results.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Url => "url",
            Self::Shape => "shape",
        }
    }
}

/// All places of a document in which something like a key stands, in the order of its text. None of them
/// overlaps another.
pub fn places(document: &Document) -> Vec<SecretPlace> {
    let text = document.text();
    let mut walk = Walk::new(text);
    match document.format() {
        Format::Json => walk.document(document),
        Format::Yaml => {
            walk.document(document);
            walk.found(said_in_comments(text), 0);
            // Lines of comments may hold one together.
            walk.found(private_keys_in(text), 0);
        }
        Format::Markdown => walk.markdown(),
    }
    walk.places()
}

/// The same of a text that cannot be understood: by words and shapes alone, so rather too many.
pub(super) fn places_in_text(text: &str) -> Vec<SecretPlace> {
    let mut walk = Walk::new(text);
    walk.found(named_in(text), 0);
    walk.found(private_keys_in(text), 0);
    walk.found(keys_in(text), 0);
    walk.found(spoken_in(text).collect(), 0);
    walk.places()
}

/// The same of a text that is no document at all, as programs are: a word there may be a name.
pub(super) fn places_in_code(text: &str) -> Vec<SecretPlace> {
    let mut walk = Walk::new(text);
    let named = named_in(text).into_iter();
    walk.found(named.filter(|(at, _)| is_literal(text, at)).collect(), 0);
    walk.found(private_keys_in(text), 0);
    walk.found(keys_in(text), 0);
    walk.places()
}

struct Walk<'t> {
    text: &'t str,
    met: Vec<(Found, Option<String>)>,
    /// What was looked for everywhere.
    told: HashSet<String>,
}

impl<'t> Walk<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            met: Vec::new(),
            told: HashSet::new(),
        }
    }

    fn document(&mut self, document: &Document) {
        if let Some(node) = document.located() {
            self.value("", document.value(), &node, 0);
        }
    }

    fn markdown(&mut self) {
        let parts = markdown::parts(self.text);
        if let Some(front) = parts.front {
            let inside = &self.text[front.clone()];
            let document = Document::parse(Format::Yaml, inside.to_owned()).ok();
            if let Some((document, node)) = document.and_then(|document| {
                let node = document.located()?;
                Some((document, node))
            }) {
                self.value("", document.value(), &node, front.start);
                self.found(said_in_comments(inside), front.start);
            } else {
                self.found(named_in(inside), front.start);
                self.found(keys_told_in(inside), front.start);
            }
        }
        let start = parts.body.start;
        for (at, kind) in keys_told_in(&self.text[parts.body]) {
            let pointer = Some(format!("/{}", markdown::BODY));
            self.met
                .push(((at.start + start..at.end + start, kind), pointer));
        }
    }

    fn found(&mut self, found: Vec<Found>, by: usize) {
        let moved = |(at, kind): Found| (at.start + by..at.end + by, kind);
        self.met
            .extend(found.into_iter().map(|found| (moved(found), None)));
    }

    /// A value whose node was read from the text that begins at `by`.
    fn value(&mut self, pointer: &str, value: &Value, node: &Node, by: usize) {
        match (value, &node.content) {
            (Value::Object(members), Content::Object(nodes)) => {
                for ((key, value), member) in members.iter().zip(nodes) {
                    self.member(pointer, key, value, member, by);
                }
            }
            (Value::Array(items), Content::Array(nodes)) => {
                for (at, (item, node)) in items.iter().zip(nodes).enumerate() {
                    self.value(&push_token(pointer, &at.to_string()), item, node, by);
                }
            }
            (Value::String(text), Content::Scalar) => {
                let span = moved(&node.span, by);
                self.scalar(pointer, text, &span);
            }
            // A number, a word, or what stands elsewhere and is met there.
            _ => {}
        }
    }

    fn member(
        &mut self,
        pointer: &str,
        key: &str,
        value: &Value,
        member: &Member<Node>,
        by: usize,
    ) {
        self.scalar(pointer, key, &moved(&member.key_span, by));
        let inside = push_token(pointer, key);
        if is_secret_field(key, value) {
            self.named(&inside, value, &member.value, by);
            return;
        }
        if let (Value::Array(items), Content::Array(nodes)) = (value, &member.value.content) {
            let name = of_one(key);
            for (at, (item, node)) in items.iter().zip(nodes).enumerate() {
                if is_secret_field(&name, item) {
                    self.named(&push_token(&inside, &at.to_string()), item, node, by);
                }
            }
        }
        self.value(&inside, value, &member.value, by);
    }

    /// A value that is a secret by its name.
    fn named(&mut self, pointer: &str, value: &Value, node: &Node, by: usize) {
        let span = moved(&node.span, by);
        let kind = SecretKind::Name;
        let pointer = Some(pointer.to_owned());
        if let Some(word) = value
            .as_word()
            .filter(|_| self.text[span.clone()].starts_with('*'))
        {
            // It stands elsewhere, under a name that is no secret's.
            self.elsewhere(word.trim());
        }
        self.met.push(((inner(self.text, span), kind), pointer));
    }

    /// A secret of which the document has the text somewhere else, under a name that is no secret's. Where it is
    /// spelled otherwise there, nobody knows where that is.
    fn elsewhere(&mut self, word: &str) {
        if !self.told.insert(word.to_owned()) {
            return;
        }
        let all = self.text.match_indices(word);
        let mut spans: Vec<_> = all.map(|(at, word)| at..at + word.len()).collect();
        if spans.is_empty() {
            spans.push(0..self.text.len());
        }
        let there = spans.into_iter().map(|at| ((at, SecretKind::Name), None));
        self.met.extend(there);
    }

    /// The keys in a text of the document, wherever they stand in it.
    fn scalar(&mut self, pointer: &str, value: &str, span: &Span) {
        let wanted = keys_told_in(value);
        if wanted.is_empty() || self.text[span.clone()].starts_with('*') {
            return;
        }
        let inner = inner(self.text, span.clone());
        let raw = &self.text[inner.clone()];
        let kind = wanted[0].1;
        let pointer = Some(pointer.to_owned());
        let words = wanted.iter().map(|(at, _)| &value[at.clone()]);
        // What may be escaped there may be found there in part.
        let is_escaped = raw != value && words.clone().any(|word| word.contains(['\\', '"', '\'']));
        let words = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(words);
        let words = words.iter().filter(|_| !is_escaped);
        let there = words.flat_map(|words| words.find_iter(raw));
        let mut there: Vec<Found> = there
            .map(|word| (word.range(), wanted[word.pattern().as_usize()].1))
            .collect();
        if there.len() < wanted.len() && wanted.iter().all(|(_, kind)| *kind != SecretKind::Name) {
            // Lines are not broken there as they are in the value.
            there = keys_in(raw);
        }
        if there.len() < wanted.len() {
            // It is spelled otherwise there, with escaped characters.
            self.met.push(((inner, kind), pointer));
            return;
        }
        for (at, kind) in there {
            let at = at.start + inner.start..at.end + inner.start;
            self.met.push(((at, kind), pointer.clone()));
        }
    }

    fn places(self) -> Vec<SecretPlace> {
        let mut met = self.met;
        met.retain(|((at, _), _)| !at.is_empty());
        met.sort_by_key(|((at, _), pointer)| (at.start, pointer.is_none()));
        let mut places: Vec<SecretPlace> = Vec::with_capacity(met.len());
        let mut lines = Lines::new(self.text);
        for ((span, kind), pointer) in met {
            match places.last_mut() {
                Some(last) if span.start < last.span.end => {
                    last.span.end = last.span.end.max(span.end);
                }
                _ => places.push(SecretPlace {
                    line: lines.line_of(span.start),
                    span,
                    pointer,
                    kind,
                }),
            }
        }
        places
    }
}

fn moved(span: &Span, by: usize) -> Span {
    span.start + by..span.end + by
}

/// What of a value's place is the value: without its quotes, and of a block text without its first line.
pub(super) fn inner(text: &str, span: Span) -> Span {
    let trimmed = |span: Span| {
        let raw = &text[span.clone()];
        let start = span.start + raw.len() - raw.trim_start().len();
        start..start + raw.trim().len()
    };
    let raw = &text[span.clone()];
    let quoted = |quote: char| raw.len() >= 2 && raw.starts_with(quote) && raw.ends_with(quote);
    if quoted('"') || quoted('\'') {
        return span.start + 1..span.end - 1;
    }
    let line = text[..span.start].rfind('\n').map_or(0, |end| end + 1);
    let before =
        text[line..span.start].trim_end_matches(|c: char| "+-".contains(c) || c.is_ascii_digit());
    match raw.find('\n') {
        Some(end) if before.ends_with(['|', '>']) => trimmed(span.start + end..span.end),
        _ => trimmed(span),
    }
}
