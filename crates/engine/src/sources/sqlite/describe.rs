//! What a table or view of the file is.

use flowkeep_core::description::{Column, ForeignKey, Index, Sample, Table, TableKind};
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::fault::Fault;
use super::record::quote;
use crate::actions::Output;
use crate::sources::described::{self, BEGINNING, Shown};

pub(super) fn describe(
    connection: &Connection,
    table: &str,
    samples: u64,
) -> Result<Output, Fault> {
    connection.pragma_update(None, "query_only", true)?;
    // What is counted and what is shown are of one moment.
    let _moment = connection.unchecked_transaction()?;
    let mut found = find(connection, table)?;
    found.columns = columns(connection, &mut found)?;
    found.foreign_keys = foreign_keys(connection, &found.name)?;
    found.indexes = indexes(connection, &found.name)?;
    count(connection, &mut found)?;
    if samples > 0 {
        sample(connection, &mut found, samples)?;
    }
    Ok(described::output(found)?)
}

fn find(connection: &Connection, wanted: &str) -> Result<Table, Fault> {
    let mut statement = connection.prepare(
        "SELECT name, type, sql FROM sqlite_schema
         WHERE type IN ('table', 'view') AND name = ?1 COLLATE NOCASE",
    )?;
    let mut named = |name: &str| {
        let read = |row: &Row<'_>| {
            let kind: String = row.get(1)?;
            Ok((row.get(0)?, kind, row.get(2)?))
        };
        statement.query_row([name], read).optional()
    };
    let mut found: Option<(String, String, Option<String>)> = named(wanted)?;
    if let (None, Some(("main", name))) = (&found, wanted.split_once('.')) {
        found = named(name)?;
    }
    let Some((name, kind, sql)) = found else {
        return Err(described::missing(wanted).into());
    };
    let mut statement = connection.prepare(
        "SELECT sql FROM sqlite_schema
         WHERE type = 'index' AND tbl_name = ?1 AND sql IS NOT NULL ORDER BY name",
    )?;
    let indexes = statement.query_map([&name], |row| row.get::<_, String>(0))?;
    let mut ddl = String::new();
    for sql in sql.into_iter().map(Ok).chain(indexes) {
        ddl.push_str(&sql?);
        ddl.push_str(";\n");
    }
    Ok(Table {
        name,
        kind: match kind.as_str() {
            "view" => TableKind::View,
            _ => TableKind::Table,
        },
        comment: None,
        ddl,
        rows: 0,
        columns: Vec::new(),
        primary_key: Vec::new(),
        foreign_keys: Vec::new(),
        indexes: Vec::new(),
    })
}

/// The columns; the primary key is noted on the way.
fn columns(connection: &Connection, table: &mut Table) -> Result<Vec<Column>, Fault> {
    let mut statement = connection.prepare(
        "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(?1)
         WHERE hidden <> 1 ORDER BY cid",
    )?;
    let mut key: Vec<(i64, String)> = Vec::new();
    let mut found = Vec::new();
    let mut rows = statement.query([&table.name])?;
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        let place: i64 = row.get(4)?;
        if place > 0 {
            key.push((place, name.clone()));
        }
        // SQLite tells that a column is computed, and what from only in the statement of its table.
        let computed = row.get::<_, i64>(5)? > 1;
        found.push(Column {
            name,
            holds: row.get::<_, Option<String>>(1)?.unwrap_or_default(),
            nullable: !row.get::<_, bool>(2)?,
            default: row.get(3)?,
            generated: computed.then(String::new),
            ..Column::default()
        });
    }
    key.sort();
    table.primary_key = key.into_iter().map(|(_, name)| name).collect();
    if let [key] = table.primary_key.as_slice()
        && let Some(column) = found.iter_mut().find(|column| column.name == *key)
        && column.holds.eq_ignore_ascii_case("INTEGER")
    {
        column.numbered = true;
        column.nullable = false;
    }
    Ok(found)
}

fn foreign_keys(connection: &Connection, table: &str) -> Result<Vec<ForeignKey>, Fault> {
    let mut statement = connection.prepare(
        "SELECT id, \"table\", \"from\", \"to\", on_update, on_delete
         FROM pragma_foreign_key_list(?1) ORDER BY id, seq",
    )?;
    let mut found: Vec<ForeignKey> = Vec::new();
    let mut last = None;
    let mut rows = statement.query([table])?;
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        if last != Some(id) {
            last = Some(id);
            found.push(ForeignKey {
                columns: Vec::new(),
                table: row.get(1)?,
                references: Vec::new(),
                on_update: row.get(4)?,
                on_delete: row.get(5)?,
            });
        }
        if let Some(key) = found.last_mut() {
            key.columns.push(row.get(2)?);
            key.references.extend(row.get::<_, Option<String>>(3)?);
        }
    }
    Ok(found)
}

fn indexes(connection: &Connection, table: &str) -> Result<Vec<Index>, Fault> {
    let mut statement = connection.prepare(
        "SELECT name, \"unique\" FROM pragma_index_list(?1) WHERE origin <> 'pk' ORDER BY name",
    )?;
    let listed = statement.query_map([table], |row| {
        Ok(Index {
            name: row.get(0)?,
            unique: row.get(1)?,
            columns: Vec::new(),
        })
    })?;
    let mut found = listed.collect::<Result<Vec<_>, _>>()?;
    for index in &mut found {
        let mut statement =
            connection.prepare("SELECT name FROM pragma_index_info(?1) ORDER BY seqno")?;
        let columns = statement.query_map([&index.name], |row| row.get(0))?;
        index.columns = columns.collect::<Result<_, _>>()?;
    }
    Ok(found)
}

fn count(connection: &Connection, table: &mut Table) -> Result<(), Fault> {
    let columns: Vec<_> = table.columns.iter().map(|one| quote(&one.name)).collect();
    let sql = described::counting(&quote(&table.name), columns.iter());
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.raw_query();
    if let Some(row) = rows.next()? {
        table.rows = whole(row, 0)?;
        for (index, column) in table.columns.iter_mut().enumerate() {
            column.nulls = table.rows - whole(row, index + 1)?;
        }
    }
    Ok(())
}

/// Any column can hold anything here, so each value tells what it is.
fn sample(connection: &Connection, table: &mut Table, samples: u64) -> Result<(), Fault> {
    let shown: Vec<_> = table
        .columns
        .iter()
        .map(|column| {
            let name = quote(&column.name);
            Shown {
                begins: format!(
                    "CASE typeof({name}) WHEN 'blob' THEN NULL
                     ELSE substr(CAST({name} AS TEXT), 1, {BEGINNING}) END"
                ),
                length: format!("length({name})"),
            }
        })
        .collect();
    let order: Vec<_> = table.primary_key.iter().map(|key| quote(key)).collect();
    let sql = described::sampling(&quote(&table.name), &shown, &order, samples);
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        for (index, column) in table.columns.iter_mut().enumerate() {
            let Some(length) = row.get::<_, Option<i64>>(index * 2 + 1)? else {
                continue;
            };
            let begins = row.get_ref(index * 2)?.as_bytes_or_null();
            let begins = begins.map_err(rusqlite::Error::from)?;
            // A text that is not Unicode is bytes to everybody here.
            let text = begins.and_then(|bytes| std::str::from_utf8(bytes).ok());
            column.sample(Sample {
                text: text.map(str::to_owned),
                length: length.unsigned_abs(),
            });
        }
    }
    Ok(())
}

fn whole(row: &Row<'_>, index: usize) -> Result<u64, Fault> {
    Ok(row.get::<_, i64>(index)?.unsigned_abs())
}
