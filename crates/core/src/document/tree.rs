//! What both readers (JSON, YAML) build: either the plain view, or the same with the place of
//! every part in the text. Reading is written once per format and generic over the result, so the
//! common case pays nothing for places it does not need.

use std::collections::HashMap;
use std::ops::Range;

use crate::Value;
use crate::value::{list_index, unescape_token};

/// A stretch of the text, in bytes.
pub(crate) type Span = Range<usize>;

/// How a list or object is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// In brackets, as always in JSON.
    Flow,
    /// By indentation.
    Block,
}

/// Makes nodes of what a reader found.
pub(crate) trait Builder {
    /// What it makes.
    type Node;
    /// Whether a key may stand twice; otherwise it is a fault.
    const KEYS_REPEAT: bool = false;
    /// A node that is no list and no object.
    fn scalar(&mut self, span: Span, value: Value) -> Self::Node;
    /// A list.
    fn array(&mut self, span: Span, style: Style, items: Vec<Self::Node>) -> Self::Node;
    /// An object; with a key that stands twice only where [`Builder::KEYS_REPEAT`].
    fn object(&mut self, span: Span, style: Style, members: Vec<Member<Self::Node>>) -> Self::Node;
    /// A second appearance of a node that is written elsewhere (YAML's `*name`).
    fn alias(&mut self, span: Span, target: Self::Node) -> Self::Node;
}

/// One key of an object.
#[derive(Debug, Clone)]
pub(crate) struct Member<N> {
    /// The key, unescaped.
    pub key: String,
    /// Where the key stands, with its quotes.
    pub key_span: Span,
    /// Its value.
    pub value: N,
}

/// Builds the plain view of what another machine has said: of a key that stands twice the last one
/// counts, as most programs read it.
pub(crate) struct Lenient;

impl Builder for Lenient {
    type Node = Value;
    const KEYS_REPEAT: bool = true;

    fn scalar(&mut self, span: Span, value: Value) -> Value {
        View.scalar(span, value)
    }

    fn array(&mut self, span: Span, style: Style, items: Vec<Value>) -> Value {
        View.array(span, style, items)
    }

    fn object(&mut self, span: Span, style: Style, members: Vec<Member<Value>>) -> Value {
        // In one pass, however often keys stand there: anybody may have sent it.
        let mut places: HashMap<String, usize> = HashMap::with_capacity(members.len());
        let mut last: Vec<Member<Value>> = Vec::with_capacity(members.len());
        for member in members {
            if let Some(&place) = places.get(&member.key) {
                // Its value stands where the key stood first.
                last[place] = member;
            } else {
                places.insert(member.key.clone(), last.len());
                last.push(member);
            }
        }
        View.object(span, style, last)
    }

    fn alias(&mut self, span: Span, target: Value) -> Value {
        View.alias(span, target)
    }
}

/// Builds the plain view.
pub(crate) struct View;

impl Builder for View {
    type Node = Value;

    fn scalar(&mut self, _: Span, value: Value) -> Value {
        value
    }

    fn array(&mut self, _: Span, _: Style, items: Vec<Value>) -> Value {
        Value::Array(items)
    }

    fn object(&mut self, _: Span, _: Style, members: Vec<Member<Value>>) -> Value {
        Value::Object(
            members
                .into_iter()
                .map(|member| (member.key, member.value))
                .collect(),
        )
    }

    fn alias(&mut self, _: Span, target: Value) -> Value {
        target
    }
}

/// Builds [`Node`]s. An alias is a scalar of its own: its parts stand elsewhere.
pub(crate) struct Located;

impl Builder for Located {
    type Node = Node;

    fn scalar(&mut self, span: Span, _: Value) -> Node {
        Node {
            span,
            style: Style::Flow,
            content: Content::Scalar,
        }
    }

    fn array(&mut self, span: Span, style: Style, items: Vec<Node>) -> Node {
        Node {
            span,
            style,
            content: Content::Array(items),
        }
    }

    fn object(&mut self, span: Span, style: Style, members: Vec<Member<Node>>) -> Node {
        Node {
            span,
            style,
            content: Content::Object(members),
        }
    }

    fn alias(&mut self, span: Span, _: Node) -> Node {
        self.scalar(span, Value::Null)
    }
}

/// Builds the plain view with the places of its parts, in one pass. A key that stands twice is there twice: for who
/// looks for something, wherever it is.
pub(crate) struct Everything;

impl Builder for Everything {
    type Node = (Value, Node);
    const KEYS_REPEAT: bool = true;

    fn scalar(&mut self, span: Span, value: Value) -> (Value, Node) {
        (value, Located.scalar(span, Value::Null))
    }

    fn array(&mut self, span: Span, style: Style, items: Vec<(Value, Node)>) -> (Value, Node) {
        let (values, nodes) = items.into_iter().unzip();
        let value = View.array(span.clone(), style, values);
        (value, Located.array(span, style, nodes))
    }

    fn object(
        &mut self,
        span: Span,
        style: Style,
        members: Vec<Member<(Value, Node)>>,
    ) -> (Value, Node) {
        let mut values = Vec::with_capacity(members.len());
        let mut nodes = Vec::with_capacity(members.len());
        for member in members {
            let (value, node) = member.value;
            values.push((member.key.clone(), value));
            nodes.push(Member {
                key: member.key,
                key_span: member.key_span,
                value: node,
            });
        }
        (Value::Object(values), Located.object(span, style, nodes))
    }

    fn alias(&mut self, span: Span, (target, node): (Value, Node)) -> (Value, Node) {
        let value = View.alias(span.clone(), target);
        (value, Located.alias(span, node))
    }
}

/// A value's place in the text and the places of its parts.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// From the first to behind the last byte of the value. Of a YAML block it ends where the
    /// next thing begins, and of a block text it begins behind its `|`.
    pub span: Span,
    /// How a list or object is written.
    pub style: Style,
    /// Its parts.
    pub content: Content,
}

/// The parts of a [`Node`].
#[derive(Debug, Clone)]
pub(crate) enum Content {
    /// None.
    Scalar,
    /// Items of a list.
    Array(Vec<Node>),
    /// Members of an object.
    Object(Vec<Member<Node>>),
}

impl Node {
    /// The items, when this is a list.
    pub(crate) fn items(&self) -> Option<&[Self]> {
        match &self.content {
            Content::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The members, when this is an object.
    pub(crate) fn members(&self) -> Option<&[Member<Self>]> {
        match &self.content {
            Content::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The member of this key.
    pub(crate) fn member(&self, key: &str) -> Option<&Member<Self>> {
        self.members()?.iter().find(|member| member.key == key)
    }

    /// Where in the text a pointer leads; where it leads nowhere, the last part that is there.
    pub(crate) fn nearest(&self, pointer: &str) -> Span {
        let mut node = self;
        for token in pointer.split('/').skip(1) {
            let next = match &node.content {
                Content::Object(_) => node.member(&unescape_token(token)).map(|m| &m.value),
                Content::Array(items) => list_index(token).and_then(|index| items.get(index)),
                Content::Scalar => None,
            };
            match next {
                Some(inner) => node = inner,
                None => break,
            }
        }
        node.span.clone()
    }
}

/// The first key that stands twice: positions of the earlier and the later one. `None` is the
/// usual answer, so few keys are compared directly and many are sorted.
pub(crate) fn duplicate_key<N>(members: &[Member<N>]) -> Option<(usize, usize)> {
    const FEW: usize = 16;
    if members.len() <= FEW {
        for (later, member) in members.iter().enumerate() {
            if let Some(earlier) = members[..later].iter().position(|m| m.key == member.key) {
                return Some((earlier, later));
            }
        }
        return None;
    }
    let mut order: Vec<usize> = (0..members.len()).collect();
    order.sort_by(|&a, &b| members[a].key.cmp(&members[b].key).then(a.cmp(&b)));
    order
        .windows(2)
        .filter(|pair| members[pair[0]].key == members[pair[1]].key)
        .map(|pair| (pair[0], pair[1]))
        .min_by_key(|&(_, later)| later)
}
