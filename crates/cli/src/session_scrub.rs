//! `session scrub`: whether all that snapshots keep is as it was.

use std::fmt::Display;
use std::io::{self, Write as _};

use flowkeep_api::types::{Nothing, SessionLostFile};
use flowkeep_api::{Api, AppError, Catalogue, session_scrub};
use flowkeep_core::visible;

use crate::output::{Out, Outcome, Output};
use crate::progress::Shown;

/// Lines of one reason for people; JSON has all.
const LINES: usize = 20;

/// Sessions that a line names.
const NAMES: usize = 3;

pub(crate) fn run(api: &Api, output: &Output) -> Result<Outcome, AppError> {
    let progress = Shown::new(output.catalogue());
    let done = session_scrub::scrub(api, Nothing {}, &progress);
    drop(progress);
    let done = done?;
    output.print(&done, |catalogue, out| {
        tell_lost(catalogue, out, &done.damaged)?;
        let counts: [(&str, &dyn Display); 3] = [
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
        if done.closed > 0 {
            let closed = catalogue.counted("snapshots_closed", done.closed as usize);
            writeln!(out, "{closed}")?;
        }
        for path in &done.away {
            let path = visible(path);
            let said = catalogue.sentence("cli_session_scrub_away", &[("path", &path)]);
            writeln!(out, "{said}")?;
        }
        if !done.damaged.is_empty() {
            writeln!(out, "{}", catalogue.word("cli_session_scrub_next"))?;
        }
        Ok(())
    })?;
    Ok(if done.damaged.is_empty() {
        Outcome::Done
    } else {
        Outcome::Findings
    })
}

/// What cannot be had any more, by why: the first files of each reason, and how many more there are.
fn tell_lost(catalogue: &Catalogue, out: &mut Out, lost: &[SessionLostFile]) -> io::Result<()> {
    let mut reasons: Vec<&str> = lost.iter().map(|file| file.reason.code.as_str()).collect();
    reasons.sort_unstable();
    reasons.dedup();
    for reason in reasons {
        let mut files = lost.iter().filter(|file| file.reason.code == reason);
        for file in files.by_ref().take(LINES) {
            let path = match file.path.as_str() {
                "" => catalogue.word("session_read_from"),
                path => visible(path).into_owned(),
            };
            let names = some_of(&file.names);
            let reason = catalogue.say(&file.reason);
            let fields: [(&str, &dyn Display); 3] = [
                ("path", &path),
                ("sessions", &visible(&names)),
                ("reason", &reason),
            ];
            let said = catalogue.sentence("cli_session_lost_file", &fields);
            writeln!(out, "{said}")?;
        }
        match files.count() {
            0 => {}
            more => writeln!(out, "{}", catalogue.counted("cli_session_lost_more", more))?,
        }
    }
    Ok(())
}

/// The first of these names, and how many more there are.
fn some_of(names: &[String]) -> String {
    let said = names[..names.len().min(NAMES)].join(", ");
    match names.len().saturating_sub(NAMES) {
        0 => said,
        more => format!("{said} (+{more})"),
    }
}
