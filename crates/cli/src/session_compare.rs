//! `session compare`: the files of a session beside what they were in one of its snapshots.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::time::Instant;

use clap::Args;
use flowkeep_api::types::{
    SessionCompareFileInput, SessionCompareInput, SessionCompared, SessionComparedFile, SessionRef,
};
use flowkeep_api::{Api, AppError, session_list, session_recovery};
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
    let texts = &file.texts;
    let is_anywhere = texts.before.is_some() || texts.after.is_some() || texts.reason.is_some();
    if !is_anywhere && file.unshown.is_none() {
        return Err(unknown(api, &id, &path)?);
    }
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
            let key = match file.unshown {
                Some(unshown) => format!("session_compared_{unshown}"),
                None => "cli_session_compared_same".to_owned(),
            };
            return writeln!(out, "{}", catalogue.word(&key));
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

/// So many files with a similar name are told.
const NEAR: usize = 3;

/// That no file of a session is at a path, and which ones are called much the same.
fn unknown(api: &Api, id: &str, path: &str) -> Result<AppError, AppError> {
    let session = session_list::show(api, SessionRef { id: id.to_owned() })?;
    let files = session
        .snapshots
        .iter()
        .flat_map(|snapshot| &snapshot.files);
    let files: BTreeSet<&str> = files.map(|file| file.path.as_str()).collect();
    let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let stem = |path: &str| name(path).split('.').next().unwrap_or_default().to_owned();
    let wanted = stem(path);
    let is_near = |file: &&&str| {
        let stem = stem(file);
        stem.contains(&wanted) || wanted.contains(&stem) || differ_little(&stem, &wanted)
    };
    let near: Vec<&str> = files.iter().filter(is_near).take(NEAR).copied().collect();
    let error = AppError::new("session_file_unknown").with("path", path);
    Ok(if near.is_empty() {
        error
    } else {
        error.with("near", near.join(", ")).hint("files_near")
    })
}

/// Whether two names differ in a letter or two: so many are at the same place from either end.
fn differ_little(one: &str, other: &str) -> bool {
    let alike = |pairs: &mut dyn Iterator<Item = (char, char)>| {
        pairs.take_while(|(left, right)| left == right).count()
    };
    let before = alike(&mut one.chars().zip(other.chars()));
    let after = alike(&mut one.chars().rev().zip(other.chars().rev()));
    let longest = one.chars().count().max(other.chars().count());
    longest > 3 && before + after + 2 >= longest
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
