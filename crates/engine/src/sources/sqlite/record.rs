//! Records: rows of a table with a primary key of one column.

use flowkeep_core::{Message, Value};
use rusqlite::Connection;
use rusqlite::types::Value as Bound;

use super::fault::Fault;
use super::{statement, value};
use crate::actions::{Output, Room};
use crate::sources::Key;
use crate::sources::record::{self, NewKey};

/// What has to be known of a table. Its name and those of its columns are the user's, and quoted
/// wherever they stand in a statement.
struct Table<'a> {
    name: &'a str,
    columns: Vec<String>,
    key: String,
    /// Whether SQLite numbers the records itself where no key is given.
    numbered: bool,
}

impl<'a> Table<'a> {
    fn find(connection: &Connection, name: &'a str) -> Result<Self, Fault> {
        let mut statement =
            connection.prepare("SELECT name, type, pk FROM pragma_table_info(?1)")?;
        let found: Vec<(String, String, i64)> = statement
            .query_map([name], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<Result<_, _>>()?;
        let wrong = |code: &str| Fault::Action(record::told(Message::new(code), name));
        if found.is_empty() {
            return Err(wrong("table_missing"));
        }
        let mut keys = found.iter().filter(|(_, _, key)| *key > 0);
        let (Some((key, kind, _)), None) = (keys.next(), keys.next()) else {
            return Err(wrong("table_without_key"));
        };
        Ok(Self {
            name,
            key: key.clone(),
            numbered: kind.eq_ignore_ascii_case("INTEGER"),
            columns: found.into_iter().map(|(column, _, _)| column).collect(),
        })
    }

    /// The column as the table spells it.
    fn column(&self, wanted: &str) -> Result<&str, Fault> {
        let columns = self.columns.iter().map(String::as_str);
        Ok(record::column(self.name, columns, wanted)?)
    }

    fn without_key<'v>(
        &self,
        values: &'v [(String, Value)],
        key: Option<&Value>,
    ) -> Result<record::WithoutKey<'_, 'v>, Fault> {
        let columns = || self.columns.iter().map(String::as_str);
        let spelled = |name: &'v str| record::column(self.name, columns(), name);
        Ok(record::without_key(
            self.name, &self.key, values, key, spelled,
        )?)
    }

    fn is_there(&self, connection: &Connection, key: &Value) -> Result<bool, Fault> {
        let sql = format!(
            "SELECT 1 FROM {} WHERE {} = ?1",
            self.quoted(),
            quote(&self.key)
        );
        Ok(connection.prepare(&sql)?.exists([value::to_sql(key)?])?)
    }

    fn quoted(&self) -> String {
        quote(self.name)
    }
}

pub(super) fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

pub(super) fn add(
    connection: &Connection,
    table: &str,
    key: &Key,
    values: &[(String, Value)],
) -> Result<Output, Fault> {
    let table = Table::find(connection, table)?;
    let given = match key {
        Key::Given(key) => Some(key),
        Key::Made(_) => None,
    };
    let (among, mut others) = table.without_key(values, given)?;
    let new = NewKey::of(key, among).unless_numbered(table.numbered);
    if let Some(NewKey { key, .. }) = &new {
        others.push((&table.key, key));
    }
    let columns: Vec<_> = others.iter().map(|(column, _)| quote(column)).collect();
    let marks = vec!["?"; columns.len()];
    let name = table.quoted();
    let sql = if columns.is_empty() {
        format!("INSERT INTO {name} DEFAULT VALUES")
    } else {
        let (columns, marks) = (columns.join(", "), marks.join(", "));
        format!("INSERT INTO {name} ({columns}) VALUES ({marks})")
    };
    let bound = bind(others.iter().map(|(_, value)| *value))?;
    let inserted = connection
        .execute(&sql, rusqlite::params_from_iter(bound))
        .map_err(Fault::from);
    match (inserted, new) {
        (Ok(_), Some(new)) => Ok(Output::of([("key", new.key.into_owned())])),
        (Ok(_), None) => Ok(Output::of([("key", connection.last_insert_rowid().into())])),
        (Err(fault), Some(new))
            if fault.is_constraint() && table.is_there(connection, &new.key)? =>
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

pub(super) fn update(
    connection: &Connection,
    table: &str,
    key: &Value,
    values: &[(String, Value)],
) -> Result<Output, Fault> {
    let table = Table::find(connection, table)?;
    let (_, others) = table.without_key(values, Some(key))?;
    let affected = if others.is_empty() {
        usize::from(table.is_there(connection, key)?)
    } else {
        let sets: Vec<_> = others
            .iter()
            .map(|(column, _)| format!("{} = ?", quote(column)))
            .collect();
        let (name, sets, key_column) = (table.quoted(), sets.join(", "), quote(&table.key));
        let sql = format!("UPDATE {name} SET {sets} WHERE {key_column} = ?");
        let bound = bind(others.iter().map(|(_, value)| *value).chain([key]))?;
        connection.execute(&sql, rusqlite::params_from_iter(bound))?
    };
    if affected == 0 {
        return Err(record::missing(table.name, key).into());
    }
    Ok(Output::of([("key", key.clone())]))
}

/// One that is too large is in a file alone: without it the output must not look as if there were none.
pub(super) fn get(
    connection: &Connection,
    table: &str,
    key: &Value,
    room: &Room,
) -> Result<Output, Fault> {
    let table = Table::find(connection, table)?;
    let (name, key_column) = (table.quoted(), quote(&table.key));
    let sql = format!("SELECT * FROM {name} WHERE {key_column} = ?1");
    let mut statement = connection.prepare(&sql)?;
    let columns = value::columns(&statement);
    let mut rows = statement.query([value::to_sql(key)?])?;
    let row = rows.next()?;
    let record = row.map(|row| value::row(&columns, row)).transpose()?;
    Ok(record::one(record, room)?)
}

pub(super) fn delete(connection: &Connection, table: &str, key: &Value) -> Result<Output, Fault> {
    let table = Table::find(connection, table)?;
    let (name, key_column) = (table.quoted(), quote(&table.key));
    let sql = format!("DELETE FROM {name} WHERE {key_column} = ?1");
    let deleted = connection.execute(&sql, [value::to_sql(key)?])?;
    Ok(Output::of([("deleted", (deleted > 0).into())]))
}

pub(super) fn find(
    connection: &Connection,
    table: &str,
    equal: &[(String, Value)],
    limit: Option<u64>,
    room: &Room,
) -> Result<Output, Fault> {
    let table = Table::find(connection, table)?;
    let mut conditions = Vec::with_capacity(equal.len());
    for (column, _) in equal {
        // `IS` finds NULL too.
        conditions.push(format!("{} IS ?", quote(table.column(column)?)));
    }
    records(
        connection,
        &table,
        &conditions.join(" AND "),
        bind(equal.iter().map(|(_, value)| value))?,
        limit,
        room,
    )
}

/// Letters of ASCII are found in either case, as SQLite compares.
pub(super) fn search(
    connection: &Connection,
    table: &str,
    text: &str,
    limit: Option<u64>,
    room: &Room,
) -> Result<Output, Fault> {
    let table = Table::find(connection, table)?;
    let has = |column: &String| {
        let column = quote(column);
        format!("(typeof({column}) = 'text' AND {column} LIKE ?1 ESCAPE '\\')")
    };
    let conditions: Vec<_> = table.columns.iter().map(has).collect();
    let bound = vec![Bound::Text(record::pattern(text))];
    records(
        connection,
        &table,
        &conditions.join(" OR "),
        bound,
        limit,
        room,
    )
}

fn records(
    connection: &Connection,
    table: &Table<'_>,
    condition: &str,
    mut bound: Vec<Bound>,
    limit: Option<u64>,
    room: &Room,
) -> Result<Output, Fault> {
    let (name, key) = (table.quoted(), quote(&table.key));
    let condition = if condition.is_empty() { "1" } else { condition };
    let sql = format!("SELECT * FROM {name} WHERE {condition} ORDER BY {key} LIMIT ?");
    // SQLite takes a negative limit for none.
    let limit = limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
    bound.push(Bound::Integer(limit));
    let mut statement = connection.prepare(&sql)?;
    for (index, value) in bound.into_iter().enumerate() {
        statement.raw_bind_parameter(index + 1, value)?;
    }
    let columns = value::columns(&statement);
    let (records, overflow) = statement::collect(&mut statement, &columns, room, "records")?;
    let mut output = Output::of([("records", records.into())]);
    output.overflow(overflow);
    Ok(output)
}

fn bind<'v>(values: impl Iterator<Item = &'v Value>) -> Result<Vec<Bound>, Fault> {
    values.map(value::to_sql).collect()
}
