//! Expressions in SQL: values that are bound, never text (contracts, "Expressions").

use super::evaluate::{Fault, Lookup, value_of};
use super::template::{Piece, pieces};
use crate::{Message, Value};

/// A statement and the values of its `?`, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// The statement; every expression has become a `?`.
    pub sql: String,
    /// One value for every `?`; arguments left over stand at the end.
    pub args: Vec<Value>,
}

/// Binds the expressions of a statement between its own arguments: in
/// `UPDATE t SET a = ?, b = ${context.b} WHERE id = ?` the first and the last value come from
/// `args`, which are already evaluated.
///
/// # Errors
/// As [`evaluate`](super::evaluate); `expression_in_sql_quotes` for one inside quotes or a comment,
/// `expression_beside_numbered` beside `?1`, `:name`, `@name` or `$name`, whose order is their own.
pub fn bind(sql: &str, args: &[Value], lookup: &impl Lookup) -> Result<Bound, Fault> {
    let mut bound = Bound {
        sql: String::with_capacity(sql.len()),
        args: Vec::new(),
    };
    let mut args = args.iter().cloned();
    let mut scanner = Scanner::default();
    let mut expressions = false;
    for piece in pieces(sql) {
        match piece? {
            Piece::Text(text) => {
                let count = scanner.scan(&text);
                bound.args.extend(args.by_ref().take(count));
                bound.sql.push_str(&text);
            }
            Piece::Expression(expression, written) => {
                if scanner.inside != Inside::Code {
                    return Err(Message::new("expression_in_sql_quotes").into());
                }
                expressions = true;
                scanner.before = '?';
                let value = value_of(&expression, lookup);
                bound.args.push(value.map_err(|fault| fault.of(written))?);
                bound.sql.push('?');
            }
        }
    }
    if expressions && scanner.named {
        return Err(Message::new("expression_beside_numbered").into());
    }
    bound.args.extend(args);
    Ok(bound)
}

/// What the next character of a statement stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Inside {
    #[default]
    Code,
    /// Quotes that end with this character.
    Quotes(char),
    Line,
    Block,
}

/// Finds the `?` that are arguments. It only has to tell code from quotes and comments.
#[derive(Debug, Default)]
struct Scanner {
    inside: Inside,
    before: char,
    named: bool,
}

impl Scanner {
    /// Goes over a stretch and says how many arguments are in it.
    fn scan(&mut self, text: &str) -> usize {
        let mut count = 0;
        for character in text.chars() {
            let pair = (self.before, character);
            self.before = character;
            match self.inside {
                Inside::Quotes(end) if character == end => self.inside = Inside::Code,
                Inside::Line if character == '\n' => self.inside = Inside::Code,
                Inside::Block if pair == ('*', '/') => self.leave_block(),
                Inside::Code => count += usize::from(self.code(pair)),
                _ => {}
            }
        }
        count
    }

    fn leave_block(&mut self) {
        self.inside = Inside::Code;
        self.before = ' ';
    }

    /// Whether this character of code is an argument.
    fn code(&mut self, (before, character): (char, char)) -> bool {
        match (before, character) {
            (_, '\'' | '"' | '`') => self.inside = Inside::Quotes(character),
            (_, '[') => self.inside = Inside::Quotes(']'),
            ('-', '-') => self.inside = Inside::Line,
            ('/', '*') => {
                self.inside = Inside::Block;
                // `/*/` does not end it.
                self.before = ' ';
            }
            ('?', '0'..='9') => self.named = true,
            (':' | '@' | '$', c) if c.is_alphabetic() || c == '_' => self.named = true,
            (_, '?') => return true,
            _ => {}
        }
        false
    }
}
