//! Texts with expressions in them.

use std::borrow::Cow;

use super::MAX_EXPRESSION_BYTES;
use super::operators::Program;
use super::path::{self, Path};
use crate::Message;

/// A stretch of a text.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece<'t> {
    /// Characters that stay what they are; `$${` is already `${`.
    Text(Cow<'t, str>),
    /// What stands between `${` and `}`, and how it is written there.
    Expression(Expression, &'t str),
}

/// An expression that was read: a path, or paths joined by operators.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// A path and nothing else: the value is passed on as it is, whatever its size or spelling.
    Path(Path),
    /// Operators over the values of these paths.
    Operation {
        /// What the program calls `p0`, `p1`, …
        paths: Vec<Path>,
        /// The operators and literals.
        program: Program,
    },
}

impl Expression {
    /// The paths in it, in their order.
    pub fn paths(&self) -> &[Path] {
        match self {
            Self::Path(path) => std::slice::from_ref(path),
            Self::Operation { paths, .. } => paths,
        }
    }

    /// The paths without which it has no value, whatever the others are.
    pub(super) fn needed(&self) -> &[Path] {
        match self {
            Self::Operation { program, .. } if !program.needs_all() => &[],
            _ => self.paths(),
        }
    }

    pub(super) fn into_paths(self) -> Vec<Path> {
        match self {
            Self::Path(path) => vec![path],
            Self::Operation { paths, .. } => paths,
        }
    }

    /// Reads what stands between the braces.
    fn read(inner: &str) -> Result<Self, Message> {
        let inner = inner.trim();
        if inner.is_empty() {
            return Err(Message::new("expression_empty"));
        }
        if inner.len() > MAX_EXPRESSION_BYTES {
            return Err(Message::new("expression_too_long").with("limit", MAX_EXPRESSION_BYTES));
        }
        let (mut paths, code) = lift_paths(inner)?;
        if code == "p0" {
            return Ok(Self::Path(paths.remove(0)));
        }
        let program = Program::read(&code)?;
        Ok(Self::Operation { paths, program })
    }
}

/// The pieces of a text, in order. Whoever meets an error stops: what follows an unreadable
/// expression means nothing.
pub fn pieces(text: &str) -> impl Iterator<Item = Result<Piece<'_>, Message>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some(after) = rest.strip_prefix("$${") {
            rest = after;
            return Some(Ok(Piece::Text(Cow::Borrowed("${"))));
        }
        if let Some(inner) = rest.strip_prefix("${") {
            let Some(end) = end_of(inner) else {
                rest = "";
                return Some(Err(Message::new("expression_not_closed")));
            };
            rest = &inner[end + 1..];
            let read = Expression::read(&inner[..end]);
            return Some(read.map(|expression| Piece::Expression(expression, &inner[..end])));
        }
        // `$$${` is a dollar before an escaped brace: the sign next to `${` escapes.
        let end = match rest.find("${") {
            None => rest.len(),
            Some(at) if rest[..at].ends_with('$') => at - 1,
            Some(at) => at,
        };
        let (plain, after) = rest.split_at(end);
        rest = after;
        Some(Ok(Piece::Text(Cow::Borrowed(plain))))
    })
}

/// Whether the text is one expression and nothing else, as conditions are. Says nothing about
/// whether it can be read.
pub fn is_lone(text: &str) -> bool {
    text.trim()
        .strip_prefix("${")
        .is_some_and(|rest| end_of(rest).is_some_and(|end| end + 1 == rest.len()))
}

/// Where the closing brace is; braces in quotes count for nothing.
fn end_of(text: &str) -> Option<usize> {
    let mut at = 0;
    while let Some(character) = text[at..].chars().next() {
        match character {
            '}' => return Some(at),
            '"' | '\'' => at += quoted(&text[at..])?,
            other => at += other.len_utf8(),
        }
    }
    None
}

/// How many bytes the quoted text takes that this text begins with; a backslash takes the
/// character after it along.
fn quoted(text: &str) -> Option<usize> {
    let mut characters = text.char_indices();
    let (_, quote) = characters.next()?;
    while let Some((at, character)) = characters.next() {
        if character == '\\' {
            characters.next()?;
        } else if character == quote {
            return Some(at + character.len_utf8());
        }
    }
    None
}

/// Takes the paths out: `tasks.a.output.n > 3` becomes `p0 > 3`. Everything that is no path, no
/// literal of a word and no quoted text is left as it is for the parser to judge.
fn lift_paths(inner: &str) -> Result<(Vec<Path>, String), Message> {
    let mut paths = Vec::new();
    let mut code = String::new();
    let mut at = 0;
    while let Some(character) = inner[at..].chars().next() {
        let rest = &inner[at..];
        let taken = match character {
            '"' | '\'' => quoted(rest).ok_or_else(unreadable)?,
            // Its letters are no word: 1e5, 0x1f.
            '0'..='9' => rest
                .find(|c: char| !(c.is_ascii_alphanumeric() || c == '.'))
                .unwrap_or(rest.len()),
            _ if path::is_word(character) && character != '-' => {
                let end = rest.find(|c| !path::is_word(c)).unwrap_or(rest.len());
                if matches!(&rest[..end], "true" | "false" | "null") {
                    end
                } else {
                    let (path, taken) = path::leading(rest)?;
                    code.push('p');
                    code.push_str(&paths.len().to_string());
                    paths.push(path);
                    at += taken;
                    continue;
                }
            }
            other => other.len_utf8(),
        };
        code.push_str(&rest[..taken]);
        at += taken;
    }
    Ok((paths, code))
}

pub(super) fn unreadable() -> Message {
    Message::new("expression_unreadable")
}
