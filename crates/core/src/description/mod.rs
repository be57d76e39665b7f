//! What a table of a database is, and the files that tell it (requirement 003: `orders.ddl`,
//! `orders_detail.md`, `metadata.txt`, `filename_mapping.txt`).
//!
//! A table is described once, by whoever can ask its database, in the one shape that is here; from
//! that the files follow, the same for every kind of database. They are in English and Chinese at
//! once, because whoever gets them did not choose the language of this window, and because the
//! same database gives the same bytes whoever runs it: two archives can be compared.
//!
//! Absent on purpose: asking a database and writing files (`engine`).

mod detail;
mod file_names;
mod overview;

pub use detail::detail;
pub use file_names::file_names;
pub use overview::{Listed, Overview};

use serde::{Deserialize, Serialize};

/// The most sample values of a column that can be asked for.
pub const MOST_SAMPLES: u64 = 20;

/// So many characters of a sample value are told.
pub const SAMPLE_CHARACTERS: u64 = 80;

/// A table or a view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// As its database spells it.
    pub name: String,
    /// What it is.
    pub kind: TableKind,
    /// What its makers say of it.
    pub comment: Option<String>,
    /// The statements that make it, as the database gives them.
    pub ddl: String,
    /// How many rows it has.
    pub rows: u64,
    /// In its own order.
    pub columns: Vec<Column>,
    /// The columns of the primary key, in the order of the key.
    pub primary_key: Vec<String>,
    /// Which columns lead to other tables.
    pub foreign_keys: Vec<ForeignKey>,
    /// Indexes beside the primary key.
    pub indexes: Vec<Index>,
}

/// What a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableKind {
    /// It has rows of its own.
    Table,
    /// It shows rows of others.
    View,
}

/// A column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// As its table spells it.
    pub name: String,
    /// Its type as the database spells it; empty where it has none.
    pub holds: String,
    /// Whether it can be empty.
    pub nullable: bool,
    /// What it holds where nothing is given, as the database spells it.
    pub default: Option<String>,
    /// Whether the database numbers it.
    pub numbered: bool,
    /// What it is computed from.
    pub generated: Option<String>,
    /// What its makers say of it.
    pub comment: Option<String>,
    /// How many rows have nothing in it.
    pub nulls: u64,
    /// Some of its values, each once; only where they were asked for.
    pub samples: Vec<Sample>,
}

/// A value, as far as it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// Its beginning; nothing where it is no text.
    pub text: Option<String>,
    /// How long the whole of it is: characters of a text, bytes of anything else.
    pub length: u64,
}

/// Columns that lead to another table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignKey {
    /// Here.
    pub columns: Vec<String>,
    /// Which table; with its database where that is another one.
    pub table: String,
    /// There; empty where they are that table's primary key.
    pub references: Vec<String>,
    /// What happens here when a row there changes or goes, as the database spells it.
    pub on_update: String,
    /// As `on_update`.
    pub on_delete: String,
}

/// An index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// Whether no two rows can be the same in it.
    pub unique: bool,
    /// Its columns; nothing for one that is computed.
    pub columns: Vec<Option<String>>,
}

impl Sample {
    /// Whether only its beginning is told.
    pub fn is_cut(&self) -> bool {
        let told = self.text.as_ref().map(|text| text.chars().count() as u64);
        told.is_some_and(|told| told < self.length)
    }
}

impl Column {
    /// Keeps a value as a sample, unless it is there.
    pub fn sample(&mut self, sample: Sample) {
        if !self.samples.contains(&sample) {
            self.samples.push(sample);
        }
    }
}
