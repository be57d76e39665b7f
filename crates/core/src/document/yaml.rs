//! Reads YAML 1.2 (core schema) into the same nodes as JSON.
//!
//! Built on the event parser beneath `serde-saphyr` and not on its `serde` face, because that one
//! turns `1.0` into a float and forgets where things stand. A plain word is a number only where
//! its text is also a JSON number: `007`, `0x1F` and `.inf` stay texts, so nothing is lost and
//! nothing has to be spelled anew. `yes`, `on` and `no` are texts, as YAML 1.2 has it; merge keys
//! (`<<`) are ordinary keys.

use std::collections::HashMap;

use granit_parser::{
    ErrorKind, Event, Parser, ScalarStyle, ScanError, StrInput, StructureStyle, Tag,
};

use crate::Value;
use crate::document::json::{duplicate_fault, is_number};
use crate::document::tree::{Builder, Member, Style, duplicate_key};
use crate::document::{Fault, MAX_DEPTH};

/// How many nodes aliases may add to a document ("billion laughs").
const ALIAS_BUDGET: usize = 100_000;

/// Reads a text that holds one document. A byte order mark is skipped; empty documents behind
/// the first one (a file that ends with `---`) mean nothing.
pub(crate) fn read<B>(text: &str, builder: &mut B) -> Result<B::Node, Fault>
where
    B: Builder,
    B::Node: Clone,
{
    let skipped = if text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    let mut options = granit_parser::options! {
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    options.set_emit_comments(false);
    let mut reader = Reader {
        text,
        skipped,
        events: Parser::new_from_str_with_options(&text[skipped..], options),
        builder,
        anchors: HashMap::new(),
        alias_nodes: 0,
        brackets: Vec::new(),
    };
    reader.stream()
}

/// The value of a plain (unquoted) word.
pub(crate) fn plain_value(word: &str) -> Value {
    match word {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ if is_number(word) => Value::Number(word.to_owned()),
        _ => Value::String(word.to_owned()),
    }
}

/// A node and how much it holds: nodes in all, and levels.
#[derive(Clone)]
struct Measured<N> {
    node: N,
    nodes: usize,
    levels: usize,
}

struct Reader<'t, 'b, B: Builder> {
    text: &'t str,
    skipped: usize,
    events: Parser<'t, StrInput<'t>>,
    builder: &'b mut B,
    anchors: HashMap<usize, Measured<B::Node>>,
    alias_nodes: usize,
    /// Where the brackets stand that are open.
    brackets: Vec<usize>,
}

/// One event and the bytes it covers.
type Placed<'t> = (Event<'t>, std::ops::Range<usize>);

impl<'t, B> Reader<'t, '_, B>
where
    B: Builder,
    B::Node: Clone,
{
    fn stream(&mut self) -> Result<B::Node, Fault> {
        let mut document = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::DocumentStart(..) if document.is_none() => {
                    let (event, span) = self.next()?;
                    if is_empty_node(&event, span.len()) {
                        self.document_end()?;
                        continue;
                    }
                    document = Some(self.node(event, span, 1)?.node);
                    self.document_end()?;
                }
                Event::DocumentStart(..) => {
                    let (event, inner) = self.next()?;
                    if !is_empty_node(&event, inner.len()) {
                        return Err(Fault::new(span.start, "yaml_several_documents"));
                    }
                    self.document_end()?;
                }
                Event::StreamEnd => {
                    let end = self.text.len();
                    return document.ok_or_else(|| Fault::new(end, "document_empty"));
                }
                _ => {}
            }
        }
    }

    fn document_end(&mut self) -> Result<(), Fault> {
        match self.next()? {
            (Event::DocumentEnd, _) => Ok(()),
            (_, span) => Err(Fault::new(span.start, "yaml_unreadable")),
        }
    }

    fn next(&mut self) -> Result<Placed<'t>, Fault> {
        match self.events.next_event() {
            Some(Ok((event, span))) => {
                let range = span.byte_range().unwrap_or_default();
                Ok((event, range.start + self.skipped..range.end + self.skipped))
            }
            Some(Err(error)) => Err(self.scan_fault(&error)),
            None => Err(Fault::new(self.text.len(), "yaml_unreadable")),
        }
    }

    fn scan_fault(&self, error: &ScanError) -> Fault {
        let marker = error.marker();
        let at = marker.byte_offset().unwrap_or_else(|| {
            self.text[self.skipped..]
                .char_indices()
                .nth(marker.index())
                .map_or(self.text.len(), |(at, _)| at)
        });
        let fault = Fault::new(at + self.skipped, scan_code(error.kind()));
        match (error.kind(), self.brackets.last()) {
            // The next line's key is where it is noticed; the bracket is what is wrong.
            (
                ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement,
                Some(&bracket),
            ) => Fault::new(bracket, "yaml_bracket_not_closed"),
            (ErrorKind::RecursionLimitExceeded, _) => fault.with("limit", MAX_DEPTH),
            _ => fault,
        }
    }

    fn node(
        &mut self,
        event: Event<'t>,
        span: std::ops::Range<usize>,
        depth: usize,
    ) -> Result<Measured<B::Node>, Fault> {
        let at = span.start;
        let (measured, anchor) = match event {
            Event::Scalar(word, style, anchor, tag) => {
                // The parser gives `~` for nothing at all.
                let word = if style == ScalarStyle::Plain && span.is_empty() {
                    ""
                } else {
                    &word
                };
                let value = scalar_value(word, style, tag.as_deref());
                let node = self.builder.scalar(span, value);
                (
                    Measured {
                        node,
                        nodes: 1,
                        levels: 0,
                    },
                    anchor,
                )
            }
            Event::SequenceStart(style, anchor, _) => {
                (self.sequence(at, style_of(style), depth)?, anchor)
            }
            Event::MappingStart(style, anchor, _) => {
                (self.mapping(at, style_of(style), depth)?, anchor)
            }
            Event::Alias(anchor) => return self.alias(anchor, span, depth),
            _ => return Err(Fault::new(at, "yaml_unreadable")),
        };
        if anchor != 0 {
            self.anchors.insert(anchor, measured.clone());
        }
        Ok(measured)
    }

    fn alias(
        &mut self,
        anchor: usize,
        span: std::ops::Range<usize>,
        depth: usize,
    ) -> Result<Measured<B::Node>, Fault> {
        let at = span.start;
        // An anchor is known once its node is whole, so one that holds itself is not found.
        let Some(target) = self.anchors.get(&anchor) else {
            return Err(Fault::new(at, "yaml_alias_in_itself"));
        };
        self.alias_nodes += target.nodes;
        if self.alias_nodes > ALIAS_BUDGET {
            return Err(Fault::new(at, "yaml_too_many_aliases"));
        }
        if depth + target.levels > MAX_DEPTH + 1 {
            return Err(Fault::new(at, "document_too_deep").with("limit", MAX_DEPTH));
        }
        let Measured {
            node,
            nodes,
            levels,
        } = target.clone();
        let node = self.builder.alias(span, node);
        Ok(Measured {
            node,
            nodes,
            levels,
        })
    }

    fn open(&mut self, start: usize, style: Style) {
        if style == Style::Flow {
            self.brackets.push(start);
        }
    }

    fn close(&mut self, style: Style) {
        if style == Style::Flow {
            self.brackets.pop();
        }
    }

    fn sequence(
        &mut self,
        start: usize,
        style: Style,
        depth: usize,
    ) -> Result<Measured<B::Node>, Fault> {
        check_depth(start, depth)?;
        self.open(start, style);
        let mut items = Vec::new();
        let (mut nodes, mut levels) = (1, 0);
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::SequenceEnd) {
                self.close(style);
                let node = self.builder.array(start..span.end, style, items);
                return Ok(Measured {
                    node,
                    nodes,
                    levels: levels + 1,
                });
            }
            let item = self.node(event, span, depth + 1)?;
            nodes += item.nodes;
            levels = levels.max(item.levels);
            items.push(item.node);
        }
    }

    fn mapping(
        &mut self,
        start: usize,
        style: Style,
        depth: usize,
    ) -> Result<Measured<B::Node>, Fault> {
        check_depth(start, depth)?;
        self.open(start, style);
        let mut members: Vec<Member<B::Node>> = Vec::new();
        let (mut nodes, mut levels) = (1, 0);
        loop {
            let (event, key_span) = self.next()?;
            let key = match event {
                Event::MappingEnd => {
                    self.close(style);
                    if !B::KEYS_REPEAT
                        && let Some((earlier, later)) = duplicate_key(&members)
                    {
                        let (earlier, later) = (&members[earlier], &members[later]);
                        return Err(duplicate_fault(self.text, earlier, later));
                    }
                    let node = self.builder.object(start..key_span.end, style, members);
                    return Ok(Measured {
                        node,
                        nodes,
                        levels: levels + 1,
                    });
                }
                Event::Scalar(_, _, 0, _) if key_span.is_empty() => String::new(),
                Event::Scalar(word, _, 0, _) => word.into_owned(),
                _ => return Err(Fault::new(key_span.start, "yaml_key_not_text")),
            };
            let (event, span) = self.next()?;
            let value = self.node(event, span, depth + 1)?;
            nodes += value.nodes;
            levels = levels.max(value.levels);
            members.push(Member {
                key,
                key_span,
                value: value.node,
            });
        }
    }
}

const fn style_of(style: StructureStyle) -> Style {
    match style {
        StructureStyle::Flow => Style::Flow,
        StructureStyle::Block => Style::Block,
    }
}

fn check_depth(at: usize, depth: usize) -> Result<(), Fault> {
    if depth > MAX_DEPTH {
        return Err(Fault::new(at, "document_too_deep").with("limit", MAX_DEPTH));
    }
    Ok(())
}

/// Whether a document holds nothing at all.
fn is_empty_node(event: &Event<'_>, length: usize) -> bool {
    length == 0 && matches!(event, Event::Scalar(_, ScalarStyle::Plain, 0, None))
}

fn scalar_value(word: &str, style: ScalarStyle, tag: Option<&Tag>) -> Value {
    let forced_text = tag.is_some_and(|tag| tag.is_yaml_core_schema_tag("str"));
    if style == ScalarStyle::Plain && !forced_text {
        plain_value(word)
    } else {
        Value::String(word.to_owned())
    }
}

/// The code of what the scanner stumbled over. Many of its reasons are one to a reader.
fn scan_code(kind: &ErrorKind) -> &'static str {
    use ErrorKind as K;
    match kind {
        K::TabNotAllowed
        | K::TabInBlockIndentation
        | K::TabAtBlockScalarStart
        | K::TabInIndentation
        | K::TabInPlainScalar => "yaml_tab",
        K::InvalidIndentation
        | K::ExpectedBlockMappingKey
        | K::ExpectedBlockSequenceEntry
        | K::BlockSequenceEntryNotAllowed
        | K::InvalidBlockScalarIndent
        | K::InvalidFlowScalarIndent
        | K::MappingKeyNotAllowed => "yaml_indentation",
        K::UnclosedQuotedScalar
        | K::DocumentIndicatorInQuotedScalar
        | K::InvalidQuotedScalarIndent => "yaml_quote_not_closed",
        K::UnexpectedEofFlowSequence
        | K::UnexpectedEofFlowMapping
        | K::UnexpectedEofImplicitFlowMapping
        | K::UnclosedFlowCollection { .. } => "yaml_bracket_not_closed",
        K::MisplacedFlowCollectionEnd | K::MismatchedFlowCollectionEnd { .. } => {
            "yaml_wrong_bracket"
        }
        K::ExpectedFlowMappingSeparator | K::ExpectedFlowSequenceSeparator => "yaml_expected_comma",
        K::SimpleKeyExpected | K::InvalidSimpleKey => "yaml_expected_colon",
        K::MappingValueNotAllowed | K::InvalidColonPlacement => "yaml_colon_in_text",
        K::InvalidTrailingSingleQuotedScalar | K::InvalidTrailingDoubleQuotedScalar => {
            "yaml_text_after_quote"
        }
        K::UnknownAnchor => "yaml_unknown_anchor",
        K::UnknownQuotedScalarEscape | K::InvalidQuotedScalarHexEscape => "yaml_bad_escape",
        K::InvalidLowSurrogate
        | K::InvalidLowSurrogateHexEscape
        | K::MissingLowSurrogate
        | K::UnpairedLowSurrogate
        | K::InvalidUnicodeEscape => "yaml_lone_surrogate",
        K::UnexpectedCharacter { .. } | K::PlainScalarStartsWithDashFlowIndicator => {
            "yaml_needs_quotes"
        }
        K::RecursionLimitExceeded => "document_too_deep",
        _ => "yaml_unreadable",
    }
}
