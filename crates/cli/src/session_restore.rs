//! `session restore`: the configuration of a session as it was.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use flowkeep_api::types::{
    ChosenPlace, SessionCandidate, SessionCopyUse, SessionDifference, SessionInPlaceInput,
    SessionNotRestored, SessionRecoveryInput, SessionRestoreInput, SessionRestored, SessionUse,
};
use flowkeep_api::{Api, AppError, Catalogue, session_recovery};
use flowkeep_core::visible;
use serde_json::json;

use crate::output::{Out, Outcome, Output};
use crate::progress::Shown;
use crate::run_details::told_acts;
use crate::session_in_place;
use crate::session_runs::{self, Going};

#[derive(Debug, Args)]
pub(crate) struct Restore {
    #[arg(id = "session_id", value_name = "ID")]
    id: String,
    #[arg(id = "session_use", long = "use", value_name = "SOURCE")]
    wanted: Option<Source>,
    #[arg(
        id = "session_snapshot_id",
        long = "snapshot",
        value_name = "SNAPSHOT",
        conflicts_with = "session_use"
    )]
    snapshot: Option<String>,
    #[arg(id = "session_to", long = "to", value_name = "DIR")]
    to: Option<PathBuf>,
    #[arg(
        id = "session_in_place",
        long = "in-place",
        conflicts_with_all = ["session_to", "session_resume"]
    )]
    in_place: bool,
    #[arg(
        id = "session_own_copy",
        long = "copy",
        value_name = "COPY",
        conflicts_with_all = ["session_to", "session_in_place", "session_look"]
    )]
    copy: Option<CopyUse>,
    #[command(flatten)]
    on: GoesOn,
    #[command(flatten)]
    going: Going,
    #[arg(
        id = "session_look",
        long = "dry-run",
        conflicts_with_all = ["session_to", "session_resume"]
    )]
    dry_run: bool,
}

/// Whether its work goes on then, and with what.
#[derive(Debug, Args)]
struct GoesOn {
    #[arg(
        id = "session_resume",
        long = "resume",
        group = "session_goes",
        conflicts_with = "session_to"
    )]
    resume: bool,
    #[arg(
        id = "session_without_keys",
        long = "without-keys",
        requires = "session_resume"
    )]
    without_keys: bool,
}

/// What is done with an own copy in which somebody has filled keys in and changed something else besides.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum CopyUse {
    Changed,
    New,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Source {
    Snapshot,
    File,
    Embedded,
    Revision,
}

impl From<Source> for SessionUse {
    fn from(source: Source) -> Self {
        match source {
            Source::Snapshot => Self::Snapshot,
            Source::File => Self::File,
            Source::Embedded => Self::Embedded,
            Source::Revision => Self::Revision,
        }
    }
}

pub(crate) fn run(api: &Api, output: &Output, asked: Restore) -> Result<Outcome, AppError> {
    let wanted = asked.wanted.map(SessionUse::from);
    let named = asked.snapshot.as_deref();
    let snapshot = named.map(|named| session_recovery::meant(api, &asked.id, named));
    let snapshot = snapshot.transpose()?;
    if asked.in_place {
        let wanted = SessionInPlaceInput {
            id: asked.id,
            wanted,
            snapshot,
            make_masked: None,
        };
        return session_in_place::run(api, output, wanted, asked.dry_run);
    }
    if asked.dry_run && wanted.is_some() {
        return Err(AppError::new("session_look_at_all"));
    }
    if asked.dry_run {
        let wanted = SessionRecoveryInput {
            id: asked.id,
            snapshot,
        };
        return look(api, output, wanted);
    }
    let wanted = SessionRestoreInput {
        id: asked.id,
        wanted,
        snapshot,
        in_place: None,
        make_masked: None,
        to: asked.to.map(ChosenPlace::Path),
        resume: Some(asked.on.resume),
        without_keys: Some(asked.on.without_keys),
        copy: asked.copy.map(|copy| match copy {
            CopyUse::Changed => SessionCopyUse::Changed,
            CopyUse::New => SessionCopyUse::New,
        }),
        copy_path: None,
        trust: Some(asked.going.trust),
        shown: None,
    };
    let going = asked.going;
    let progress = Shown::new(output.catalogue());
    let id = wanted.id.clone();
    let restored = session_recovery::restore(api, wanted, &progress);
    drop(progress);
    let mut restored = match restored {
        Err(error) if error.code == "session_copy_undecided" => {
            return output.asks(&json!({"session_id": id}), "undecided", &error);
        }
        restored => restored.map_err(|error| told_acts(output, error))?,
    };
    let goes_on = asked.on.resume && !restored.waits_for_keys;
    let run = restored.run_id.clone().filter(|_| goes_on);
    if let Some(ended) = going.within(api, output, run.as_ref())? {
        restored.run_status = Some(ended);
    }
    output.print(&restored, |catalogue, out| {
        candidates(catalogue, out, &restored.candidates)?;
        files(catalogue, out, &restored)?;
        writeln!(out, "{}", where_to(catalogue, &restored))?;
        if restored.waits_for_keys {
            let fields: [(&str, &dyn Display); 1] = [("session", &restored.session_id)];
            let said = catalogue.sentence("cli_session_waits_for_keys", &fields);
            writeln!(out, "{said}")?;
        }
        if asked.on.resume && restored.source == "file" {
            writeln!(out, "{}", catalogue.word("cli_session_goes_on_with_file"))?;
        }
        taken_over(catalogue, out, &restored)?;
        match run.as_ref().filter(|_| !going.wait) {
            Some(run) => session_runs::tell(api, catalogue, out, run, restored.run_status),
            None => Ok(()),
        }
    })?;
    let before = if restored.complete {
        Outcome::Done
    } else {
        Outcome::InPart
    };
    if restored.waits_for_keys {
        return Ok(Outcome::InPart);
    }
    going.after(api, output, run.as_ref(), restored.run_status, before)
}

/// What is not as it was where the files were, and what is not in the copy as it was: each file once.
fn files(catalogue: &Catalogue, out: &mut Out, restored: &SessionRestored) -> io::Result<()> {
    let in_copy = of_the_copy(catalogue, restored);
    for file in &restored.differences {
        let said = difference(catalogue, file);
        let said = match in_copy.get(&file.path) {
            Some(in_copy) => [said, in_copy.clone()].join(&catalogue.word("clause_separator")),
            None => said,
        };
        writeln!(out, "{}", catalogue.labelled(&visible(&file.path), &said))?;
    }
    let is_told = |path: &String| restored.differences.iter().any(|file| file.path == *path);
    for (path, said) in in_copy.iter().filter(|(path, _)| !is_told(path)) {
        writeln!(out, "{}", catalogue.labelled(&visible(path), said))?;
    }
    not_restored(catalogue, out, &restored.not_restored)
}

/// What is told of files in the copy: what somebody has made of them, and in which something stands for keys.
fn of_the_copy(catalogue: &Catalogue, restored: &SessionRestored) -> BTreeMap<String, String> {
    let told = [
        ("filled_in", &restored.filled_in),
        ("changed", &restored.changed),
        ("filled_otherwise", &restored.filled_otherwise),
        ("masked", &restored.masked),
    ];
    let mut found = BTreeMap::new();
    for (what, paths) in told {
        let said = catalogue.word(&format!("cli_session_restored_{what}"));
        found.extend(paths.iter().map(|path| (path.clone(), said.clone())));
    }
    found
}

/// How many files came back, and where they are. What somebody has filled in or changed is counted apart, unless its
/// checksum says that it is what it was.
fn where_to(catalogue: &Catalogue, restored: &SessionRestored) -> String {
    let place = visible(&restored.overlay);
    let is_masked = |path: &&String| restored.masked.contains(*path);
    let otherwise = restored.filled_otherwise.iter();
    let otherwise = otherwise.filter(|path| !is_masked(path)).count();
    let is_there = |path: &&String| restored.restored.contains(*path);
    let changed = restored.changed.iter().filter(is_there).count();
    let (masked, filled) = (restored.masked.len(), restored.filled_in.len());
    let others = masked + filled + otherwise + changed;
    let whole = restored.restored.len().saturating_sub(others);
    if restored.source != "snapshot" || others == 0 {
        let fields: [(&str, &dyn Display); 2] = [("count", &whole), ("path", &place)];
        let key = format!("cli_session_restored_{}", restored.source);
        return catalogue.sentence(&key, &fields);
    }
    let parts = [
        ("whole", whole),
        ("filled_in", filled),
        ("masked", masked),
        ("filled_otherwise", otherwise),
        ("changed", changed),
    ];
    let parts = parts.into_iter().filter(|(_, count)| *count > 0);
    let parts = parts.map(|(what, count)| {
        let fields: [(&str, &dyn Display); 1] = [("count", &count)];
        catalogue.sentence(&format!("cli_session_in_copy_{what}"), &fields)
    });
    let parts = parts.collect::<Vec<_>>();
    let parts = parts.join(&catalogue.word("list_separator"));
    let fields: [(&str, &dyn Display); 2] = [("path", &place), ("parts", &parts)];
    catalogue.sentence("cli_session_restored_parts", &fields)
}

/// What is not in the copy as it was.
pub(crate) fn in_the_copy(
    catalogue: &Catalogue,
    out: &mut Out,
    restored: &SessionRestored,
) -> io::Result<()> {
    for (path, said) in of_the_copy(catalogue, restored) {
        writeln!(out, "{}", catalogue.labelled(&visible(&path), &said))?;
    }
    not_restored(catalogue, out, &restored.not_restored)
}

/// What a new run need not do again.
fn taken_over(catalogue: &Catalogue, out: &mut Out, restored: &SessionRestored) -> io::Result<()> {
    let Some(before) = &restored.follows else {
        return Ok(());
    };
    let names: Vec<_> = restored
        .taken_over
        .iter()
        .map(|name| visible(name))
        .collect();
    let names = names.join(&catalogue.word("list_separator"));
    let fields: [(&str, &dyn Display); 2] = [("run", before), ("names", &names)];
    let key = if names.is_empty() {
        "cli_session_taken_over_nothing"
    } else {
        "cli_session_taken_over"
    };
    writeln!(out, "{}", catalogue.sentence(key, &fields))
}

/// Files that did not come back, each with the reason.
fn not_restored(
    catalogue: &Catalogue,
    out: &mut Out,
    files: &[SessionNotRestored],
) -> io::Result<()> {
    files.iter().try_for_each(|lost| {
        let why = catalogue.say(&lost.reason);
        let fields: [(&str, &dyn Display); 1] = [("why", &why)];
        let said = catalogue.sentence("cli_session_not_restored", &fields);
        writeln!(out, "{}", catalogue.labelled(&visible(&lost.path), &said))
    })
}

fn look(api: &Api, output: &Output, session: SessionRecoveryInput) -> Result<Outcome, AppError> {
    let progress = Shown::new(output.catalogue());
    let found = session_recovery::recovery(api, session, &progress);
    drop(progress);
    let found = found?;
    output.print(&found, |catalogue, out| {
        candidates(catalogue, out, &found.candidates)?;
        differences(catalogue, out, &found.differences)?;
        let said = match (found.confidence, found.missing) {
            ("complete", _) if found.alone != "complete" => {
                catalogue.word(&format!("cli_session_recovery_with_files_{}", found.alone))
            }
            ("complete", Some(count)) => {
                let fields: [(&str, &dyn Display); 1] = [("count", &count)];
                catalogue.sentence("cli_session_recovery_missing", &fields)
            }
            (confidence, _) => catalogue.word(&format!("cli_session_recovery_{confidence}")),
        };
        writeln!(out, "{said}")
    })?;
    Ok(match found.confidence {
        "complete" => Outcome::Done,
        _ => Outcome::InPart,
    })
}

fn candidates(
    catalogue: &Catalogue,
    out: &mut Out,
    candidates: &[SessionCandidate],
) -> io::Result<()> {
    candidates.iter().try_for_each(|candidate| {
        let source = match candidate.sequence {
            Some(number) => {
                let fields: [(&str, &dyn Display); 1] = [("number", &number)];
                catalogue.sentence("session_source_snapshot_number", &fields)
            }
            None => catalogue.word(&format!("session_source_{}", candidate.source)),
        };
        let source = match candidate.compared {
            Some(number) => {
                let fields: [(&str, &dyn Display); 2] = [("source", &source), ("number", &number)];
                catalogue.sentence("session_source_beside", &fields)
            }
            None => source,
        };
        let said = match (&candidate.reason, candidate.ok) {
            (None, _) => catalogue.word("cli_session_can"),
            (Some(why), true) => {
                let why = catalogue.say(why);
                let fields: [(&str, &dyn Display); 1] = [("why", &why)];
                catalogue.sentence("cli_session_can_but", &fields)
            }
            (Some(why), false) => {
                let why = catalogue.say(why);
                let fields: [(&str, &dyn Display); 1] = [("why", &why)];
                catalogue.sentence("cli_session_cannot", &fields)
            }
        };
        let said = match &candidate.begins_with {
            Some(path) => {
                let path = visible(path);
                let fields: [(&str, &dyn Display); 2] = [("said", &said), ("path", &path)];
                catalogue.sentence("cli_session_begins_with", &fields)
            }
            None => said,
        };
        writeln!(out, "{}", catalogue.labelled(&source, &said))?;
        let lost = candidate.lost.iter().flatten();
        let said = catalogue.word("cli_session_lost");
        lost.into_iter()
            .try_for_each(|path| writeln!(out, "  {}", catalogue.labelled(&visible(path), &said)))
    })?;
    left_out(catalogue, out, candidates)
}

/// The files that no candidate can bring back, because the strategy left them out.
fn left_out(
    catalogue: &Catalogue,
    out: &mut Out,
    candidates: &[SessionCandidate],
) -> io::Result<()> {
    let files = candidates.iter().filter_map(|one| one.left_out.as_ref());
    let files: BTreeSet<_> = files.flatten().collect();
    let said = catalogue.word("session_left_out_gone");
    files
        .into_iter()
        .try_for_each(|path| writeln!(out, "{}", catalogue.labelled(&visible(path), &said)))
}

fn difference(catalogue: &Catalogue, file: &SessionDifference) -> String {
    match &file.reason {
        Some(why) => catalogue.say(why),
        None => catalogue.word(&format!("session_file_{}", file.kind)),
    }
}

pub(crate) fn differences(
    catalogue: &Catalogue,
    out: &mut Out,
    differences: &[SessionDifference],
) -> io::Result<()> {
    differences.iter().try_for_each(|file| {
        let said = difference(catalogue, file);
        writeln!(out, "{}", catalogue.labelled(&visible(&file.path), &said))
    })
}
