//! Statements as the definition has them, values bound. Each is prepared by the server, which so
//! says what it is and how many values it takes.

use flowkeep_core::{Message, Value};
use mysql_async::consts::StatusFlags;
use mysql_async::prelude::Queryable as _;
use mysql_async::{Params, Statement as Prepared};

use super::Session;
use super::fault::{Fault, code};
use super::{split, value};
use crate::actions::{List, Output, Overflow, Room};
use crate::sources::Statement;

/// What statements that only read begin with.
const ASKING: [&str; 7] = [
    "SELECT", "WITH", "SHOW", "VALUES", "TABLE", "CHECKSUM", "HELP",
];

/// What statements about statements begin with; the server tells their columns only with the answer.
const EXPLAINING: [&str; 3] = ["DESCRIBE", "DESC", "EXPLAIN"];

/// One statement that only reads.
pub(super) async fn query(
    session: &mut Session<'_>,
    asked: &Statement,
    room: &Room,
) -> Result<Output, Fault> {
    // It may be done again unasked after a crash, so it must not change anything: it is of a kind
    // that asks, it has columns to answer with (`INTO OUTFILE` has none), and of what it calls the
    // server holds that it does not write.
    let word = split::first_word(&asked.sql);
    let is_among = |words: &[&str]| words.iter().any(|known| known.eq_ignore_ascii_case(word));
    let statement = single(session, &asked.sql).await?;
    if !is_among(&EXPLAINING) && (!is_among(&ASKING) || statement.num_columns() == 0) {
        return Err(Fault::lasting(Message::new("sql_query_writes")));
    }
    session.run("START TRANSACTION READ ONLY").await?;
    let output = rows(session, &statement, &asked.args, room).await;
    let output = output.map_err(|fault| match fault.code() {
        Some(code::READ_ONLY_TRANSACTION) => Fault::lasting(Message::new("sql_query_writes")),
        _ => fault,
    })?;
    session.run("COMMIT").await?;
    Ok(output)
}

/// Statements that write: one, or several that are kept together or not at all, as far as the
/// server lets them: some (`CREATE TABLE`) it keeps at once, with all that came before.
pub(super) async fn execute(session: &mut Session<'_>, asked: &Statement) -> Result<Output, Fault> {
    let whole = [asked.sql.as_str()];
    let several;
    let pieces = match prepare(session, &asked.sql).await {
        Err(fault) if fault.code() == Some(code::SYNTAX) => {
            several = split::statements(&asked.sql);
            if several.len() < 2 {
                return Err(fault);
            }
            several.as_slice()
        }
        // Whatever else is wrong with it will be said again.
        _ => &whole,
    };
    session.run("START TRANSACTION").await?;
    let done = match carry_out(session, pieces, &asked.args).await {
        // It was refused before it began, and has a connection to itself.
        Err(fault) if fault.code().is_some_and(|code| code::ALONE.contains(&code)) => {
            if pieces.len() > 1 {
                return Err(fault);
            }
            session.run("ROLLBACK").await?;
            carry_out(session, pieces, &asked.args).await?
        }
        done => done?,
    };
    session.run("COMMIT").await?;
    Ok(Output::of([
        ("affected", done.affected.into()),
        ("last_id", done.last_id.into()),
    ]))
}

/// The values go to the placeholders of one statement after the other.
async fn carry_out(
    session: &mut Session<'_>,
    pieces: &[&str],
    args: &[Value],
) -> Result<Done, Fault> {
    let given = args.len();
    let (mut args, mut expected) = (args, 0);
    let mut done = Done::default();
    for piece in pieces {
        session.go_on()?;
        match prepare(session, piece).await {
            Ok(statement) => {
                let count = usize::from(statement.num_params());
                expected += count;
                let Some((own, rest)) = args.split_at_checked(count) else {
                    return Err(not_as_many(expected, given));
                };
                args = rest;
                let answer = session
                    .connection
                    .exec_iter(&statement, bound(own)?)
                    .await?;
                answer.drop_result().await?;
                session.connection.close(statement).await?;
            }
            Err(fault) if fault.code() == Some(code::UNPREPARED) => {
                session.run(piece).await?;
            }
            Err(fault) => return Err(fault),
        }
        done.note(session);
        if is_kept(session) {
            session.committed = true;
            session.run("START TRANSACTION").await?;
        }
    }
    if !args.is_empty() {
        return Err(not_as_many(expected, given));
    }
    session.go_on()?;
    Ok(done)
}

/// One statement of either sort, by whether it has columns to answer with.
pub(super) async fn either(
    session: &mut Session<'_>,
    asked: &Statement,
    room: &Room,
) -> Result<Output, Fault> {
    match prepare(session, &asked.sql).await {
        Ok(statement) if statement.num_columns() > 0 => {
            session.run("START TRANSACTION").await?;
            let output = rows(session, &statement, &asked.args, room).await?;
            session.run("COMMIT").await?;
            Ok(output)
        }
        _ => execute(session, asked).await,
    }
}

/// What the statements came to.
#[derive(Default)]
struct Done {
    affected: u64,
    last_id: Option<u64>,
}

impl Done {
    fn note(&mut self, session: &Session<'_>) {
        self.affected = session.connection.affected_rows();
        let id = session.connection.last_insert_id().filter(|&id| id != 0);
        self.last_id = id.or(self.last_id);
    }
}

/// Whether the server has kept what was done, though nobody asked it to.
fn is_kept(session: &Session<'_>) -> bool {
    let said = session.connection.last_ok_packet();
    said.is_some_and(|said| {
        !said
            .status_flags()
            .contains(StatusFlags::SERVER_STATUS_IN_TRANS)
    })
}

async fn prepare(session: &mut Session<'_>, sql: &str) -> Result<Prepared, Fault> {
    Ok(session.connection.prep(sql).await?)
}

async fn single(session: &mut Session<'_>, sql: &str) -> Result<Prepared, Fault> {
    prepare(session, sql).await.map_err(|fault| {
        let code = fault.code();
        if code == Some(code::SYNTAX) && split::statements(sql).len() > 1 {
            Fault::lasting(Message::new("sql_one_statement"))
        } else if code == Some(code::UNPREPARED) {
            // Whatever answers with rows can be prepared.
            Fault::lasting(Message::new("sql_query_writes"))
        } else {
            fault
        }
    })
}

async fn rows(
    session: &mut Session<'_>,
    statement: &Prepared,
    args: &[Value],
    room: &Room,
) -> Result<Output, Fault> {
    let expected = usize::from(statement.num_params());
    if expected != args.len() {
        return Err(not_as_many(expected, args.len()));
    }
    let (columns, rows, overflow) = collect(session, statement, bound(args)?, room, "rows").await?;
    let columns: Vec<_> = columns.into_iter().map(Value::from).collect();
    let mut output = Output::of([("rows", rows.into()), ("columns", columns.into())]);
    output.overflow(overflow);
    Ok(output)
}

/// The names of the columns, the rows that are kept, and the file of all of them when there are
/// more.
pub(super) type Collected = (Vec<String>, Vec<Value>, Option<Overflow>);

/// The rows of a statement.
pub(super) async fn collect(
    session: &mut Session<'_>,
    statement: &Prepared,
    values: Params,
    room: &Room,
    part: &'static str,
) -> Result<Collected, Fault> {
    let mut list = List::new(room, part);
    let mut answer = session.connection.exec_iter(statement, values).await?;
    let names = value::names(answer.columns_ref());
    while let Some(row) = answer.next().await? {
        list.push(value::row(&names, row))
            .map_err(Fault::Abandoned)?;
    }
    answer.drop_result().await?;
    let (rows, overflow) = list.finish()?;
    Ok((names, rows, overflow))
}

fn bound(args: &[Value]) -> Result<Params, Fault> {
    if args.is_empty() {
        return Ok(Params::Empty);
    }
    let values: Result<_, _> = args.iter().map(value::to_sql).collect();
    Ok(Params::Positional(values?))
}

fn not_as_many(expected: usize, given: usize) -> Fault {
    let message = Message::new("sql_args")
        .with("expected", expected)
        .with("given", given);
    Fault::lasting(message)
}
