//! `session clean-up`: snapshots that nobody needs any more.

use std::io::Write as _;

use flowkeep_api::types::SessionCleanUpInput;
use flowkeep_api::{Api, AppError, session_clean_up};
use flowkeep_core::visible;

use crate::output::{Outcome, Output};
use crate::progress::Shown;

pub(crate) fn run(
    api: &Api,
    output: &Output,
    older_than: Option<String>,
    dry_run: bool,
) -> Result<Outcome, AppError> {
    let wanted = SessionCleanUpInput {
        older_than,
        dry_run: Some(dry_run),
        seen: None,
    };
    let progress = Shown::new(output.catalogue());
    let done = session_clean_up::clean_up(api, wanted, &progress);
    drop(progress);
    let done = done?;
    output.print(&done, |catalogue, out| {
        for item in &done.items {
            let key = match item.reason {
                None if dry_run => "cli_session_snapshot_would_go".to_owned(),
                None => "cli_session_snapshot_went".to_owned(),
                Some(reason) => format!("cli_session_snapshot_stays_{reason}"),
            };
            let (name, when) = (visible(&item.name), catalogue.when(&item.at));
            let fields: [(&str, &dyn std::fmt::Display); 3] = [
                ("session", &name),
                ("number", &item.sequence),
                ("when", &when),
            ];
            let which = catalogue.sentence("cli_session_snapshot_of", &fields);
            writeln!(out, "{}", catalogue.labelled(&which, &catalogue.word(&key)))?;
        }
        for failure in &done.failed {
            let why = catalogue.say(&failure.reason);
            writeln!(out, "{}", catalogue.labelled(&visible(&failure.file), &why))?;
        }
        let key = if dry_run {
            "cli_session_would_clean_up"
        } else {
            "cli_session_cleaned_up"
        };
        let fields: [(&str, &dyn std::fmt::Display); 3] = [
            ("count", &done.removed),
            ("kept", &done.kept),
            ("most_bytes", &done.freed_bytes),
        ];
        writeln!(out, "{}", catalogue.sentence(key, &fields))
    })?;
    Ok(if done.failed.is_empty() {
        Outcome::Done
    } else {
        Outcome::InPart
    })
}
