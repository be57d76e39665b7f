//! `session export`: everything that is kept of a session, as plain files.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use flowkeep_api::types::{ChosenPlace, SessionExportInput};
use flowkeep_api::{Api, AppError, session_export};
use flowkeep_core::visible;

use crate::output::{Outcome, Output};
use crate::progress::Shown;

#[derive(Debug, Args)]
pub(crate) struct Export {
    #[arg(id = "session_id", value_name = "ID")]
    id: String,
    #[arg(id = "session_export_to", long = "to", value_name = "DIR")]
    to: PathBuf,
}

pub(crate) fn run(api: &Api, output: &Output, asked: Export) -> Result<Outcome, AppError> {
    let wanted = SessionExportInput {
        id: asked.id,
        to: ChosenPlace::Path(asked.to),
    };
    let progress = Shown::new(output.catalogue());
    let exported = session_export::export(api, wanted, &progress);
    drop(progress);
    let exported = exported?;
    output.print(&exported, |catalogue, out| {
        for lost in &exported.lost {
            let why = catalogue.say(&lost.reason);
            let fields: [(&str, &dyn std::fmt::Display); 1] = [("why", &why)];
            let said = catalogue.sentence("cli_session_not_exported", &fields);
            writeln!(out, "{}", catalogue.labelled(&visible(&lost.path), &said))?;
        }
        let place = visible(&exported.target_dir);
        let fields: [(&str, &dyn std::fmt::Display); 3] = [
            ("path", &place),
            ("snapshots", &exported.snapshots),
            ("files", &exported.files),
        ];
        let key = match exported.lost.as_slice() {
            [] => "cli_session_exported",
            _ => "cli_session_exported_part",
        };
        writeln!(out, "{}", catalogue.sentence(key, &fields))
    })?;
    Ok(if exported.lost.is_empty() {
        Outcome::Done
    } else {
        Outcome::InPart
    })
}
