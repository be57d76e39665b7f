//! `session compare`: the files of a session beside what they were in one of its snapshots.

use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::time::Instant;

use clap::{Args, ValueEnum};
use flowkeep_api::types::{
    SessionCompareDefinitionInput, SessionCompareFileInput, SessionCompareInput, SessionCompared,
    SessionComparedFile, SessionCopyStand, SessionDefinition, SessionRef,
};
use flowkeep_api::{Api, AppError, Catalogue, session_definition, session_list, session_recovery};
use flowkeep_core::visible;
use serde::Serialize;

use crate::documents::told_differences;
use crate::folder_archives::{LINES_AT_MOST, differing_lines};
use crate::output::{Out, Outcome, Output};
use crate::progress::Shown;
use crate::session_restore::differences;
use crate::sessions::tell_copy;

#[derive(Debug, Args)]
pub(crate) struct Compare {
    #[arg(id = "session_id", value_name = "ID")]
    id: String,
    #[arg(id = "session_path", value_name = "PATH")]
    path: Option<String>,
    #[arg(id = "session_snapshot_id", long = "snapshot", value_name = "SNAPSHOT")]
    snapshot: Option<String>,
    #[arg(
        id = "session_definition",
        long = "definition",
        value_name = "SOURCE",
        conflicts_with_all = ["session_path", "session_snapshot_id"]
    )]
    definition: Option<Definition>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Definition {
    Embedded,
    Revision,
}

#[derive(Serialize)]
struct WithDefinition<'a> {
    session_id: &'a str,
    definition: SessionDefinition,
    #[serde(flatten)]
    compared: &'a SessionComparedFile,
}

#[derive(Serialize)]
struct WithFile<'a> {
    session_id: &'a str,
    snapshot: Option<&'a str>,
    path: &'a str,
    #[serde(flatten)]
    file: &'a SessionComparedFile,
}

#[derive(Serialize)]
struct WithCopy<'a> {
    #[serde(flatten)]
    compared: &'a SessionCompared,
    #[serde(skip_serializing_if = "Option::is_none")]
    own_copy: Option<&'a SessionCopyStand>,
}

pub(crate) fn run(api: &Api, output: &Output, asked: Compare) -> Result<Outcome, AppError> {
    let Compare {
        id,
        path,
        snapshot,
        definition,
    } = asked;
    if let Some(definition) = definition {
        return beside_definition(api, output, id, definition);
    }
    let meant = |named: String| session_recovery::meant(api, &id, &named);
    let snapshot = snapshot.map(meant).transpose()?;
    let Some(path) = path else {
        let progress = Shown::new(output.catalogue());
        let wanted = SessionCompareInput { id, snapshot };
        let compared = session_recovery::compare(api, wanted, &progress);
        drop(progress);
        return all(api, output, &compared?);
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
        let said = Sides {
            same: "cli_session_compared_same",
            only_then: "session_only_then",
            only_now: "session_only_now",
        };
        compared(catalogue, out, &file, &said)
    })?;
    Ok(Outcome::Done)
}

fn beside_definition(
    api: &Api,
    output: &Output,
    id: String,
    definition: Definition,
) -> Result<Outcome, AppError> {
    let definition = match definition {
        Definition::Embedded => SessionDefinition::Embedded,
        Definition::Revision => SessionDefinition::Revision,
    };
    let input = SessionCompareDefinitionInput {
        id: id.clone(),
        definition,
    };
    let found = session_definition::compare(api, input)?;
    let told = WithDefinition {
        session_id: &id,
        definition,
        compared: &found,
    };
    output.print(&told, |catalogue, out| {
        let said = Sides {
            same: "session_definition_same",
            only_then: "session_definition_none_worked_with",
            only_now: "session_definition_none_worked_with",
        };
        compared(catalogue, out, &found, &said)
    })?;
    Ok(Outcome::Done)
}

/// What is said where two texts are the same, and where there is only one.
struct Sides {
    same: &'static str,
    only_then: &'static str,
    only_now: &'static str,
}

/// In which places two texts are not the same, where the form has words for them, and then their lines.
fn compared(
    catalogue: &Catalogue,
    out: &mut Out,
    file: &SessionComparedFile,
    said: &Sides,
) -> io::Result<()> {
    let texts = &file.texts;
    if let Some(reason) = &texts.reason {
        return writeln!(out, "{}", catalogue.told(reason));
    }
    told_differences(catalogue, out, &file.places)?;
    let side = |text: &Option<String>| text.clone().unwrap_or_default();
    let (before, after) = (side(&texts.before), side(&texts.after));
    if before == after {
        let key = match file.unshown {
            Some(unshown) => unshown_key(unshown),
            None => said.same.to_owned(),
        };
        return writeln!(out, "{}", catalogue.word(&key));
    }
    if !file.places.is_empty() {
        writeln!(out)?;
    }
    match (&texts.before, &texts.after) {
        (None, _) => writeln!(out, "{}", catalogue.word(said.only_now))?,
        (_, None) => writeln!(out, "{}", catalogue.word(said.only_then))?,
        _ => {}
    }
    let until = Instant::now() + LINES_AT_MOST;
    let Some(lines) = differing_lines(&before, &after, until) else {
        return writeln!(out, "{}", catalogue.word("compare_too_different"));
    };
    for line in lines.lines() {
        writeln!(out, "{}", visible(line))?;
    }
    match file.unshown {
        Some(unshown) => writeln!(out, "{}", catalogue.word(&unshown_key(unshown))),
        None => Ok(()),
    }
}

fn unshown_key(unshown: &str) -> String {
    format!("session_compared_{unshown}")
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

/// The files where they are beside what was kept; of a session with a copy of its own, how that stands as well.
fn all(api: &Api, output: &Output, compared: &SessionCompared) -> Result<Outcome, AppError> {
    let id = compared.session_id.clone();
    let own_copy = session_list::show(api, SessionRef { id })?.own_copy;
    let told = WithCopy {
        compared,
        own_copy: own_copy.as_ref(),
    };
    output.print(&told, |catalogue, out| {
        differences(catalogue, out, &compared.differences)?;
        let when = catalogue.when(&compared.at);
        let fields: [(&str, &dyn std::fmt::Display); 3] = [
            ("number", &compared.sequence),
            ("when", &when),
            ("count", &compared.differences.len()),
        ];
        let said = catalogue.sentence("cli_session_compared", &fields);
        writeln!(out, "{said}")?;
        tell_copy(catalogue, out, own_copy.as_ref())
    })?;
    Ok(Outcome::Done)
}
