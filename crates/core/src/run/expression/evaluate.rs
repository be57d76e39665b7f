//! From a text with expressions to a value.

use std::borrow::Cow;

use super::operators::{Failed, from_operand, to_operand};
use super::path::{Path, Root, Segment};
use super::template::{Expression, Piece, pieces};
use crate::edit::json_text;
use crate::run::task_id::TaskId;
use crate::{Message, Value};

/// Where values come from while a task executes.
pub trait Lookup {
    /// What `${tasks.ID.output}` is: the output of this task, or of the one that stood in for it
    /// ([`RunState::output_of`](crate::run::RunState::output_of)). `None` while it has none.
    fn output(&self, task: &str) -> Option<Cow<'_, Value>>;

    /// What the run was started with.
    fn context(&self) -> Cow<'_, Value>;

    /// The secret of this name.
    ///
    /// # Errors
    /// [`Fault::SecretLocked`] while it cannot be read; [`Fault::Wrong`] when there is none.
    fn secret(&self, name: &str) -> Result<String, Fault>;
}

/// A lookup that shows dots instead of secrets: for what is stored or shown.
#[derive(Debug, Clone, Copy)]
pub struct Masked<L>(
    /// Where everything else comes from.
    pub L,
);

impl<L: Lookup> Lookup for Masked<L> {
    fn output(&self, task: &str) -> Option<Cow<'_, Value>> {
        self.0.output(task)
    }

    fn context(&self) -> Cow<'_, Value> {
        self.0.context()
    }

    fn secret(&self, _: &str) -> Result<String, Fault> {
        Ok("••••••".to_owned())
    }
}

/// The run was started without something; the field `key` names it.
const NOT_GIVEN: &str = "context_missing";

/// Why an expression has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It never will have one as things are; the code begins with `expression_`, or is
    /// `context_missing` for what the run was started without.
    Wrong(Message),
    /// The secret of this name is locked: the task waits.
    SecretLocked(String),
}

impl From<Message> for Fault {
    fn from(message: Message) -> Self {
        Self::Wrong(message)
    }
}

impl Fault {
    /// The run was started without a value of this name.
    fn not_given(name: &str) -> Self {
        Self::Wrong(Message::new(NOT_GIVEN).with("key", name))
    }

    /// The same fault, told of the expression that is written like this. What was not given is
    /// told by its name alone.
    pub(super) fn of(self, written: &str) -> Self {
        match self {
            Self::Wrong(message) if message.code != NOT_GIVEN => {
                Self::Wrong(message.with("expression", format!("${{{written}}}")))
            }
            other => other,
        }
    }

    /// The same fault, told of a part: `rows`, then `[2]` of it, is `rows[2]` (the field `where`).
    #[must_use]
    pub fn inside(self, part: &str) -> Self {
        match self {
            Self::Wrong(message) if message.code != NOT_GIVEN => {
                let within = match message.fields.get("where").map(String::as_str) {
                    None => part.to_owned(),
                    Some(index) if index.starts_with('[') => format!("{part}{index}"),
                    Some(key) => format!("{part}.{key}"),
                };
                Self::Wrong(message.with("where", within))
            }
            other => other,
        }
    }
}

/// The value with all its expressions evaluated, at any depth. Keys of objects are no expressions.
///
/// # Errors
/// The first expression that cannot be read or has no value: its fields `expression` and `where`
/// tell how it is written and in which part.
pub fn evaluate(value: &Value, lookup: &impl Lookup) -> Result<Value, Fault> {
    Ok(match value {
        Value::String(text) if text.contains("${") => evaluate_text(text, lookup)?,
        Value::Array(items) => {
            let items = items.iter().enumerate().map(|(index, item)| {
                let inside = |fault: Fault| fault.inside(&format!("[{index}]"));
                evaluate(item, lookup).map_err(inside)
            });
            Value::Array(items.collect::<Result<_, _>>()?)
        }
        Value::Object(members) => {
            let members = members.iter().map(|(key, member)| {
                let value = evaluate(member, lookup).map_err(|fault| fault.inside(key))?;
                Ok((key.clone(), value))
            });
            Value::Object(members.collect::<Result<_, Fault>>()?)
        }
        other => other.clone(),
    })
}

/// The value as far as it can be evaluated, for people to read: a text whose expressions have no
/// value stays as it is written, and the first reason why is told.
pub fn evaluate_known(value: &Value, lookup: &impl Lookup) -> (Value, Option<Fault>) {
    let mut fault = None;
    let known = known(value, lookup, &mut fault);
    (known, fault)
}

fn known(value: &Value, lookup: &impl Lookup, fault: &mut Option<Fault>) -> Value {
    match value {
        Value::Array(items) => {
            let items = items.iter().map(|item| known(item, lookup, fault));
            Value::Array(items.collect())
        }
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(key, member)| (key.clone(), known(member, lookup, fault)));
            Value::Object(members.collect())
        }
        other => evaluate(other, lookup).unwrap_or_else(|why| {
            fault.get_or_insert(why);
            other.clone()
        }),
    }
}

/// Whether a condition holds: one expression that is true or false.
///
/// # Errors
/// As [`evaluate`]; `expression_not_true_or_false` for another value.
pub fn condition(text: &str, lookup: &impl Lookup) -> Result<bool, Fault> {
    match evaluate_text(text.trim(), lookup)? {
        Value::Bool(holds) => Ok(holds),
        _ => Err(Message::new("expression_not_true_or_false")
            .with("expression", text.trim())
            .into()),
    }
}

/// The task of the first of a branch's cases whose condition holds; one without a condition always
/// does. Cases after it are not looked at, so they may speak of what is not there.
///
/// # Errors
/// As [`condition`], of the first condition that has no value.
pub fn first_case(when: &Value, lookup: &impl Lookup) -> Result<Option<TaskId>, Fault> {
    for (index, case) in when.as_array().unwrap_or_default().iter().enumerate() {
        let place = format!("[{index}]");
        let holds = match case.get("condition") {
            None | Some(Value::Null) => true,
            Some(Value::Bool(holds)) => *holds,
            Some(Value::String(text)) => {
                condition(text, lookup).map_err(|fault| fault.inside("condition").inside(&place))?
            }
            Some(_) => return Err(Message::new("expression_not_true_or_false").into()),
        };
        if holds {
            return Ok(case.get("task").and_then(Value::as_word).map(TaskId::from));
        }
    }
    Ok(None)
}

fn evaluate_text(text: &str, lookup: &impl Lookup) -> Result<Value, Fault> {
    let mut whole = String::new();
    let mut lone = None;
    for (index, piece) in pieces(text).enumerate() {
        if let Some(value) = lone.take() {
            whole.push_str(&spelled(&value));
        }
        match piece? {
            Piece::Text(text) => whole.push_str(&text),
            Piece::Expression(expression, written) => {
                let value = value_of(&expression, lookup).map_err(|fault| fault.of(written))?;
                if index == 0 {
                    lone = Some(value);
                } else {
                    whole.push_str(&spelled(&value));
                }
            }
        }
    }
    Ok(lone.unwrap_or(Value::String(whole)))
}

/// A value inside a longer text.
fn spelled(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::Bool(true) => Cow::Borrowed("true"),
        Value::Bool(false) => Cow::Borrowed("false"),
        Value::Number(text) | Value::String(text) => Cow::Borrowed(text),
        Value::Array(_) | Value::Object(_) => Cow::Owned(json_text(value)),
    }
}

pub(super) fn value_of(expression: &Expression, lookup: &impl Lookup) -> Result<Value, Fault> {
    let (paths, program) = match expression {
        Expression::Path(path) => return at(path, lookup),
        Expression::Operation { paths, program } => (paths, program),
    };
    let values: Vec<_> = paths
        .iter()
        .map(|path| {
            let value = at(path, lookup)?;
            to_operand(&value)
                .ok_or_else(|| Fault::Wrong(Message::new("expression_number").with("path", path)))
        })
        .collect();
    let operands: Vec<_> = values
        .iter()
        .map(|value| value.as_ref().ok().cloned())
        .collect();
    let failed = match program.run(&operands) {
        Ok(value) => match from_operand(&value) {
            Some(value) => return Ok(value),
            None => Failed::Types,
        },
        Err(failed) => failed,
    };
    Err(match failed {
        Failed::Variable(index) => match values.into_iter().nth(index) {
            Some(Err(fault)) => fault,
            _ => Fault::Wrong(super::template::unreadable()),
        },
        Failed::Types => {
            let list: Vec<_> = paths.iter().map(ToString::to_string).collect();
            Fault::Wrong(Message::new("expression_types").with("paths", list.join(", ")))
        }
    })
}

/// The value at a path; what is missing is named as far as it is there.
fn at(path: &Path, lookup: &impl Lookup) -> Result<Value, Fault> {
    let whole = match &path.root {
        Root::Secret(name) => Cow::Owned(Value::String(lookup.secret(name)?)),
        Root::Context => lookup.context(),
        Root::Task(task) => lookup
            .output(task)
            .ok_or_else(|| Fault::Wrong(Message::new("expression_no_output").with("task", task)))?,
    };
    let mut value = whole.as_ref();
    for (depth, segment) in path.segments.iter().enumerate() {
        let next = match segment {
            Segment::Key(key) => value.get(key),
            Segment::Index(index) => value.as_array().and_then(|items| items.get(*index)),
        };
        value = next.ok_or_else(|| {
            if let (Root::Context, 0, Segment::Key(name)) = (&path.root, depth, segment) {
                return Fault::not_given(name);
            }
            let known = Path {
                root: path.root.clone(),
                segments: path.segments[..=depth].to_vec(),
            };
            Fault::Wrong(Message::new("expression_missing").with("path", known))
        })?;
    }
    Ok(value.clone())
}
