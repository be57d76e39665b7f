//! Expressions in parameters and conditions (contracts, "Expressions").
//!
//! | written | is |
//! |---|---|
//! | `${tasks.load.output.rows[0].n}` | what an earlier task gave |
//! | `${context.day}` | what the run was started with |
//! | `${secret.DB}` | a secret, found when the task executes and kept nowhere |
//! | `${context.n > 3 && !context.done}` | operators `== != < <= > >= && \|\| !`, literals, brackets |
//! | `$${` | the characters `${` |
//!
//! **Two languages, one seam.** Paths are ours: ids may hold hyphens and Chinese, numbers keep
//! their spelling, and a key that is not there is named. Operators are those of the Common
//! Expression Language, parsed and evaluated by the `cel` crate: a path stands in it as a
//! variable (`operators`). Whatever else that language can do (functions, arithmetic, `in`, `?:`)
//! is refused while reading, so that an expression stays something an operator can read aloud,
//! and ends after as many steps as it has characters.
//!
//! As in that language, `false && x` is false and `true || x` is true though `x` fails, and values
//! of different types are not equal; to order them is an error. Whole numbers that 64 bits do not
//! hold can be passed on but not compared.
//!
//! A text that is one lone expression keeps its type; in a longer text the values are spelled out
//! (`null` as nothing, lists and objects as JSON). In `sql` they become bound values ([`bind`]).
//!
//! Absent on purpose: where outputs, context and secrets come from ([`Lookup`]), and any memory of
//! what a secret was. What was evaluated with secrets in it must not be stored; for showing it,
//! evaluate again with [`Masked`].

mod evaluate;
mod operators;
mod path;
mod sql;
mod template;

pub use evaluate::{Fault, Lookup, Masked, condition, evaluate, evaluate_known, first_case};
pub use path::{Path, Root, Segment};
pub use sql::{Bound, bind};
pub use template::{Expression, Piece, is_lone, pieces};

use crate::Message;

/// The longest expression, in bytes between the braces. Longer ones are no conditions but
/// programs, and belong into a task.
pub const MAX_EXPRESSION_BYTES: usize = 2000;

/// The paths without which a text has no value, in their order. A text that cannot be read has
/// none.
pub fn needed(text: &str) -> Vec<Path> {
    let mut found = Vec::new();
    for piece in pieces(text).map_while(Result::ok) {
        if let Piece::Expression(expression, _) = piece {
            found.extend_from_slice(expression.needed());
        }
    }
    found
}

/// The paths of all expressions in a text, in their order.
///
/// # Errors
/// What is wrong with the first expression that cannot be read; codes begin with `expression_`.
pub fn references(text: &str) -> Result<Vec<Path>, Message> {
    let mut found = Vec::new();
    for piece in pieces(text) {
        if let Piece::Expression(expression, _) = piece? {
            found.extend(expression.into_paths());
        }
    }
    Ok(found)
}
