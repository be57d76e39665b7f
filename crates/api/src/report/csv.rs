//! Comma-separated values as spreadsheets read them best: a byte-order mark, so that Chinese is not taken for
//! something else; lines that end as RFC 4180 says; and no cell that a spreadsheet would carry out.

use csv::{Terminator, Writer, WriterBuilder};

use super::{Cell, Rows};
use crate::{AppError, time};

/// What makes a spreadsheet take words for a formula, also as a Chinese keyboard writes it.
const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// Rows as text, in memory until somebody takes them.
pub(crate) struct Csv(Writer<Vec<u8>>);

impl Csv {
    pub(crate) fn new() -> Self {
        let mut bytes = Vec::new();
        bytes.extend("\u{feff}".as_bytes());
        let mut writer = WriterBuilder::new();
        Self(writer.terminator(Terminator::CRLF).from_writer(bytes))
    }

    /// What was written since it was last taken.
    ///
    /// # Errors
    /// What the writer says.
    pub(crate) fn take(&mut self) -> Result<Vec<u8>, AppError> {
        let mut writer = WriterBuilder::new();
        let empty = writer.terminator(Terminator::CRLF).from_writer(Vec::new());
        let written = std::mem::replace(&mut self.0, empty);
        written.into_inner().map_err(|error| failed(error.error()))
    }
}

impl Rows for Csv {
    fn row(&mut self, cells: &[Cell]) -> Result<(), AppError> {
        self.0
            .write_record(cells.iter().map(written))
            .map_err(|error| failed(&error))
    }
}

fn failed(error: &dyn std::error::Error) -> AppError {
    AppError::new("internal").with("detail", error)
}

fn written(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) if text.starts_with(FORMULA) => format!("'{text}"),
        Cell::Text(text) => text.clone(),
        Cell::Time(at) => {
            let at = time::rfc3339(*at);
            time::local_second(&at).unwrap_or(at)
        }
        Cell::Length(length) => seconds(*length),
        Cell::Nothing => String::new(),
    }
}

/// Seconds to the millisecond, as a number.
fn seconds(length: i64) -> String {
    let length = length.max(0);
    match length % 1_000 {
        0 => (length / 1_000).to_string(),
        rest => format!("{}.{rest:03}", length / 1_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_carried_out_and_chinese_is_read_as_it_is() {
        let mut csv = Csv::new();
        let text = |text: &str| Cell::Text(text.to_owned());
        csv.row(&[text("名称"), text("a \"b\", c"), Cell::Nothing])
            .unwrap();
        for formula in ["=1+1", "+1", "-1", "@A1", "\tx", "＝1"] {
            csv.row(&[text(formula), Cell::Length(1_500), Cell::Length(2_000)])
                .unwrap();
        }
        let written = String::from_utf8(csv.take().unwrap()).unwrap();
        let mut lines = written.split("\r\n");
        assert_eq!(lines.next(), Some("\u{feff}名称,\"a \"\"b\"\", c\","));
        assert_eq!(lines.next(), Some("'=1+1,1.500,2"));
        let rest: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
        assert!(rest.iter().all(|line| line.starts_with('\'')), "{rest:?}");
        // What was taken is not given again, and no second mark stands in the middle of the file.
        csv.row(&[text("x")]).unwrap();
        assert_eq!(csv.take().unwrap(), b"x\r\n");
    }
}
