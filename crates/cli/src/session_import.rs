//! `session import`: session files of earlier tools, and what became of each.

use std::path::PathBuf;

use clap::Args;
use flowkeep_api::types::{ChosenPlace, Decision, ItemAction, SessionImportInput, SessionImported};
use flowkeep_api::{Api, AppError, session_import};
use flowkeep_core::visible;

use crate::args::{Import, OnConflict, given_path};
use crate::import::Told;
use crate::output::{Outcome, Output, raw};
use crate::progress::Shown;

#[derive(Debug, Args)]
pub(crate) struct SessionImport {
    #[command(flatten)]
    import: Import,
    #[arg(id = "session_import_root", long = "root", value_name = "DIR", value_parser = given_path())]
    root: Option<PathBuf>,
}

pub(crate) fn run(api: &Api, output: &Output, wanted: SessionImport) -> Result<Outcome, AppError> {
    let SessionImport { import, root } = wanted;
    let input = SessionImportInput {
        places: import.paths.into_iter().map(ChosenPlace::Path).collect(),
        root: root.map(ChosenPlace::Path),
        on_conflict: Some(match import.on_conflict {
            OnConflict::Skip => Decision::Skip,
            OnConflict::Replace => Decision::Take,
            OnConflict::Copy => Decision::Copy,
        }),
        dry_run: Some(import.dry_run),
    };
    let progress = Shown::new(output.catalogue());
    let found = session_import::import(api, input, &progress);
    drop(progress);
    let found = found?;
    if output.is_json() {
        output.print(&found, |_, _| Ok(()))?;
    } else {
        tell(output, &found, import.verbose, import.dry_run)?;
    }
    Ok(if found.failed > 0 {
        Outcome::InPart
    } else {
        Outcome::Done
    })
}

fn tell(
    output: &Output,
    found: &SessionImported,
    verbose: bool,
    dry_run: bool,
) -> Result<(), AppError> {
    let catalogue = output.catalogue();
    let mut told = Told::new(catalogue, verbose);
    let (mut unlinked, mut unrecoverable) = (0, 0);
    for file in &found.items {
        told.item(&file.item)?;
        let is_new = matches!(file.item.action, ItemAction::Imported | ItemAction::Updated);
        match (&file.config, file.snapshot) {
            (Some(Some(config)), Some(status)) => {
                let word = catalogue.word(&format!("snapshot_status_{status}"));
                let (config, status) = (visible(config), word);
                let fields: [(&str, &dyn std::fmt::Display); 2] =
                    [("path", &config), ("status", &status)];
                raw(&catalogue.sentence("cli_session_import_kept", &fields))?;
            }
            (Some(None), _) if is_new => unlinked += 1,
            _ => {}
        }
        if let Some(Some(config)) = &file.config
            && is_new
        {
            if dry_run {
                let fields: [(&str, &dyn std::fmt::Display); 1] = [("path", &visible(config))];
                raw(&catalogue.sentence("cli_session_import_would_keep", &fields))?;
            }
            if !file.also_in.is_empty() {
                let others = file.also_in.join(", ");
                let fields: [(&str, &dyn std::fmt::Display); 1] = [("others", &visible(&others))];
                raw(&catalogue.sentence("cli_session_import_also_in", &fields))?;
            }
        }
        match file.differs.filter(|_| is_new) {
            Some(0) => raw(&catalogue.word("cli_session_import_same"))?,
            Some(count) => {
                raw(&catalogue.sentence("cli_session_import_differs", &[("count", &count)]))?;
            }
            None => {}
        }
        unrecoverable += u32::from(is_new && file.recoverable == Some(false));
    }
    told.left_out()?;
    if unlinked > 0 {
        raw(&catalogue.sentence("cli_session_import_unlinked", &[("count", &unlinked)]))?;
    }
    if unrecoverable > 0 {
        let fields: [(&str, &dyn std::fmt::Display); 1] = [("count", &unrecoverable)];
        raw(&catalogue.sentence("cli_session_import_unrecoverable", &fields))?;
    }
    let key = if dry_run {
        "cli_import_would"
    } else {
        "cli_import_done"
    };
    let fields: [(&str, &dyn std::fmt::Display); 5] = [
        ("imported", &found.imported),
        ("updated", &found.updated),
        ("unchanged", &found.unchanged),
        ("skipped", &found.skipped),
        ("failed", &found.failed),
    ];
    raw(&catalogue.sentence(key, &fields))
}
