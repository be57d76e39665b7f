//! Paths: where in the run a value is.

use std::fmt;

use crate::Message;

/// A path of an expression, such as `tasks.load.output.rows[0]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// What it begins with.
    pub root: Root,
    /// What follows: keys and indexes.
    pub segments: Vec<Segment>,
}

/// What a path begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Root {
    /// `tasks.ID.output`: the output of this task.
    Task(String),
    /// `context`: what the run was started with.
    Context,
    /// `secret.NAME`.
    Secret(String),
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// `.key`
    Key(String),
    /// `[0]`
    Index(usize),
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.root {
            Root::Task(task) => write!(f, "tasks.{task}.output")?,
            Root::Context => f.write_str("context")?,
            Root::Secret(name) => write!(f, "secret.{name}")?,
        }
        self.segments.iter().try_for_each(|segment| match segment {
            Segment::Key(key) => write!(f, ".{key}"),
            Segment::Index(index) => write!(f, "[{index}]"),
        })
    }
}

/// Characters of keys and ids. There is no subtraction, so a hyphen is one of them.
pub(super) fn is_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '-')
}

/// Reads the path a text begins with, and how many bytes it takes. The text begins with a word.
pub(super) fn leading(text: &str) -> Result<(Path, usize), Message> {
    let mut rest = text;
    let root = word(&mut rest);
    let mut segments = Vec::new();
    loop {
        if let Some(after) = rest.strip_prefix('.').filter(|r| r.starts_with(is_word)) {
            rest = after;
            segments.push(Segment::Key(word(&mut rest).to_owned()));
        } else if let Some((index, after)) = rest.strip_prefix('[').and_then(|r| r.split_once(']'))
        {
            let index = index.trim();
            let plain = index.bytes().all(|byte| byte.is_ascii_digit());
            let Some(index) = index.parse().ok().filter(|_| plain) else {
                return Err(Message::new("expression_index").with("index", index));
            };
            segments.push(Segment::Index(index));
            rest = after;
        } else {
            break;
        }
    }
    let path = rooted(root, segments)?;
    Ok((path, text.len() - rest.len()))
}

fn word<'t>(rest: &mut &'t str) -> &'t str {
    let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
    let (word, after) = rest.split_at(end);
    *rest = after;
    word
}

fn rooted(root: &str, segments: Vec<Segment>) -> Result<Path, Message> {
    let incomplete = || Message::new("expression_incomplete").with("root", root);
    let mut segments = segments.into_iter();
    let mut key = || match segments.next() {
        Some(Segment::Key(key)) => Some(key),
        _ => None,
    };
    let root = match root {
        "context" => Root::Context,
        "secret" => Root::Secret(key().ok_or_else(incomplete)?),
        "tasks" => {
            let task = key().ok_or_else(incomplete)?;
            if key().as_deref() != Some("output") {
                return Err(Message::new("expression_not_output").with("task", task));
            }
            Root::Task(task)
        }
        _ => return Err(Message::new("expression_unknown_root").with("root", root)),
    };
    Ok(Path {
        root,
        segments: segments.collect(),
    })
}
