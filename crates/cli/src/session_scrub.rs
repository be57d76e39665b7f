//! `session scrub`: whether all that snapshots keep is as it was.

use std::io::Write as _;

use flowkeep_api::types::Nothing;
use flowkeep_api::{Api, AppError, session_scrub};
use flowkeep_core::visible;

use crate::output::{Outcome, Output};
use crate::progress::Shown;

pub(crate) fn run(api: &Api, output: &Output) -> Result<Outcome, AppError> {
    let progress = Shown::new(output.catalogue());
    let done = session_scrub::scrub(api, Nothing {}, &progress);
    drop(progress);
    let done = done?;
    output.print(&done, |catalogue, out| {
        for file in &done.damaged {
            let path = match file.path.as_str() {
                "" => catalogue.word("session_read_from"),
                path => visible(path).into_owned(),
            };
            let (sessions, reason) = (file.sessions.join(", "), catalogue.say(&file.reason));
            let fields: [(&str, &dyn std::fmt::Display); 3] = [
                ("path", &path),
                ("sessions", &visible(&sessions)),
                ("reason", &reason),
            ];
            writeln!(
                out,
                "{}",
                catalogue.sentence("cli_session_lost_file", &fields)
            )?;
        }
        let counts: [(&str, &dyn std::fmt::Display); 3] = [
            ("checked", &done.checked),
            ("repaired", &done.repaired),
            ("damaged", &done.damaged.len()),
        ];
        writeln!(
            out,
            "{}",
            catalogue.sentence("cli_session_scrubbed", &counts)
        )?;
        for (key, count) in [
            ("cli_session_rewritten", done.rewritten),
            ("cli_session_recounted", done.recounted),
            ("cli_session_orphans", done.orphans),
            ("cli_session_aside", done.aside.unwrap_or_default()),
        ] {
            if count > 0 {
                writeln!(out, "{}", catalogue.sentence(key, &[("count", &count)]))?;
            }
        }
        Ok(())
    })?;
    Ok(if done.damaged.is_empty() {
        Outcome::Done
    } else {
        Outcome::Findings
    })
}
