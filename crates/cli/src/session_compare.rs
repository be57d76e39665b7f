//! `session compare`: the files of a session beside what they were in one of its snapshots.

use std::io::Write as _;
use std::time::Instant;

use clap::Args;
use flowkeep_api::types::{
    SessionCompareFileInput, SessionCompareInput, SessionCompared, SessionComparedFile,
};
use flowkeep_api::{Api, AppError, session_recovery};
use flowkeep_core::visible;
use serde::Serialize;

use crate::folder_archives::{LINES_AT_MOST, differing_lines};
use crate::output::{Outcome, Output};
use crate::progress::Shown;
use crate::session_restore::differences;

#[derive(Debug, Args)]
pub(crate) struct Compare {
    #[arg(id = "session_id", value_name = "ID")]
    id: String,
    #[arg(id = "session_path", value_name = "PATH")]
    path: Option<String>,
    #[arg(id = "session_snapshot_id", long = "snapshot", value_name = "SNAPSHOT")]
    snapshot: Option<String>,
}

#[derive(Serialize)]
struct WithFile<'a> {
    session_id: &'a str,
    snapshot: Option<&'a str>,
    path: &'a str,
    #[serde(flatten)]
    file: &'a SessionComparedFile,
}

pub(crate) fn run(api: &Api, output: &Output, asked: Compare) -> Result<Outcome, AppError> {
    let Compare { id, path, snapshot } = asked;
    let meant = |named: String| session_recovery::meant(api, &id, &named);
    let snapshot = snapshot.map(meant).transpose()?;
    let Some(path) = path else {
        let progress = Shown::new(output.catalogue());
        let wanted = SessionCompareInput { id, snapshot };
        let compared = session_recovery::compare(api, wanted, &progress);
        drop(progress);
        return all(output, &compared?);
    };
    let wanted = SessionCompareFileInput {
        id: id.clone(),
        snapshot: snapshot.clone(),
        path: path.clone(),
    };
    let file = session_recovery::compare_file(api, wanted)?;
    let told = WithFile {
        session_id: &id,
        snapshot: snapshot.as_deref(),
        path: &path,
        file: &file,
    };
    output.print(&told, |catalogue, out| {
        let texts = &file.texts;
        if let Some(reason) = &texts.reason {
            return writeln!(out, "{}", catalogue.told(reason));
        }
        let side = |text: &Option<String>| text.clone().unwrap_or_default();
        let (before, after) = (side(&texts.before), side(&texts.after));
        if before == after {
            let key = match (&texts.before, &texts.after, file.unshown) {
                (None, None, _) => "cli_session_compared_none",
                (_, _, Some(unshown)) => &format!("session_compared_{unshown}"),
                _ => "cli_session_compared_same",
            };
            return writeln!(out, "{}", catalogue.word(key));
        }
        match (&texts.before, &texts.after) {
            (None, _) => writeln!(out, "{}", catalogue.word("session_only_now"))?,
            (_, None) => writeln!(out, "{}", catalogue.word("session_only_then"))?,
            _ => {}
        }
        let until = Instant::now() + LINES_AT_MOST;
        let Some(lines) = differing_lines(&before, &after, until) else {
            return writeln!(out, "{}", catalogue.word("compare_too_different"));
        };
        let mut lines = lines.lines();
        lines.try_for_each(|line| writeln!(out, "{}", visible(line)))
    })?;
    Ok(Outcome::Done)
}

fn all(output: &Output, compared: &SessionCompared) -> Result<Outcome, AppError> {
    output.print(compared, |catalogue, out| {
        differences(catalogue, out, &compared.differences)?;
        let when = catalogue.when(&compared.at);
        let fields: [(&str, &dyn std::fmt::Display); 3] = [
            ("number", &compared.sequence),
            ("when", &when),
            ("count", &compared.differences.len()),
        ];
        let said = catalogue.sentence("cli_session_compared", &fields);
        writeln!(out, "{said}")
    })?;
    Ok(Outcome::Done)
}
