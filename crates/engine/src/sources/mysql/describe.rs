//! What a table or view of the server is.

use flowkeep_core::Message;
use flowkeep_core::description::{Column, ForeignKey, Index, Sample, Table, TableKind};
use mysql_async::Row;
use mysql_async::prelude::Queryable as _;

use super::Session;
use super::fault::Fault;
use super::record::quote;
use crate::actions::Output;
use crate::sources::described::{self, BEGINNING, Shown};

/// Types whose values are no text.
const BINARY: [&str; 17] = [
    "binary",
    "varbinary",
    "tinyblob",
    "blob",
    "mediumblob",
    "longblob",
    "bit",
    "geometry",
    "point",
    "linestring",
    "polygon",
    "multipoint",
    "multilinestring",
    "multipolygon",
    "geometrycollection",
    "geomcollection",
    "vector",
];

/// Types whose values are letters as they are, so that only their beginning need be read.
const LETTERS: [&str; 6] = [
    "char",
    "varchar",
    "tinytext",
    "text",
    "mediumtext",
    "longtext",
];

/// Where a table is.
struct At {
    schema: String,
    name: String,
}

impl At {
    fn quoted(&self) -> String {
        format!("{}.{}", quote(&self.schema), quote(&self.name))
    }
}

pub(super) async fn describe(
    session: &mut Session<'_>,
    table: &str,
    samples: u64,
) -> Result<Output, Fault> {
    // What is counted and what is shown are of one moment, and nothing that is asked can write.
    session
        .run("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
        .await?;
    let (at, kind, comment) = find(session, table).await?;
    let (columns, types) = columns(session, &at).await?;
    let (primary_key, indexes) = indexes(session, &at).await?;
    let mut found = Table {
        name: at.name.clone(),
        kind,
        comment: Some(comment).filter(|_| kind == TableKind::Table),
        ddl: statement(session, &at).await?,
        rows: 0,
        columns,
        primary_key,
        foreign_keys: foreign_keys(session, &at).await?,
        indexes,
    };
    count(session, &at, &mut found).await?;
    if samples > 0 {
        sample(session, &at, &mut found, &types, samples).await?;
    }
    session.run("COMMIT").await?;
    Ok(described::output(found)?)
}

/// The table of this name; where there is none, that of the schema before the first dot.
async fn find(session: &mut Session<'_>, wanted: &str) -> Result<(At, TableKind, String), Fault> {
    let own = session.connection.opts().db_name().map(str::to_owned);
    let mut places = Vec::new();
    if let Some(own) = &own {
        places.push((own.as_str(), wanted));
    }
    places.extend(wanted.split_once('.'));
    if places.is_empty() {
        let message = Message::new("records_without_database").with("table", wanted);
        return Err(Fault::lasting(message));
    }
    for (schema, name) in places {
        // A server that tells capitals apart has a table of exactly this name, or none.
        let found: Vec<(String, String, String, String, u8)> = session
            .connection
            .exec(
                "SELECT table_schema, table_name, table_type, table_comment,
                        @@lower_case_table_names
                 FROM information_schema.tables WHERE table_schema = ? AND table_name = ?",
                (schema, name),
            )
            .await?;
        let exact = |(of, called, .., folds): &&(String, String, String, String, u8)| {
            *folds > 0 || of == schema && called == name
        };
        if let Some((schema, name, kind, comment, _)) = found.iter().find(exact).cloned() {
            let kind = if kind.contains("VIEW") {
                TableKind::View
            } else {
                TableKind::Table
            };
            return Ok((At { schema, name }, kind, comment));
        }
    }
    Err(described::missing(wanted).into())
}

/// The statement that makes it, as the server gives it.
async fn statement(session: &mut Session<'_>, at: &At) -> Result<String, Fault> {
    let sql = format!("SHOW CREATE TABLE {}", at.quoted());
    let row: Option<Row> = session.connection.query_first(sql).await?;
    let missing = || Fault::from(described::missing(&at.name));
    let mut row = row.ok_or_else(missing)?;
    Ok(format!("{};\n", text(&mut row, 1)))
}

/// The columns, and of each the type without its size.
async fn columns(session: &mut Session<'_>, at: &At) -> Result<(Vec<Column>, Vec<String>), Fault> {
    let rows: Vec<Row> = session
        .connection
        .exec(
            "SELECT column_name, column_type, is_nullable, column_default, extra,
                    generation_expression, column_comment, data_type
             FROM information_schema.columns
             WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position",
            (&at.schema, &at.name),
        )
        .await?;
    let mut columns = Vec::with_capacity(rows.len());
    let mut types = Vec::with_capacity(rows.len());
    for mut row in rows {
        let extra = text(&mut row, 4).to_ascii_lowercase();
        let generated = text(&mut row, 5);
        let default = row.take_opt::<Option<String>, _>(3);
        // MariaDB spells out that nothing is the default.
        let default = default.and_then(Result::ok).flatten();
        let default = default.filter(|default| default != "NULL");
        columns.push(Column {
            name: text(&mut row, 0),
            holds: text(&mut row, 1),
            nullable: text(&mut row, 2) == "YES",
            default,
            numbered: extra.contains("auto_increment"),
            generated: Some(generated).filter(|from| !from.is_empty()),
            comment: Some(text(&mut row, 6)).filter(|comment| !comment.is_empty()),
            ..Column::default()
        });
        types.push(text(&mut row, 7).to_ascii_lowercase());
    }
    Ok((columns, types))
}

fn text(row: &mut Row, index: usize) -> String {
    let value = row.take_opt::<Option<String>, _>(index);
    value.and_then(Result::ok).flatten().unwrap_or_default()
}

/// The primary key and the other indexes.
async fn indexes(session: &mut Session<'_>, at: &At) -> Result<(Vec<String>, Vec<Index>), Fault> {
    let rows: Vec<(String, bool, Option<String>)> = session
        .connection
        .exec(
            "SELECT index_name, non_unique, column_name FROM information_schema.statistics
             WHERE table_schema = ? AND table_name = ? ORDER BY index_name, seq_in_index",
            (&at.schema, &at.name),
        )
        .await?;
    let mut key = Vec::new();
    let mut found: Vec<Index> = Vec::new();
    for (name, repeats, column) in rows {
        if name == "PRIMARY" {
            key.extend(column);
            continue;
        }
        match found.last_mut().filter(|last| last.name == name) {
            Some(last) => last.columns.push(column),
            None => found.push(Index {
                name,
                unique: !repeats,
                columns: vec![column],
            }),
        }
    }
    Ok((key, found))
}

async fn foreign_keys(session: &mut Session<'_>, at: &At) -> Result<Vec<ForeignKey>, Fault> {
    let rows: Vec<(String, String, String, String, String, String, String)> = session
        .connection
        .exec(
            "SELECT k.constraint_name, k.column_name, k.referenced_table_schema,
                    k.referenced_table_name, k.referenced_column_name, r.update_rule, r.delete_rule
             FROM information_schema.key_column_usage k
             JOIN information_schema.referential_constraints r
               ON r.constraint_schema = k.constraint_schema
              AND r.constraint_name = k.constraint_name AND r.table_name = k.table_name
             WHERE k.table_schema = ? AND k.table_name = ?
               AND k.referenced_table_name IS NOT NULL
             ORDER BY k.constraint_name, k.ordinal_position",
            (&at.schema, &at.name),
        )
        .await?;
    let mut found: Vec<ForeignKey> = Vec::new();
    let mut last = None;
    for (name, column, schema, table, there, on_update, on_delete) in rows {
        if last.as_ref() != Some(&name) {
            last = Some(name);
            found.push(ForeignKey {
                columns: Vec::new(),
                table: if schema == at.schema {
                    table
                } else {
                    format!("{schema}.{table}")
                },
                references: Vec::new(),
                on_update,
                on_delete,
            });
        }
        if let Some(key) = found.last_mut() {
            key.columns.push(column);
            key.references.push(there);
        }
    }
    Ok(found)
}

async fn count(session: &mut Session<'_>, at: &At, table: &mut Table) -> Result<(), Fault> {
    let columns: Vec<_> = table.columns.iter().map(|one| quote(&one.name)).collect();
    let sql = described::counting(&at.quoted(), columns.iter());
    let row: Option<Row> = session.connection.exec_first(sql, ()).await?;
    let Some(mut row) = row else { return Ok(()) };
    let mut whole = |index: usize| row.take::<u64, _>(index).unwrap_or_default();
    table.rows = whole(0);
    for (index, column) in table.columns.iter_mut().enumerate() {
        column.nulls = table.rows.saturating_sub(whole(index + 1));
    }
    Ok(())
}

async fn sample(
    session: &mut Session<'_>,
    at: &At,
    table: &mut Table,
    types: &[String],
    samples: u64,
) -> Result<(), Fault> {
    let columns = table.columns.iter().zip(types);
    let shown: Vec<_> = columns
        .map(|(column, kind)| shown(&quote(&column.name), kind))
        .collect();
    let order: Vec<_> = table.primary_key.iter().map(|key| quote(key)).collect();
    let sql = described::sampling(&at.quoted(), &shown, &order, samples);
    let rows: Vec<Row> = session.connection.exec(sql, ()).await?;
    for mut row in rows {
        for (index, column) in table.columns.iter_mut().enumerate() {
            let length = row.take_opt::<Option<u64>, _>(index * 2 + 1);
            let Some(length) = length.and_then(Result::ok).flatten() else {
                continue;
            };
            let text = row.take_opt::<Option<String>, _>(index * 2);
            column.sample(Sample {
                text: text.and_then(Result::ok).flatten(),
                length,
            });
        }
    }
    Ok(())
}

fn shown(name: &str, kind: &str) -> Shown {
    if BINARY.contains(&kind) {
        return Shown {
            begins: "NULL".to_owned(),
            length: format!("OCTET_LENGTH({name})"),
        };
    }
    let text = if LETTERS.contains(&kind) {
        name.to_owned()
    } else {
        format!("CAST({name} AS CHAR)")
    };
    Shown {
        begins: format!("LEFT({text}, {BEGINNING})"),
        length: format!("CHAR_LENGTH({text})"),
    }
}
