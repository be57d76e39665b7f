//! `run_list_export`: the list of runs as a file for spreadsheets.

use std::path::Path;
use std::sync::Arc;

use flowkeep_core::visible;
use flowkeep_files::{Existing, Sink, export_pieces};
use flowkeep_host::{Files, Progress as Steps, path_text};
use flowkeep_store::{RunCount, RunFilter, RunRecord, Store};

use super::runs::filter;
use crate::apart::apart;
use crate::report::{Cell, Csv, Rows, Xlsx};
use crate::types::{ListFormat, RunListExportInput, RunListExported};
use crate::{Api, AppError, Catalogue, Progress, Tongue};

/// Runs read at a time.
const PAGE: u32 = 500;

/// Writes all runs that fit into a file, as a list that spreadsheets open. A page of it at most is held.
///
/// # Errors
/// As `run_list`; `cancelled`; what the system says. An earlier file is then as it was.
pub fn list(
    api: &Api,
    input: RunListExportInput,
    progress: &dyn Progress,
) -> Result<RunListExported, AppError> {
    list_over(api, input, Existing::Replace, progress)
}

/// The same for the command line, told what becomes of a file that is there already.
///
/// # Errors
/// As [`list`]; `file_exists` when it is to be kept.
pub fn list_over(
    api: &Api,
    input: RunListExportInput,
    existing: Existing,
    progress: &dyn Progress,
) -> Result<RunListExported, AppError> {
    api.mark_left();
    let target = api.path_of(&input.to)?;
    let wanted = RunFilter {
        limit: PAGE,
        after: None,
        count: RunCount::No,
        ..filter(api, input.runs)?
    };
    let tongue = input.language.as_deref();
    let catalogue = Catalogue::new(tongue.map_or_else(Tongue::of_system, Tongue::of_locale));
    let (files, store) = (Arc::clone(&api.files), Arc::clone(&api.store));
    let (file, scratch) = (target.clone(), api.scratch.folder()?);
    let format = input.format;
    let rows = apart(progress, move |steps| {
        let list = List {
            store: &store,
            catalogue,
            steps,
        };
        Ok(list.write(
            files.as_ref(),
            (&file, existing),
            (format, &scratch),
            wanted,
        ))
    })??;
    Ok(RunListExported {
        files: vec![path_text(&target)],
        rows,
    })
}

struct List<'a> {
    store: &'a Store,
    catalogue: Catalogue,
    steps: &'a dyn Steps,
}

impl List<'_> {
    fn write(
        &self,
        files: &dyn Files,
        (target, existing): (&Path, Existing),
        (format, scratch): (ListFormat, &Path),
        filter: RunFilter,
    ) -> Result<u32, AppError> {
        let mut rows = 0;
        export_pieces(files, target, existing, |out: &mut Sink<'_>| {
            rows = match format {
                ListFormat::Csv => self.csv(out, filter)?,
                ListFormat::Xlsx => self.xlsx(out, scratch, filter)?,
            };
            // Whoever has cancelled was told that nothing is written.
            self.goes_on(rows)
        })?;
        Ok(rows)
    }

    fn csv(&self, out: &mut Sink<'_>, filter: RunFilter) -> Result<u32, AppError> {
        let mut csv = Csv::new();
        let head = self.head().into_iter().map(|(words, _)| words);
        csv.row(&head.map(Cell::Text).collect::<Vec<_>>())?;
        let rows = self.pages(filter, &mut csv, |csv| Ok(out(&csv.take()?)?))?;
        out(&csv.take()?)?;
        Ok(rows)
    }

    fn xlsx(&self, out: &mut Sink<'_>, scratch: &Path, filter: RunFilter) -> Result<u32, AppError> {
        let name = self.catalogue.word("nav_runs");
        let mut book = Xlsx::new(scratch, &name, self.head())?;
        let rows = self.pages(filter, &mut book, |_| Ok(()))?;
        book.finish(scratch, |piece| {
            self.goes_on(rows)?;
            Ok(out(piece)?)
        })?;
        Ok(rows)
    }

    /// All that fits, page after page; how many there are.
    fn pages<Out: Rows>(
        &self,
        mut filter: RunFilter,
        out: &mut Out,
        mut after: impl FnMut(&mut Out) -> Result<(), AppError>,
    ) -> Result<u32, AppError> {
        let mut rows = 0_u32;
        loop {
            self.goes_on(rows)?;
            let page = self.store.runs(&filter)?;
            for run in page.items {
                out.row(&self.cells(run))?;
                rows = rows.saturating_add(1);
            }
            after(out)?;
            if page.next.is_none() {
                return Ok(rows);
            }
            filter.after = page.next;
        }
    }

    /// Tells how far it is, unless somebody has cancelled.
    fn goes_on(&self, rows: u32) -> Result<(), AppError> {
        if self.steps.cancellation().is_cancelled() {
            return Err(AppError::new("cancelled"));
        }
        self.steps.step("write", rows, None, None);
        Ok(())
    }

    /// What the columns are called, and how wide they are.
    fn head(&self) -> Vec<(String, f64)> {
        const COLUMNS: [(&str, f64); 9] = [
            ("run_column_workflow", 34.0),
            ("field_status", 14.0),
            ("run_column_failure", 50.0),
            ("run_column_by", 18.0),
            ("run_column_started", 20.0),
            ("run_column_ended", 20.0),
            ("run_column_seconds", 14.0),
            ("run_column_workflow_id", 28.0),
            ("run_column_id", 30.0),
        ];
        let columns = COLUMNS.into_iter();
        columns
            .map(|(key, width)| (self.catalogue.word(key), width))
            .collect()
    }

    fn cells(&self, run: RunRecord) -> [Cell; 9] {
        let began = run.started_at.unwrap_or(run.created_at);
        let why = run.failed.map(|(_, why)| why);
        let why = why.or_else(|| run.noted.map(|noted| noted.warning));
        let itself = match run.face.as_str() {
            face @ ("schedule" | "event") => {
                Some(self.catalogue.word(&format!("run_itself_{face}")))
            }
            _ => None,
        };
        let status = format!("status_{}", run.status.as_str());
        [
            Cell::Text(visible(&run.workflow_name).into_owned()),
            Cell::Text(self.catalogue.word(&status)),
            Cell::of(why.map(|why| self.catalogue.told(&why))),
            Cell::Text(itself.unwrap_or_else(|| visible(&run.actor).into_owned())),
            Cell::Time(began),
            run.ended_at.map_or(Cell::Nothing, Cell::Time),
            run.ended_at
                .map_or(Cell::Nothing, |ended| Cell::Length(ended - began)),
            Cell::of(run.workflow_id.map(|id| visible(&id).into_owned())),
            Cell::Text(run.id.to_string()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::LazyLock;

    use flowkeep_host::Cancellation;
    use flowkeep_store::{NewRun, StoreError};

    use super::*;
    use crate::progress::Silent;
    use crate::testing::open;
    use crate::types::{ChosenPlace, ProgressReport, RunListInput};

    /// Somebody who does not want it any more.
    struct Cancelled;

    impl Progress for Cancelled {
        fn report(&self, _: ProgressReport) {}

        fn cancellation(&self) -> &Cancellation {
            static CANCELLED: LazyLock<Cancellation> = LazyLock::new(|| {
                let cancellation = Cancellation::default();
                cancellation.cancel();
                cancellation
            });
            &CANCELLED
        }
    }

    fn add(api: &Api, name: &str) {
        let new = NewRun {
            workflow_id: Some(name.to_owned()),
            actor: "Ann".to_owned(),
            ..NewRun::of(name, r#"{"tasks": [{"id": "do", "action": "manual"}]}"#)
        };
        let added = api.store.write::<_, StoreError>(move |tx| tx.add_run(&new));
        added.unwrap();
    }

    #[test]
    fn all_that_fits_is_in_the_file_in_the_language_that_was_asked_for() {
        let root = tempfile::tempdir().unwrap();
        let api = open(root.path());
        for _ in 0..=PAGE {
            add(&api, "=a");
        }
        add(&api, "other");
        let target = root.path().join("runs.csv");
        let asked = |format, language: &str| RunListExportInput {
            runs: RunListInput {
                workflow: Some("=a".to_owned()),
                ..RunListInput::default()
            },
            format,
            language: Some(language.to_owned()),
            to: ChosenPlace::Path(target.clone()),
        };
        let done = list(&api, asked(ListFormat::Csv, "zh-CN"), &Silent).unwrap();
        assert_eq!(done.rows, PAGE + 1);
        let text = fs::read_to_string(&target).unwrap();
        let mut lines = text.lines();
        assert!(lines.next().unwrap().starts_with("\u{feff}工作流,状态,"));
        let lines: Vec<_> = lines.collect();
        assert_eq!(lines.len(), done.rows as usize);
        assert!(
            lines.iter().all(|line| line.starts_with("'=a,")),
            "{}",
            lines[0]
        );
        let done = list(&api, asked(ListFormat::Xlsx, "en"), &Silent).unwrap();
        assert_eq!(done.rows, PAGE + 1);
        let there = fs::read(&target).unwrap();
        assert!(there.starts_with(b"PK"));
        let kept = list_over(&api, asked(ListFormat::Csv, "en"), Existing::Keep, &Silent);
        assert_eq!(kept.unwrap_err().code, "file_exists");
        // Whoever cancels finds the earlier file, and nothing beside it.
        let cancelled = list(&api, asked(ListFormat::Csv, "en"), &Cancelled);
        assert_eq!(cancelled.unwrap_err().code, "cancelled");
        assert_eq!(fs::read(&target).unwrap(), there);
        let names = root.path().read_dir().unwrap();
        let is_left = |name: &str| name.starts_with("runs.csv.");
        let mut names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        assert!(!names.any(|name| is_left(&name)));
    }
}
