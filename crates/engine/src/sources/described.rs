//! What descriptions of tables have in common, whatever database is asked.

use std::borrow::Cow;

use flowkeep_core::description::{SAMPLE_CHARACTERS, Table};
use flowkeep_core::{Message, Value, without_passwords};

use super::record;
use crate::actions::{ActionError, Output};

/// A description as the output of its operation. Statements, comments and values may tell how another
/// server is reached; passwords in there are nobody's business.
pub(super) fn output(mut table: Table) -> Result<Output, ActionError> {
    for text in texts(&mut table) {
        if let Cow::Owned(hidden) = without_passwords(text) {
            *text = hidden;
        }
    }
    let json = serde_json::to_value(&table).map_err(|error| {
        ActionError::lasting(Message::new("source_broke").with("reason", error))
    })?;
    Ok(Output::of([("table", Value::from_json(&json))]))
}

/// What somebody may have written anything into.
fn texts(table: &mut Table) -> impl Iterator<Item = &mut String> {
    let columns = table.columns.iter_mut().flat_map(|column| {
        let told = [
            Some(&mut column.holds),
            column.default.as_mut(),
            column.generated.as_mut(),
            column.comment.as_mut(),
        ];
        let samples = column.samples.iter_mut();
        told.into_iter()
            .flatten()
            .chain(samples.filter_map(|sample| sample.text.as_mut()))
    });
    [Some(&mut table.ddl), table.comment.as_mut()]
        .into_iter()
        .flatten()
        .chain(columns)
}

/// The table that an output describes.
pub(crate) fn table(output: &Value) -> Option<Table> {
    serde_json::from_value(output.get("table")?.to_json()).ok()
}

/// There is no such table.
pub(super) fn missing(table: &str) -> ActionError {
    record::told(Message::new("table_missing"), table)
}

/// A statement that counts the rows of a table, and of each of these columns the values it has.
/// Names are quoted.
pub(super) fn counting<'c>(table: &str, columns: impl Iterator<Item = &'c String>) -> String {
    let counts = columns.map(|column| format!("count({column})"));
    let counts: Vec<_> = std::iter::once("count(*)".to_owned())
        .chain(counts)
        .collect();
    format!("SELECT {} FROM {table}", counts.join(", "))
}

/// A statement that shows the beginnings of values, in an order that stays where there is one: for
/// each column whether it is a text, its beginning, and how long it is. Names are quoted.
pub(super) fn sampling(table: &str, shown: &[Shown], order: &[String], samples: u64) -> String {
    let columns: Vec<_> = shown
        .iter()
        .map(|shown| {
            let Shown { begins, length } = shown;
            format!("{begins}, {length}")
        })
        .collect();
    let order = if order.is_empty() {
        String::new()
    } else {
        format!(" ORDER BY {}", order.join(", "))
    };
    let columns = columns.join(", ");
    format!("SELECT {columns} FROM {table}{order} LIMIT {samples}")
}

/// How the values of a column are shown.
pub(super) struct Shown {
    /// What gives the beginning of a text, or nothing where it is none.
    pub(super) begins: String,
    /// What gives the length: characters of a text, bytes of anything else.
    pub(super) length: String,
}

/// So many characters are asked for.
pub(super) const BEGINNING: u64 = SAMPLE_CHARACTERS;

#[cfg(test)]
mod tests {
    use flowkeep_core::description::{Column, Sample, TableKind};

    use super::*;

    #[test]
    fn no_text_of_a_table_tells_a_password() {
        let secret = |around: &str| format!("{around} db://u:hunter22@h");
        let column = Column {
            holds: secret("enum"),
            default: Some(secret("default")),
            generated: Some(secret("generated")),
            comment: Some(secret("comment")),
            samples: vec![Sample {
                text: Some(secret("sample")),
                length: 30,
            }],
            ..Column::default()
        };
        let described = Table {
            name: "t".to_owned(),
            kind: TableKind::Table,
            comment: Some(secret("table")),
            ddl: secret("ddl"),
            rows: 0,
            columns: vec![column],
            primary_key: Vec::new(),
            foreign_keys: Vec::new(),
            indexes: Vec::new(),
        };
        let output = output(described).unwrap().value.to_json().to_string();
        assert!(!output.contains("hunter22"), "{output}");
        assert_eq!(output.matches("db://u:***@h").count(), 7, "{output}");
    }
}
