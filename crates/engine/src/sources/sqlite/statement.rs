//! Statements as the definition has them, values bound.

use flowkeep_core::{Message, Value};
use rusqlite::fallible_iterator::FallibleIterator as _;
use rusqlite::{Batch, Connection, Transaction, TransactionBehavior};

use super::fault::Fault;
use super::value;
use crate::actions::{List, Output, Overflow, Room};
use crate::sources::Statement;

/// One statement that only reads.
pub(super) fn query(
    connection: &Connection,
    asked: &Statement,
    room: &Room,
) -> Result<Output, Fault> {
    // It may be done again unasked after a crash, so it must not change anything. SQLite's own
    // switch holds what a statement's looks cannot tell.
    connection.pragma_update(None, "query_only", true)?;
    let mut statement = single(connection, &asked.sql)?;
    if !statement.readonly() {
        return Err(Fault::lasting(Message::new("sql_query_writes")));
    }
    rows(&mut statement, &asked.args, room)
}

/// Statements that write: one, or several that are kept together or not at all.
pub(super) fn execute(connection: &Connection, asked: &Statement) -> Result<Output, Fault> {
    if let Ok(mut statement) = connection.prepare(&asked.sql) {
        bind_all(&mut statement, &asked.args)?;
        run(&mut statement)?;
    } else {
        // Several, or one that is wrong and will say so again. Only one after the other can they be
        // prepared: a later one may need the table an earlier one makes. They write, so they wait
        // for their turn before they read.
        let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
        several(connection, asked)?;
        transaction.commit()?;
    }
    let affected = match connection.total_changes() {
        0 => 0,
        // Without what triggers did, as the statement's author counts.
        _ => connection.changes(),
    };
    let last_id = Some(connection.last_insert_rowid()).filter(|&id| id != 0);
    Ok(Output::of([
        ("affected", affected.into()),
        ("last_id", last_id.into()),
    ]))
}

/// One statement of either sort, by whether it has columns to answer with.
pub(super) fn either(
    connection: &Connection,
    asked: &Statement,
    room: &Room,
) -> Result<Output, Fault> {
    match connection.prepare(&asked.sql) {
        Ok(mut statement) if statement.column_count() > 0 => {
            rows(&mut statement, &asked.args, room)
        }
        _ => execute(connection, asked),
    }
}

fn single<'c>(connection: &'c Connection, sql: &str) -> Result<rusqlite::Statement<'c>, Fault> {
    connection.prepare(sql).map_err(|error| match error {
        rusqlite::Error::MultipleStatement => Fault::lasting(Message::new("sql_one_statement")),
        error => error.into(),
    })
}

/// The values go to the placeholders of one statement after the other.
fn several(connection: &Connection, asked: &Statement) -> Result<(), Fault> {
    let mut args = asked.args.as_slice();
    let mut expected = 0;
    let mut batch = Batch::new(connection, &asked.sql);
    while let Some(mut statement) = batch.next()? {
        let count = statement.parameter_count();
        expected += count;
        let Some((own, rest)) = args.split_at_checked(count) else {
            return Err(not_as_many(expected, asked.args.len()));
        };
        bind_all(&mut statement, own)?;
        run(&mut statement)?;
        args = rest;
    }
    if args.is_empty() {
        Ok(())
    } else {
        Err(not_as_many(expected, asked.args.len()))
    }
}

fn bind_all(statement: &mut rusqlite::Statement<'_>, args: &[Value]) -> Result<(), Fault> {
    let expected = statement.parameter_count();
    if expected != args.len() {
        return Err(not_as_many(expected, args.len()));
    }
    for (index, arg) in args.iter().enumerate() {
        statement.raw_bind_parameter(index + 1, value::to_sql(arg)?)?;
    }
    Ok(())
}

fn not_as_many(expected: usize, given: usize) -> Fault {
    let message = Message::new("sql_args")
        .with("expected", expected)
        .with("given", given);
    Fault::lasting(message)
}

/// To the end of it, whatever it answers.
fn run(statement: &mut rusqlite::Statement<'_>) -> Result<(), Fault> {
    let mut rows = statement.raw_query();
    while rows.next()?.is_some() {}
    Ok(())
}

fn rows(
    statement: &mut rusqlite::Statement<'_>,
    args: &[Value],
    room: &Room,
) -> Result<Output, Fault> {
    bind_all(statement, args)?;
    let columns = value::columns(statement);
    let (rows, overflow) = collect(statement, &columns, room, "rows")?;
    let columns: Vec<_> = columns.into_iter().map(Value::from).collect();
    let mut output = Output::of([("rows", rows.into()), ("columns", columns.into())]);
    output.overflow(overflow);
    Ok(output)
}

/// The rows of a statement whose values are bound.
pub(super) fn collect(
    statement: &mut rusqlite::Statement<'_>,
    columns: &[String],
    room: &Room,
    part: &'static str,
) -> Result<(Vec<Value>, Option<Overflow>), Fault> {
    let mut list = List::new(room, part);
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        list.push(value::row(columns, row)?)?;
    }
    Ok(list.finish()?)
}
