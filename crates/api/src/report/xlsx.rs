//! A workbook for spreadsheets: dates are dates, lengths are numbers, the head stays in sight and can be filtered by.

use std::io::{Read as _, Seek as _};
use std::path::Path;

use chrono::{DateTime, Local};
use rust_xlsxwriter::{ColNum, Format, RowNum, Workbook, XlsxError};

use super::{Cell, Rows};
use crate::AppError;

/// Rows of one sheet, its head included, and characters of one cell: no spreadsheet opens more.
const ROWS: RowNum = 1_048_576;
const CHARACTERS: usize = 32_767;

/// A workbook that is written sheet by sheet; of each only the row that is being written is held.
pub(crate) struct Xlsx {
    workbook: Workbook,
    name: String,
    head: Vec<(String, f64)>,
    sheets: usize,
    next: RowNum,
    bold: Format,
    time: Format,
    length: Format,
}

impl Xlsx {
    /// A workbook of sheets that are called this, with this head and these widths. What is not yet finished lies
    /// in `scratch`.
    ///
    /// # Errors
    /// What the disk says.
    pub(crate) fn new(
        scratch: &Path,
        name: &str,
        head: Vec<(String, f64)>,
    ) -> Result<Self, AppError> {
        let mut workbook = Workbook::new();
        workbook.set_tempdir(scratch).map_err(failed)?;
        let mut made = Self {
            workbook,
            name: name.to_owned(),
            head,
            sheets: 0,
            next: 0,
            bold: Format::new().set_bold(),
            time: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
            length: Format::new().set_num_format("0.0##"),
        };
        made.begin()?;
        Ok(made)
    }

    /// The next sheet, with its head.
    fn begin(&mut self) -> Result<(), AppError> {
        self.sheets += 1;
        let name = match self.sheets {
            1 => self.name.clone(),
            number => format!("{} {number}", self.name),
        };
        let sheet = self
            .workbook
            .add_worksheet_with_constant_memory()
            .map_err(failed)?;
        sheet.set_name(name).map_err(failed)?;
        sheet.set_freeze_panes(1, 0).map_err(failed)?;
        for (column, (words, width)) in (0..).zip(&self.head) {
            sheet.set_column_width(column, *width).map_err(failed)?;
            sheet
                .write_string_with_format(0, column, words, &self.bold)
                .map_err(failed)?;
        }
        let last = ColNum::try_from(self.head.len().saturating_sub(1)).unwrap_or(ColNum::MAX);
        sheet.autofilter(0, 0, ROWS - 1, last).map_err(failed)?;
        self.next = 1;
        Ok(())
    }

    /// The bytes of the whole workbook, piece by piece.
    ///
    /// # Errors
    /// What the disk says, and what `out` answers.
    pub(crate) fn finish(
        mut self,
        scratch: &Path,
        mut out: impl FnMut(&[u8]) -> Result<(), AppError>,
    ) -> Result<(), AppError> {
        let mut file = tempfile::tempfile_in(scratch).map_err(failed)?;
        self.workbook.save_to_writer(&mut file).map_err(failed)?;
        file.rewind().map_err(failed)?;
        let mut piece = vec![0; 65_536];
        loop {
            match file.read(&mut piece).map_err(failed)? {
                0 => return Ok(()),
                bytes => out(&piece[..bytes])?,
            }
        }
    }
}

impl Rows for Xlsx {
    fn row(&mut self, cells: &[Cell]) -> Result<(), AppError> {
        if self.next == ROWS {
            self.begin()?;
        }
        let row = self.next;
        self.next += 1;
        let last = self.sheets - 1;
        let sheet = self.workbook.worksheet_from_index(last).map_err(failed)?;
        for (column, cell) in (0..).zip(cells) {
            match cell {
                Cell::Text(text) => sheet.write_string(row, column, fitting(text)),
                Cell::Time(at) => match DateTime::from_timestamp_millis(*at) {
                    Some(at) => {
                        let here = at.with_timezone(&Local).naive_local();
                        sheet.write_datetime_with_format(row, column, here, &self.time)
                    }
                    None => continue,
                },
                Cell::Length(length) => {
                    #[expect(clippy::cast_precision_loss, reason = "a length in seconds")]
                    let seconds = (*length).max(0) as f64 / 1_000.0;
                    sheet.write_number_with_format(row, column, seconds, &self.length)
                }
                Cell::Nothing => continue,
            }
            .map_err(failed)?;
        }
        Ok(())
    }
}

/// The words as far as a cell takes them.
fn fitting(text: &str) -> String {
    // A spreadsheet counts as UTF-16 does.
    if text.encode_utf16().count() <= CHARACTERS {
        return text.to_owned();
    }
    let mut room = CHARACTERS - 1;
    let fits = text.chars().take_while(|one| {
        let taken = room.checked_sub(one.len_utf16());
        room = taken.unwrap_or(room);
        taken.is_some()
    });
    fits.chain(['…']).collect()
}

fn failed(error: impl Into<XlsxError>) -> AppError {
    AppError::new("internal").with("detail", error.into())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn part(bytes: &[u8], name: &str) -> String {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut text = String::new();
        archive
            .by_name(name)
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        text
    }

    #[test]
    fn words_are_words_times_are_times_and_what_is_too_long_is_cut() {
        let scratch = tempfile::tempdir().unwrap();
        let head = vec![("名称".to_owned(), 30.0), ("Took".to_owned(), 10.0)];
        let mut book = Xlsx::new(scratch.path(), "Runs", head).unwrap();
        let long = "长".repeat(40_000);
        for text in ["=1+1", "<b>&", long.as_str()] {
            let cells = [Cell::Text(text.to_owned()), Cell::Length(1_500)];
            book.row(&cells).unwrap();
        }
        book.row(&[Cell::Time(0), Cell::Nothing]).unwrap();
        let mut bytes = Vec::new();
        book.finish(scratch.path(), |piece| {
            bytes.extend(piece);
            Ok(())
        })
        .unwrap();
        let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
        // Words stand in the sheet itself, never as a formula.
        assert!(sheet.contains("=1+1") && !sheet.contains("<f>"), "{sheet}");
        assert!(sheet.contains("&lt;b&gt;&amp;") && sheet.contains("1.5"));
        assert!(sheet.contains(&format!("{}…", "长".repeat(100))));
        assert!(!sheet.contains(&"长".repeat(CHARACTERS)));
        assert!(part(&bytes, "xl/workbook.xml").contains("Runs"));
        assert_eq!(
            scratch.path().read_dir().unwrap().count(),
            0,
            "nothing is left"
        );
    }
}
