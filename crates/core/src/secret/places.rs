//! Where the keys of a document stand in its text.

use std::collections::HashSet;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::document::place::Lines;
use crate::document::tree::{Content, Node, Span};
use crate::document::{everything, markdown};
use crate::value::push_token;
use crate::{Document, Format, Value};

use super::around::Around;
use super::assigned::{accounts_in, defaults_in};
use super::beside::in_comment_behind;
use super::calls::calls_in;
use super::directives::{directives_in, in_password_file};
use super::ends::without_scheme;
use super::grid::{in_columns, in_tables};
use super::list::lists_in;
use super::markup::markup_in;
use super::options::{Place, options_in};
use super::pairs::{escaped_in, pairs_in};
use super::relaxed;
use super::settings::{in_sections, in_spaced_lines, is_made};
use super::shape::{Found, keys_in};
use super::shell::head_of;
use super::spoken::{fields_in, keys_told_in, spoken_in, spoken_in_chinese, spoken_in_words};
use super::statement::statements_in;
use super::text::{
    Reading, is_literal, named_in, private_keys_in, said_in_comment, said_in_comments,
};
use super::{cut_all, keys_in_text};

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
    let read = Read::of(document.format(), document.text());
    read.map_or_else(Vec::new, |read| read.places())
}

/// What a text says, and where.
pub(super) struct Read<'t> {
    pub(super) format: Format,
    pub(super) text: &'t str,
    pub(super) value: Value,
    pub(super) node: Node,
    /// Where the comments of JSON are that has some.
    comments: Vec<Span>,
}

impl<'t> Read<'t> {
    /// A text that can be read; a key that stands twice is no fault here.
    pub(super) fn of(format: Format, text: &'t str) -> Option<Self> {
        let (value, node) = everything(format, text)?;
        Some(Self {
            format,
            text,
            value,
            node,
            comments: Vec::new(),
        })
    }

    /// The same of JSON with comments.
    pub(super) fn relaxed(text: &'t str) -> Option<Self> {
        let (plain, comments) = relaxed::plain(text)?;
        let (value, node) = everything(Format::Json, &plain)?;
        Some(Self {
            format: Format::Json,
            text,
            value,
            node,
            comments,
        })
    }

    /// As [`places`].
    pub(super) fn places(&self) -> Vec<SecretPlace> {
        let text = self.text;
        let mut walk = Walk::new(text);
        match self.format {
            Format::Json => {
                walk.document(self);
                for comment in &self.comments {
                    walk.found(said_in_comment(&text[comment.clone()]), comment.start);
                }
            }
            Format::Yaml => {
                walk.document(self);
                walk.found(said_in_comments(text), 0);
                // Lines of comments may hold one together.
                walk.found(private_keys_in(text), 0);
            }
            Format::Markdown => walk.markdown(),
        }
        walk.places()
    }
}

/// The same of a text that cannot be understood: by words and shapes alone, so rather too many.
pub(super) fn places_in_text(text: &str) -> Vec<SecretPlace> {
    let mut walk = Walk::in_words(text);
    walk.named(pairs_in(text));
    walk.named(escaped_in(text));
    walk.places()
}

/// The same of settings that are no document.
pub(super) fn places_in_settings(text: &str) -> Vec<SecretPlace> {
    let mut walk = Walk::in_words(text);
    walk.found(in_sections(text), 0);
    walk.named(in_password_file(text));
    walk.found(markup_in(text), 0);
    let mut places = walk.places();
    let calls = calls_in(text);
    places.retain_mut(|place| {
        if !is_made(&text[place.span.clone()]) {
            return true;
        }
        let is_in = |at: &&Span| place.span.start <= at.start && at.end <= place.span.end;
        let given = calls.iter().find(is_in).cloned();
        let is_given = given.is_some();
        place.span = given.unwrap_or_else(|| place.span.clone());
        is_given
    });
    places
}

/// The same of a text that is no document at all, as programs are: a word there may be a name.
pub(super) fn places_in_code(text: &str) -> Vec<SecretPlace> {
    let mut walk = Walk::new(text);
    let named = named_in(text, Reading::Words).into_iter();
    walk.found(named.filter(|(at, _)| is_literal(text, at)).collect(), 0);
    walk.found(private_keys_in(text), 0);
    walk.found(keys_in(text), 0);
    walk.programs(text);
    walk.found(spoken_in_chinese(text), 0);
    walk.found(spoken_in_words(text), 0);
    walk.found(lists_in(text), 0);
    walk.found(in_columns(text), 0);
    walk.found(in_spaced_lines(text), 0);
    walk.found(markup_in(text), 0);
    walk.named(in_password_file(text));
    walk.places()
}

struct Walk<'t> {
    text: &'t str,
    met: Vec<(Found, Option<String>)>,
    /// Secrets whose text stands somewhere else than where they are used.
    elsewhere: HashSet<String>,
}

impl<'t> Walk<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            met: Vec::new(),
            elsewhere: HashSet::new(),
        }
    }

    /// What a text says by its words and shapes.
    fn in_words(text: &'t str) -> Self {
        let mut walk = Self::new(text);
        walk.found(named_in(text, Reading::Data), 0);
        walk.found(private_keys_in(text), 0);
        walk.found(keys_in(text), 0);
        walk.found(spoken_in(text).collect(), 0);
        walk.found(lists_in(text), 0);
        walk.programs(text);
        walk
    }

    /// What programs are given, in the text of one or in commands.
    fn programs(&mut self, text: &str) {
        self.named(defaults_in(text, false));
        self.named(accounts_in(text));
        self.named(options_in(text, Place::Lines));
        self.named(directives_in(text));
        self.named(calls_in(text));
        self.found(statements_in(text), 0);
    }

    fn named(&mut self, found: Vec<Span>) {
        let found = found.into_iter().map(|at| (at, SecretKind::Name));
        self.found(found.collect(), 0);
    }

    fn document(&mut self, read: &Read<'_>) {
        self.value("", &read.value, &read.node, (0, Around::Nothing));
    }

    fn markdown(&mut self) {
        let parts = markdown::parts(self.text);
        if let Some(front) = parts.front {
            let inside = &self.text[front.clone()];
            if let Some((value, node)) = everything(Format::Yaml, inside) {
                self.value("", &value, &node, (front.start, Around::Nothing));
                self.found(said_in_comments(inside), front.start);
            } else {
                self.found(named_in(inside, Reading::Data), front.start);
                self.found(keys_told_in(inside), front.start);
            }
        }
        let start = parts.body.start;
        let body = &self.text[parts.body];
        let told = [
            keys_in_text(body, Around::Prose),
            in_tables(body),
            fields_in(body),
        ];
        for (at, kind) in told.into_iter().flatten() {
            let pointer = Some(format!("/{}", markdown::BODY));
            self.met
                .push(((at.start + start..at.end + start, kind), pointer));
        }
    }

    /// What was found in a part of the text that begins at `by`.
    fn found(&mut self, found: Vec<Found>, by: usize) {
        let moved = |(at, kind): Found| (at.start + by..at.end + by, kind);
        let found = found.into_iter().map(moved).collect();
        let cut = cut_all(self.text, found).into_iter();
        self.met.extend(cut.map(|found| (found, None)));
    }

    /// A value whose node was read from the text that begins at `by`, and what stands around it.
    fn value(
        &mut self,
        pointer: &str,
        value: &Value,
        node: &Node,
        (by, around): (usize, Around<'_>),
    ) {
        let span = moved(&node.span, by);
        if matches!(node.content, Content::Scalar) && self.text[span.clone()].starts_with('*') {
            self.used(value, around);
        }
        // Its texts are written down here all the same.
        let around = if self.is_elsewhere(&span) {
            Around::Nothing
        } else {
            around
        };
        if around.is_secret(value) && !self.text[span.clone()].starts_with('*') {
            let found = (
                without_scheme(self.text, inner(self.text, span)),
                SecretKind::Name,
            );
            self.met.push((found, Some(pointer.to_owned())));
            return;
        }
        match (value, &node.content) {
            (Value::Object(members), Content::Object(nodes)) => {
                for (at, ((key, value), member)) in members.iter().zip(nodes).enumerate() {
                    self.scalar(pointer, key, &moved(&member.key_span, by), Around::Nothing);
                    let inside = (by, around.member(members, at));
                    self.value(&push_token(pointer, key), value, &member.value, inside);
                }
            }
            (Value::Array(items), Content::Array(nodes)) => {
                for (at, (item, node)) in items.iter().zip(nodes).enumerate() {
                    let inside = (by, around.item(items, at));
                    self.value(&push_token(pointer, &at.to_string()), item, node, inside);
                }
            }
            (Value::String(text), Content::Scalar) => self.scalar(pointer, text, &span, around),
            // A number, a word, or what stands elsewhere and is met there.
            _ => {}
        }
    }

    /// Whether the tag before a value of YAML says that it is where something is, or encrypted: `!vault app/db`.
    fn is_elsewhere(&self, span: &Span) -> bool {
        const TAGS: [&str; 9] = [
            "!vault",
            "!secret",
            "!env",
            "!env_var",
            "!ref",
            "!getatt",
            "!importvalue",
            "!include",
            "!encrypted",
        ];
        let head = head_of(self.text, span.start).trim_end_matches([' ', '|', '>', '-']);
        let tag = head.rsplit(' ').next().unwrap_or_default();
        TAGS.iter().any(|known| tag.eq_ignore_ascii_case(known))
    }

    /// A value that stands elsewhere, perhaps under names that are no secrets'.
    fn used(&mut self, value: &Value, around: Around<'_>) {
        if around.is_secret(value) {
            let word = value.as_word().unwrap_or_default().trim();
            self.elsewhere.insert(word.to_owned());
            return;
        }
        match value {
            Value::Object(members) => {
                for (at, (_, value)) in members.iter().enumerate() {
                    self.used(value, around.member(members, at));
                }
            }
            Value::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    self.used(item, around.item(items, at));
                }
            }
            _ => {}
        }
    }

    /// Where the secrets stand that are used elsewhere. Where one is spelled otherwise there, nobody knows where that
    /// is.
    fn met_elsewhere(&mut self) {
        if self.elsewhere.is_empty() {
            return;
        }
        let words: Vec<_> = self.elsewhere.drain().collect();
        let finder = finder(&words);
        let mut is_met = vec![false; words.len()];
        for word in finder.iter().flat_map(|finder| finder.find_iter(self.text)) {
            is_met[word.pattern().as_usize()] = true;
            self.met.push(((word.range(), SecretKind::Name), None));
        }
        let mut words = words.iter().zip(is_met);
        // One may be a part of another.
        if words.any(|(word, is_met)| !is_met && !self.text.contains(word.as_str())) {
            self.met
                .push(((0..self.text.len(), SecretKind::Name), None));
        }
    }

    /// The keys in a text of the document, wherever they stand in it.
    fn scalar(&mut self, pointer: &str, value: &str, span: &Span, around: Around<'_>) {
        let wanted = keys_in_text(value, around);
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
        let words = finder(words);
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

    /// What is kept in comments behind secrets.
    fn met_behind(&mut self) {
        let named = self
            .met
            .iter()
            .filter(|((_, kind), _)| *kind == SecretKind::Name);
        let behind = named.flat_map(|((at, _), _)| in_comment_behind(self.text, at.end));
        self.found(behind.collect(), 0);
    }

    fn places(mut self) -> Vec<SecretPlace> {
        self.met_elsewhere();
        self.met_behind();
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

/// Finds any of some words, the longest of those that begin at one place. A word may be as long as its file.
fn finder(words: impl IntoIterator<Item: AsRef<[u8]>>) -> Option<AhoCorasick> {
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .kind(Some(AhoCorasickKind::NoncontiguousNFA))
        .build(words)
        .ok()
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
