//! Records: rows of a table with a primary key of one column.
//!
//! Texts are equal when they are the same letter by letter, and ordered by their letters' numbers,
//! whatever the table's collation says: as with every other kind of source.

use flowkeep_core::{Message, Value};
use mysql_async::prelude::Queryable as _;
use mysql_async::{Params, Value as Bound};

use super::Session;
use super::fault::{Fault, code};
use super::statement::{Collected, collect};
use super::value::to_sql;
use crate::actions::{Output, Room};
use crate::sources::Key;
use crate::sources::record::{self, NewKey};

/// What has to be known of a table. Its name and those of its columns are the user's, and quoted
/// wherever they stand in a statement.
struct Table<'a> {
    name: &'a str,
    columns: Vec<Column>,
    /// Which of them is the key.
    key: usize,
}

struct Column {
    name: String,
    holds: Holds,
    /// Whether the server numbers the records itself where no key is given.
    numbered: bool,
}

/// What a column holds, as far as comparing goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Text,
    Number,
    Other,
}

/// Types whose values are numbers.
const NUMBERS: [&str; 11] = [
    "tinyint",
    "smallint",
    "mediumint",
    "int",
    "bigint",
    "decimal",
    "float",
    "double",
    "bit",
    "year",
    "bool",
];

impl<'a> Table<'a> {
    async fn find(session: &mut Session<'_>, name: &'a str) -> Result<Self, Fault> {
        if session.connection.opts().db_name().is_none() {
            return Err(Fault::lasting(
                Message::new("records_without_database").with("table", name),
            ));
        }
        let found: Vec<(String, String, String, String, Option<String>)> = session
            .connection
            .exec(
                "SELECT column_name, column_key, extra, data_type, character_set_name
                 FROM information_schema.columns
                 WHERE table_schema = DATABASE() AND table_name = ? ORDER BY ordinal_position",
                (name,),
            )
            .await?;
        let wrong = |code: &str| Fault::Action(record::told(Message::new(code), name));
        if found.is_empty() {
            return Err(wrong("table_missing"));
        }
        let keys: Vec<_> = found.iter().map(|(_, key, ..)| key == "PRI").collect();
        let mut marked = keys.iter().enumerate().filter(|(_, is_key)| **is_key);
        let (Some((key, _)), None) = (marked.next(), marked.next()) else {
            return Err(wrong("table_without_key"));
        };
        let columns = found.into_iter().map(|(name, _, extra, kind, charset)| {
            let kind = kind.to_ascii_lowercase();
            let holds = if charset.is_some() {
                Holds::Text
            } else if NUMBERS.contains(&kind.as_str()) {
                Holds::Number
            } else {
                Holds::Other
            };
            Column {
                name,
                holds,
                numbered: extra.to_ascii_lowercase().contains("auto_increment"),
            }
        });
        Ok(Self {
            name,
            columns: columns.collect(),
            key,
        })
    }

    fn key(&self) -> &Column {
        &self.columns[self.key]
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    fn column(&self, wanted: &str) -> Result<&Column, Fault> {
        let name = record::column(self.name, self.names(), wanted)?;
        let found = self.columns.iter().find(|column| column.name == name);
        Ok(found.unwrap_or_else(|| self.key()))
    }

    fn without_key<'v>(
        &self,
        values: &'v [(String, Value)],
        key: Option<&Value>,
    ) -> Result<record::WithoutKey<'_, 'v>, Fault> {
        let spelled = |name: &'v str| record::column(self.name, self.names(), name);
        let key_column = &self.key().name;
        Ok(record::without_key(
            self.name, key_column, values, key, spelled,
        )?)
    }

    async fn is_there(&self, session: &mut Session<'_>, key: &Value) -> Result<bool, Fault> {
        let mut bound = Vec::new();
        let condition = same(self.key(), key, &mut bound)?;
        let sql = format!("SELECT 1 FROM {} WHERE {condition}", quote(self.name));
        let found: Option<u8> = session
            .connection
            .exec_first(sql, Params::Positional(bound))
            .await?;
        Ok(found.is_some())
    }
}

pub(super) fn quote(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// The letters of a column or value, as they are compared and ordered: by their numbers.
fn letters(text: &str) -> String {
    format!("CAST(CONVERT({text} USING utf8mb4) AS BINARY)")
}

/// The condition that a column holds this value; what it needs is added to what is bound.
fn same(column: &Column, value: &Value, bound: &mut Vec<Bound>) -> Result<String, Fault> {
    let name = quote(&column.name);
    Ok(match (column.holds, value) {
        (_, Value::Null) => format!("{name} IS NULL"),
        (Holds::Text, Value::String(text) | Value::Number(text)) => {
            // The first half can use an index, the second is exact.
            bound.extend([Bound::from(text.as_str()), Bound::from(text.as_str())]);
            format!("({name} = ? AND {} = CAST(? AS BINARY))", letters(&name))
        }
        (Holds::Number, Value::String(text)) => {
            // The server takes a text that begins with no number for zero.
            let number = Value::Number(text.trim().to_owned());
            if text.trim().parse::<f64>().is_err() {
                return Ok("FALSE".to_owned());
            }
            bound.push(to_sql(&number)?);
            format!("{name} = ?")
        }
        _ => {
            bound.push(to_sql(value)?);
            format!("{name} = ?")
        }
    })
}

pub(super) async fn add(
    session: &mut Session<'_>,
    table: &str,
    key: &Key,
    values: &[(String, Value)],
) -> Result<Output, Fault> {
    let table = Table::find(session, table).await?;
    let given = match key {
        Key::Given(key) => Some(key),
        Key::Made(_) => None,
    };
    let (among, mut others) = table.without_key(values, given)?;
    let new = NewKey::of(key, among).unless_numbered(table.key().numbered);
    if let Some(NewKey { key, .. }) = &new {
        others.push((&table.key().name, key));
    }
    let columns: Vec<_> = others.iter().map(|(column, _)| quote(column)).collect();
    let marks = vec!["?"; columns.len()];
    let (name, columns, marks) = (quote(table.name), columns.join(", "), marks.join(", "));
    let sql = format!("INSERT INTO {name} ({columns}) VALUES ({marks})");
    let bound: Result<Vec<_>, _> = others.iter().map(|(_, value)| to_sql(value)).collect();
    let bound = match bound? {
        none if none.is_empty() => Params::Empty,
        some => Params::Positional(some),
    };
    let inserted = session.connection.exec_drop(sql, bound).await;
    match (inserted.map_err(Fault::from), new) {
        (Ok(()), Some(new)) => Ok(Output::of([("key", new.key.into_owned())])),
        (Ok(()), None) => {
            let number = session.connection.last_insert_id();
            Ok(Output::of([("key", number.into())]))
        }
        (Err(fault), Some(new))
            if fault.code() == Some(code::DUPLICATE)
                && table.is_there(session, &new.key).await? =>
        {
            if new.made {
                // An earlier attempt added it.
                return Ok(Output::of([("key", new.key.into_owned())]));
            }
            Err(record::taken(table.name, &new.key).into())
        }
        (Err(fault), _) => Err(fault),
    }
}

pub(super) async fn update(
    session: &mut Session<'_>,
    table: &str,
    key: &Value,
    values: &[(String, Value)],
) -> Result<Output, Fault> {
    let table = Table::find(session, table).await?;
    let (_, others) = table.without_key(values, Some(key))?;
    let changed = if others.is_empty() {
        table.is_there(session, key).await?
    } else {
        let mut bound = Vec::with_capacity(others.len() + 2);
        let mut sets = Vec::with_capacity(others.len());
        for (column, value) in others {
            bound.push(to_sql(value)?);
            sets.push(format!("{} = ?", quote(column)));
        }
        let condition = same(table.key(), key, &mut bound)?;
        let (name, sets) = (quote(table.name), sets.join(", "));
        let sql = format!("UPDATE {name} SET {sets} WHERE {condition}");
        let bound = Params::Positional(bound);
        session.connection.exec_drop(sql, bound).await?;
        session.connection.affected_rows() > 0
    };
    if !changed {
        return Err(record::missing(table.name, key).into());
    }
    Ok(Output::of([("key", key.clone())]))
}

pub(super) async fn get(
    session: &mut Session<'_>,
    table: &str,
    key: &Value,
    room: &Room,
) -> Result<Output, Fault> {
    let table = Table::find(session, table).await?;
    let mut bound = Vec::new();
    let condition = same(table.key(), key, &mut bound)?;
    let sql = format!("SELECT * FROM {} WHERE {condition}", quote(table.name));
    let row = session
        .connection
        .exec_first(sql, Params::Positional(bound))
        .await?;
    let record = row.map(|row: mysql_async::Row| {
        let names = super::value::names(&row.columns());
        super::value::row(&names, row)
    });
    Ok(record::one(record, room)?)
}

pub(super) async fn delete(
    session: &mut Session<'_>,
    table: &str,
    key: &Value,
) -> Result<Output, Fault> {
    let table = Table::find(session, table).await?;
    let mut bound = Vec::new();
    let condition = same(table.key(), key, &mut bound)?;
    let sql = format!("DELETE FROM {} WHERE {condition}", quote(table.name));
    let bound = Params::Positional(bound);
    session.connection.exec_drop(sql, bound).await?;
    let deleted = session.connection.affected_rows() > 0;
    Ok(Output::of([("deleted", deleted.into())]))
}

pub(super) async fn find(
    session: &mut Session<'_>,
    table: &str,
    equal: &[(String, Value)],
    limit: Option<u64>,
    room: &Room,
) -> Result<Output, Fault> {
    let table = Table::find(session, table).await?;
    let mut bound = Vec::new();
    let mut conditions = Vec::with_capacity(equal.len());
    for (column, value) in equal {
        conditions.push(same(table.column(column)?, value, &mut bound)?);
    }
    records(
        session,
        &table,
        &conditions.join(" AND "),
        bound,
        limit,
        room,
    )
    .await
}

/// Letters are found in either case, as far as the server knows the cases of a letter.
pub(super) async fn search(
    session: &mut Session<'_>,
    table: &str,
    text: &str,
    limit: Option<u64>,
    room: &Room,
) -> Result<Output, Fault> {
    let table = Table::find(session, table).await?;
    let texts = table
        .columns
        .iter()
        .filter(|column| column.holds == Holds::Text);
    let conditions: Vec<_> = texts
        .map(|column| {
            let name = quote(&column.name);
            let text = |text: &str| format!("LOWER(CONVERT({text} USING utf8mb4))");
            format!(
                r"{} COLLATE utf8mb4_bin LIKE {} ESCAPE '\\'",
                text(&name),
                text("?")
            )
        })
        .collect();
    let pattern = Bound::from(record::pattern(text));
    let bound = vec![pattern; conditions.len()];
    let condition = match conditions.join(" OR ") {
        none if none.is_empty() => "FALSE".to_owned(),
        some => some,
    };
    records(session, &table, &condition, bound, limit, room).await
}

async fn records(
    session: &mut Session<'_>,
    table: &Table<'_>,
    condition: &str,
    mut bound: Vec<Bound>,
    limit: Option<u64>,
    room: &Room,
) -> Result<Output, Fault> {
    let name = quote(table.name);
    let key = quote(&table.key().name);
    let order = match table.key().holds {
        Holds::Text => letters(&key),
        Holds::Number | Holds::Other => key,
    };
    let condition = if condition.is_empty() {
        "TRUE"
    } else {
        condition
    };
    let sql = format!("SELECT * FROM {name} WHERE {condition} ORDER BY {order} LIMIT ?");
    bound.push(Bound::UInt(limit.unwrap_or(u64::MAX)));
    let statement = session.connection.prep(sql).await?;
    let values = Params::Positional(bound);
    let (_, records, overflow): Collected =
        collect(session, &statement, values, room, "records").await?;
    let mut output = Output::of([("records", records.into())]);
    output.overflow(overflow);
    Ok(output)
}
