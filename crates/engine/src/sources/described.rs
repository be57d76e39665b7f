//! What descriptions of tables have in common, whatever database is asked.

use flowkeep_core::description::{SAMPLE_CHARACTERS, Table};
use flowkeep_core::{Message, Value, without_url_passwords};

use super::record;
use crate::actions::{ActionError, Output};

/// A description as the output of its operation. Statements that make a table may tell how another
/// server is reached; passwords in there are nobody's business.
pub(super) fn output(mut table: Table) -> Result<Output, ActionError> {
    if let std::borrow::Cow::Owned(hidden) = without_url_passwords(&table.ddl) {
        table.ddl = hidden;
    }
    let json = serde_json::to_value(&table).map_err(|error| {
        ActionError::lasting(Message::new("source_broke").with("reason", error))
    })?;
    Ok(Output::of([("table", Value::from_json(&json))]))
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
