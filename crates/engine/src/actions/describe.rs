//! `sql.describe`: what tables are, each in two files of the folder, and two files about all of
//! them.
//!
//! Table by table: one is asked for, written and forgotten, so that five hundred cost no more
//! memory than one. Each file appears whole or not at all. A table that is not there, or that
//! nobody here may read, is named and left out; a data source that is not there ends it. Which
//! source is asked was decided before; another one never stands in, because its tables are others.

use std::collections::HashSet;

use flowkeep_core::description::{Listed, Overview, Table, detail, file_names};
use flowkeep_core::run::Level;
use flowkeep_core::run::fallback::Failure;
use flowkeep_core::{Message, Value};

use super::params::Params;
use super::{ActionError, Attempt, Done, List, Output, Said, file, perform};
use crate::sources::{self, Operation};

const METADATA: &str = "metadata.txt";
const MAPPING: &str = "filename_mapping.txt";

pub(super) async fn carry_out(
    attempt: &Attempt<'_>,
    params: &Params<'_>,
) -> Result<Done, ActionError> {
    let samples = params.whole("samples")?.unwrap_or(0);
    let tables = tables(params)?;
    let mut describing = Describing {
        attempt,
        began: attempt.clock.now().rfc3339(),
        of: tables.len(),
        overview: Overview {
            source: attempt
                .source
                .map_or_else(String::new, |chosen| chosen.source.name().to_owned()),
            samples,
            ..Overview::default()
        },
        described: List::new(&attempt.room, "tables"),
        left_out: Vec::new(),
        first: None,
    };
    for (table, file) in tables.iter().zip(file_names(&tables)) {
        if describing.one(table, &file).await?.is_none() {
            return Ok(Done::Stopped {
                undone: describing.overview.listed.is_empty(),
            });
        }
    }
    describing.finish().await
}

/// The tables that are asked for, each once.
fn tables(params: &Params<'_>) -> Result<Vec<String>, ActionError> {
    let mut known = HashSet::new();
    let given = params.value("tables")?.map(|_| params.words("tables"));
    let tables = given.transpose()?.unwrap_or_default().into_iter();
    let tables: Vec<_> = tables
        .filter(|table| !table.is_empty() && known.insert(*table))
        .map(str::to_owned)
        .collect();
    if tables.is_empty() {
        return Err(ActionError::lasting(Message::new("describe_no_tables")));
    }
    Ok(tables)
}

/// What has come of it until now.
struct Describing<'a> {
    attempt: &'a Attempt<'a>,
    began: String,
    /// How many tables were asked for.
    of: usize,
    overview: Overview,
    described: List,
    left_out: Vec<Value>,
    /// Why the first table was left out.
    first: Option<Message>,
}

impl Describing<'_> {
    /// One table and its files; nothing where it is to stop.
    async fn one(&mut self, table: &str, file: &str) -> Result<Option<()>, ActionError> {
        let operation = Operation::Describe {
            table: table.to_owned(),
            samples: self.overview.samples,
        };
        let mut value = match perform(self.attempt, operation).await {
            Ok(Done::Output { output, .. }) => output.value,
            Ok(_) => return Ok(None),
            Err(error) if is_about_table(&error) => {
                self.leave_out(table, error.message);
                return Ok(Some(()));
            }
            Err(error) => return Err(error),
        };
        self.attempt.room.mask.value(&mut value);
        let Some(found) = sources::described_table(&value) else {
            return Err(ActionError::lasting(Message::new("attempt_fault")));
        };
        let listed = Listed::of(&found, table, file);
        let files = vec![
            (listed.ddl(), found.ddl.clone()),
            (listed.detail(), detail(&found)),
        ];
        let Some(written) = file::write_all(self.attempt, files).await? else {
            return Ok(None);
        };
        self.described.push(told(&found, table, &written))?;
        self.overview.listed.push(listed);
        let said = Message::new("describe_done")
            .with("table", table)
            .with("number", self.overview.listed.len() + self.left_out.len())
            .with("of", self.of);
        (self.attempt.say)(Level::Info, Said::Message(said));
        Ok(Some(()))
    }

    fn leave_out(&mut self, table: &str, why: Message) {
        self.left_out.push(Value::object([
            ("table", table.into()),
            ("why", why.code.as_str().into()),
        ]));
        self.overview.left_out.push(table.to_owned());
        let said = Message::new("describe_left_out").with("table", table);
        let said = said.because(why.clone());
        self.first.get_or_insert(why);
        (self.attempt.say)(Level::Warning, Said::Message(said));
    }

    /// The files about all tables, and the output.
    async fn finish(self) -> Result<Done, ActionError> {
        let (true, Some(why)) = (self.overview.listed.is_empty(), &self.first) else {
            return self.written().await;
        };
        let message = Message::new("describe_none").with("count", self.of);
        Err(ActionError::passing(message.because(why.clone())))
    }

    async fn written(self) -> Result<Done, ActionError> {
        let files = vec![
            (METADATA.to_owned(), self.overview.metadata()),
            (MAPPING.to_owned(), self.overview.mapping()),
        ];
        let Some(files) = file::write_all(self.attempt, files).await? else {
            return Ok(Done::Stopped { undone: false });
        };
        let (tables, overflow) = self.described.finish()?;
        let mut output = Output::of([
            ("source", self.overview.source.into()),
            ("samples", self.overview.samples.into()),
            ("tables", tables.into()),
            ("left_out", self.left_out.into()),
            ("files", files.into()),
            ("began", self.began.into()),
            ("ended", self.attempt.clock.now().rfc3339().into()),
        ]);
        output.overflow(overflow);
        Ok(output.into())
    }
}

/// What the output has of a table. `written` is told of its two files, in their order.
fn told(found: &Table, asked: &str, written: &[Value]) -> Value {
    let file = |at: usize, key: &str| written.get(at).and_then(|file| file.get(key)).cloned();
    Value::object([
        ("table", asked.into()),
        ("columns", (found.columns.len() as u64).into()),
        ("rows", found.rows.into()),
        ("ddl", file(0, "path").into()),
        ("ddl_bytes", file(0, "bytes").into()),
        ("detail", file(1, "path").into()),
        ("detail_bytes", file(1, "bytes").into()),
    ])
}

/// Whether an error says something of one table and nothing of the data source.
fn is_about_table(error: &ActionError) -> bool {
    let failure = Failure::of(&error.message.code);
    matches!(
        failure,
        Failure::Doubtful | Failure::Taken | Failure::Refused
    ) && error.message.code != "source_unfit"
}
