//! The operators, by the `cel` crate: the one module that knows it.
//!
//! Its parser for general use descends so deep that eight nested brackets can end a process with a
//! small stack, so the other one it brings is used, with a limit; the depth of what it gave is
//! then known, and so is that of evaluating it. That parser is not part of the crate's documented
//! surface: the version is pinned, and the property tests in `tests/run/expressions.rs` hold it.

use std::sync::{Arc, LazyLock};

use cel::common::ast::{Expr, IdedExpr, LiteralValue};
use cel::objects::{Key, Map};
use cel::parser::PrattParser;
use cel::{Context, Env, ExecutionError};

use super::template::unreadable;
use crate::{Message, Value};

/// How deep brackets may be nested.
const MAX_NESTING: u16 = 16;
/// How many operators, paths and literals an expression may have.
const MAX_PARTS: usize = 200;

/// The operators of the contract, as the parser names them; with the minus of a literal.
const OPERATORS: [&str; 10] = [
    "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "_&&_", "_||_", "!_", "-_",
];

static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

/// Operators and literals over variables `p0`, `p1`, …
#[derive(Debug, Clone, PartialEq)]
pub struct Program(IdedExpr);

/// Why an operator gave nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failed {
    /// The variable of this number has no value, and the result hangs on it.
    Variable(usize),
    /// An operator was given values it does not take.
    Types,
}

impl Program {
    pub(super) fn read(code: &str) -> Result<Self, Message> {
        let parsed = PrattParser::new()
            .max_recursion_depth(MAX_NESTING)
            .max_expression_node_count(MAX_PARTS)
            .parse(code)
            .map_err(|_| unreadable())?;
        if is_plain(&parsed) {
            Ok(Self(parsed))
        } else {
            Err(unreadable())
        }
    }

    /// Whether it has no value where one of its variables has none, whatever the others are.
    pub(super) fn needs_all(&self) -> bool {
        needs_all(&self.0)
    }

    /// The value over these variables. One that has none is missed only if the result hangs on it.
    pub(super) fn run(&self, variables: &[Option<cel::Value>]) -> Result<cel::Value, Failed> {
        let mut context = Context::with_env(Arc::clone(&ENVIRONMENT));
        for (index, variable) in variables.iter().enumerate() {
            if let Some(value) = variable {
                context.add_variable_from_value(format!("p{index}"), value.clone());
            }
        }
        context.resolve(&self.0).map_err(|error| match error {
            ExecutionError::UndeclaredReference(name) => name
                .strip_prefix('p')
                .and_then(|index| index.parse().ok())
                .map_or(Failed::Types, Failed::Variable),
            _ => Failed::Types,
        })
    }
}

/// Whether the value hangs on every variable: nothing in it can do without one side.
fn needs_all(node: &IdedExpr) -> bool {
    match &node.expr {
        Expr::Call(call) => {
            !matches!(call.func_name.as_str(), "_&&_" | "_||_") && call.args.iter().all(needs_all)
        }
        _ => true,
    }
}

/// Whether this is made of the contract's operators, literals and our variables alone.
fn is_plain(node: &IdedExpr) -> bool {
    match &node.expr {
        Expr::Call(call) => {
            call.target.is_none()
                && OPERATORS.contains(&call.func_name.as_str())
                && call.args.iter().all(is_plain)
        }
        Expr::Ident(name) => name
            .strip_prefix('p')
            .is_some_and(|index| index.bytes().all(|byte| byte.is_ascii_digit())),
        Expr::Literal(literal) => !matches!(literal, LiteralValue::Bytes(_)),
        _ => false,
    }
}

/// The value for the operators; `None` for a whole number that 64 bits do not hold.
pub(super) fn to_operand(value: &Value) -> Option<cel::Value> {
    Some(match value {
        Value::Null => cel::Value::Null,
        Value::Bool(value) => cel::Value::Bool(*value),
        Value::Number(text) => number(text)?,
        Value::String(text) => cel::Value::String(Arc::new(text.clone())),
        Value::Array(items) => {
            let items: Option<Vec<_>> = items.iter().map(to_operand).collect();
            cel::Value::List(Arc::new(items?))
        }
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(key, value)| Some((Key::String(Arc::new(key.clone())), to_operand(value)?)));
            cel::Value::Map(Map {
                map: Arc::new(members.collect::<Option<_>>()?),
            })
        }
    })
}

fn number(text: &str) -> Option<cel::Value> {
    if !text.contains(['.', 'e', 'E']) {
        let whole = text.parse().map(cel::Value::Int);
        return whole.or_else(|_| text.parse().map(cel::Value::UInt)).ok();
    }
    let float: f64 = text.parse().ok()?;
    float.is_finite().then_some(cel::Value::Float(float))
}

/// What operators give: a truth value, or a literal that stood alone.
pub(super) fn from_operand(value: &cel::Value) -> Option<Value> {
    Some(match value {
        cel::Value::Null => Value::Null,
        cel::Value::Bool(value) => Value::Bool(*value),
        cel::Value::Int(number) => Value::Number(number.to_string()),
        cel::Value::UInt(number) => Value::Number(number.to_string()),
        cel::Value::Float(number) => Value::Number(number.to_string()),
        cel::Value::String(text) => Value::String(text.as_str().to_owned()),
        _ => return None,
    })
}
