//! Files that others open: lists in a spreadsheet, a run or statistics in a browser.
//!
//! Absent on purpose: what a list holds (the body that writes it), words (the catalogue).

mod chart;
mod csv;
mod keys;
mod page;
mod trend;
mod xlsx;

pub(crate) use csv::Csv;
pub(crate) use keys::{
    LogKeys, json_without_keys, mask, mask_message, text_without_keys, value_without_keys,
};
pub(crate) use page::Page;
pub(crate) use trend::TrendPage;
pub(crate) use xlsx::Xlsx;

use crate::AppError;

/// What stands in one place of a list.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    /// Words, of whoever.
    Text(String),
    /// A moment, in milliseconds.
    Time(i64),
    /// A length, in milliseconds; told in seconds.
    Length(i64),
    /// Nothing.
    Nothing,
}

impl Cell {
    /// Words, or nothing.
    pub(crate) fn of(text: Option<String>) -> Self {
        text.map_or(Self::Nothing, Self::Text)
    }
}

/// Takes a list row by row.
pub(crate) trait Rows {
    /// One row more.
    ///
    /// # Errors
    /// What the disk says.
    fn row(&mut self, cells: &[Cell]) -> Result<(), AppError>;
}
