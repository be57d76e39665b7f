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
            let name = match (&item.place, &item.begun_at) {
                (place, Some(begun)) => {
                    let place = visible(place.as_deref().unwrap_or_default());
                    let begun = catalogue.when(begun);
                    let fields: [(&str, &dyn std::fmt::Display); 3] =
                        [("session", &name), ("place", &place), ("when", &begun)];
                    let key = match item.place {
                        Some(_) => "cli_session_alike",
                        None => "cli_session_alike_bare",
                    };
                    catalogue.sentence(key, &fields)
                }
                _ => name.into_owned(),
            };
            let fields: [(&str, &dyn std::fmt::Display); 3] = [
                ("session", &name),
                ("number", &item.sequence),
                ("when", &when),
            ];
            let key_of = match item.written_over {
                Some(_) => "cli_session_written_over_of",
                None => "cli_session_snapshot_of",
            };
            let which = catalogue.sentence(key_of, &fields);
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
