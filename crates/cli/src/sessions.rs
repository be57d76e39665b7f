//! `session …`: work that can be taken up again, and the configuration it is kept with.

use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::{Args, Subcommand};
use flowkeep_api::types::{
    ChosenPlace, Nothing, Object, SessionAmbiguous, SessionCopyStand, SessionCreateInput,
    SessionFile, SessionLeftOut, SessionListInput, SessionMissing, SessionPreview,
    SessionPreviewInput, SessionRef, SessionRow, SessionShow, SessionSnapshot, SessionStatedTime,
    SessionUnkept, SessionUnread,
};
use flowkeep_api::{
    Api, AppError, Catalogue, session_forget, session_list, session_snapshots, sessions,
};
use flowkeep_core::run::Status;
use flowkeep_core::{Message, visible};
use serde::Serialize;

use crate::output::{Out, Outcome, Output, table};
use crate::progress::Shown;
use crate::run_args::object;
use crate::run_details::told_acts;
use crate::session_clean_up;
use crate::session_compare::{self, Compare};
use crate::session_export::{self, Export};
use crate::session_import::{self, SessionImport};
use crate::session_keys::{self, Key};
use crate::session_restore::{self, Restore};
use crate::session_roots::{self, Link, Relink, Roots};
use crate::session_runs::{self, Going};
use crate::session_scrub;
use crate::session_store::{self, MoveStore};
use crate::session_strategies::{self, Strategies};

/// The configuration that is meant.
#[derive(Debug, Args)]
pub(crate) struct Configuration {
    #[arg(id = "session_config", value_name = "CONFIG")]
    config: PathBuf,
    #[arg(id = "session_root", long = "root", value_name = "DIR")]
    root: Option<PathBuf>,
    #[arg(id = "session_strategy", long = "strategy", value_name = "STRATEGY")]
    strategy: Option<String>,
}

impl Configuration {
    fn wanted(self) -> SessionPreviewInput {
        SessionPreviewInput {
            config: ChosenPlace::Path(self.config),
            root: self.root.map(ChosenPlace::Path),
            strategy: self.strategy,
            kinds: None,
            exclude: None,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Session {
    Preview(Configuration),
    Create {
        #[command(flatten)]
        configuration: Configuration,
        #[arg(id = "session_agent", long = "agent", value_name = "JSON|@FILE", value_parser = object)]
        agent: Option<Object>,
        #[arg(id = "session_state", long = "state", value_name = "JSON|@FILE", value_parser = object)]
        state: Option<Object>,
        #[arg(id = "session_start", long = "start", group = "session_goes")]
        start: bool,
        #[command(flatten)]
        going: Going,
    },
    List {
        #[arg(id = "session_all", long = "all")]
        all: bool,
        #[arg(id = "session_offset", long = "offset", value_name = "N")]
        offset: Option<u32>,
        #[arg(id = "session_limit", long = "limit", value_name = "N")]
        limit: Option<u32>,
    },
    Import(SessionImport),
    Show {
        #[arg(id = "session_id", value_name = "ID")]
        id: String,
    },
    Snapshot {
        #[arg(id = "session_id", value_name = "ID")]
        id: String,
    },
    Restore(Restore),
    Compare(Compare),
    Export(Export),
    Roots(Roots),
    Relink(Relink),
    Link(Link),
    Forget {
        #[arg(id = "session_id", value_name = "ID")]
        id: String,
    },
    CleanUp {
        #[arg(id = "snapshots_older_than", long = "older-than", value_name = "AGE")]
        older_than: Option<String>,
        #[arg(long)]
        dry_run: bool,
    },
    Scrub,
    MoveStore(MoveStore),
    Stats,
    Strategies(Strategies),
    #[command(subcommand)]
    Key(Key),
}

pub(crate) fn run(api: &Api, output: &Output, verb: Session) -> Result<Outcome, AppError> {
    done(api, output, verb).map_err(|error| match error.code.as_str() {
        "session_unknown" => error.hint("session_ids"),
        _ => error,
    })
}

fn done(api: &Api, output: &Output, verb: Session) -> Result<Outcome, AppError> {
    match verb {
        Session::Preview(configuration) => preview(api, output, configuration.wanted()),
        Session::Create {
            configuration,
            agent,
            state,
            start,
            going,
        } => {
            let SessionPreviewInput {
                config,
                root,
                strategy,
                ..
            } = configuration.wanted();
            let wanted = SessionCreateInput {
                config,
                root,
                strategy,
                agent,
                state,
                start: Some(start),
                trust: Some(going.trust),
                shown: None,
            };
            create(api, output, wanted, &going)
        }
        Session::List { all, offset, limit } => {
            let wanted = SessionListInput {
                all: Some(all),
                offset,
                limit,
                ..SessionListInput::default()
            };
            list(api, output, wanted)
        }
        Session::Import(wanted) => session_import::run(api, output, wanted),
        Session::Show { id } => show(api, output, &session_list::show(api, SessionRef { id })?),
        Session::Snapshot { id } => snapshot(api, output, SessionRef { id }),
        Session::Restore(asked) => session_restore::run(api, output, asked),
        Session::Compare(asked) => session_compare::run(api, output, asked),
        Session::Export(asked) => session_export::run(api, output, asked),
        Session::Roots(asked) => session_roots::roots(api, output, asked),
        Session::Relink(asked) => session_roots::relink(api, output, asked),
        Session::Link(asked) => session_roots::link(api, output, asked),
        Session::Forget { id } => forget(api, output, SessionRef { id }),
        Session::CleanUp {
            older_than,
            dry_run,
        } => session_clean_up::run(api, output, older_than, dry_run),
        Session::Scrub => session_scrub::run(api, output),
        Session::MoveStore(asked) => session_store::run(api, output, asked),
        Session::Stats => stats(api, output),
        Session::Strategies(asked) => session_strategies::run(api, output, asked),
        Session::Key(verb) => session_keys::run(api, output, verb),
    }
}

/// What is not complete leaves it done in part.
pub(crate) fn outcome(status: &str) -> Outcome {
    match status {
        "complete" => Outcome::Done,
        _ => Outcome::InPart,
    }
}

fn preview(api: &Api, output: &Output, wanted: SessionPreviewInput) -> Result<Outcome, AppError> {
    let progress = Shown::new(output.catalogue());
    let found = sessions::preview(api, wanted, &progress);
    drop(progress);
    let found = found?;
    output.print(&found, |catalogue, out| {
        tell(catalogue, out, &Told::from(&found))
    })?;
    Ok(outcome(found.status))
}

/// What a snapshot holds.
pub(crate) fn tell_snapshot(
    catalogue: &Catalogue,
    out: &mut Out,
    snapshot: &SessionSnapshot,
) -> io::Result<()> {
    tell(catalogue, out, &Told::from(snapshot))
}

fn create(
    api: &Api,
    output: &Output,
    wanted: SessionCreateInput,
    going: &Going,
) -> Result<Outcome, AppError> {
    let progress = Shown::new(output.catalogue());
    let created = session_snapshots::create(api, wanted, &progress);
    drop(progress);
    let mut created = created.map_err(|error| told_acts(output, error))?;
    let run = created.run_id.clone();
    if let Some(ended) = going.within(api, output, run.as_ref())? {
        created.run_status = Some(ended);
    }
    output.print(&created, |catalogue, out| {
        let key = match &created.snapshot {
            Some(snapshot) => {
                tell(catalogue, out, &Told::from(snapshot))?;
                session_keys::tell(catalogue, out, snapshot)?;
                match snapshot.status {
                    "complete" => "cli_session_created",
                    _ => "cli_session_created_part",
                }
            }
            None => "cli_session_created_bare",
        };
        let fields: [(&str, &dyn std::fmt::Display); 1] = [("session", &created.session_id)];
        writeln!(out, "{}", catalogue.sentence(key, &fields))?;
        match run.as_ref().filter(|_| !going.wait) {
            Some(run) => session_runs::tell(api, catalogue, out, run, created.run_status),
            None => Ok(()),
        }
    })?;
    if created.snapshot.as_ref().is_some_and(|one| one.encrypted) {
        session_keys::remark_new(api, output)?;
    }
    let status = created.snapshot.as_ref().map(|snapshot| snapshot.status);
    let before = outcome(status.unwrap_or_default());
    going.after(api, output, run.as_ref(), created.run_status, before)
}

fn snapshot(api: &Api, output: &Output, wanted: SessionRef) -> Result<Outcome, AppError> {
    let progress = Shown::new(output.catalogue());
    let taken = session_snapshots::snapshot(api, wanted, &progress);
    drop(progress);
    let taken = taken?;
    output.print(&taken, |catalogue, out| {
        tell(catalogue, out, &Told::from(&taken.snapshot))?;
        session_keys::tell(catalogue, out, &taken.snapshot)?;
        let key = if taken.changed {
            "cli_session_snapshot_changed"
        } else {
            "cli_session_snapshot_same"
        };
        let fields: [(&str, &dyn std::fmt::Display); 1] = [("number", &taken.snapshot.sequence)];
        writeln!(out, "{}", catalogue.sentence(key, &fields))
    })?;
    if taken.snapshot.encrypted {
        session_keys::remark_new(api, output)?;
    }
    Ok(outcome(taken.snapshot.status))
}

fn forget(api: &Api, output: &Output, wanted: SessionRef) -> Result<Outcome, AppError> {
    let forgotten = session_forget::forget(api, wanted)?;
    output.print(&forgotten, |catalogue, out| {
        for failure in &forgotten.failed {
            let why = catalogue.say(&failure.reason);
            writeln!(out, "{}", catalogue.labelled(&visible(&failure.file), &why))?;
        }
        let stays = catalogue.word("session_copy_stays");
        for copy in &forgotten.stays {
            writeln!(out, "{}", catalogue.labelled(&visible(copy), &stays))?;
        }
        let freed: [(&str, &dyn std::fmt::Display); 1] = [("most_bytes", &forgotten.freed_bytes)];
        let key = if forgotten.stays.is_empty() && forgotten.failed.is_empty() {
            "cli_session_forgotten"
        } else {
            "cli_session_forgotten_but"
        };
        writeln!(out, "{}", catalogue.sentence(key, &freed))?;
        if let Some(elsewhere) = &forgotten.elsewhere {
            writeln!(out, "{}", catalogue.say(elsewhere))?;
        }
        if forgotten.waits {
            writeln!(out, "{}", catalogue.word("cli_session_forgotten_waits"))?;
        }
        Ok(())
    })?;
    Ok(
        if forgotten.failed.is_empty() && forgotten.stays.is_empty() {
            Outcome::Done
        } else {
            Outcome::InPart
        },
    )
}

fn list(api: &Api, output: &Output, wanted: SessionListInput) -> Result<Outcome, AppError> {
    let is_all = wanted.all.unwrap_or_default();
    let before = wanted.offset.unwrap_or_default() as usize;
    let found = session_list::list(api, wanted)?;
    let hindered = hindered(api, found.items.iter().any(|row| row.snapshots > 0))?;
    output.print(&Hindered::of(&found, &hindered), |catalogue, out| {
        let columns = [
            "id",
            "name",
            "status",
            "recoverable",
            "snapshots",
            "when",
            "file",
        ];
        let rows = found.items.iter().map(|row| {
            [
                visible(&row.id).into_owned(),
                visible(&row.name).into_owned(),
                stands(catalogue, row.status, row.origin, row.run_status),
                recoverable_row(catalogue, row),
                row.snapshots.to_string(),
                catalogue.when(&row.updated_at),
                visible(&lies_in(row, &found.items)).into_owned(),
            ]
        });
        table(catalogue, out, columns, rows)?;
        if found.next.is_some() {
            let fields: [(&str, &dyn std::fmt::Display); 3] = [
                ("shown", &found.items.len()),
                ("total", &found.total),
                ("offset", &(before + found.items.len())),
            ];
            let said = catalogue.sentence("cli_session_list_goes_on", &fields);
            writeln!(out, "{said}")?;
        }
        if found.runs > 0 && !is_all {
            let said = catalogue.counted("cli_session_runs", found.runs as usize);
            writeln!(out, "{said}")?;
        }
        tell_hindered(catalogue, out, &hindered)
    })?;
    output.none(found.items.is_empty());
    Ok(Outcome::Done)
}

/// Where the configuration of a session is: below its root, unless another one of that name is to be told from it.
fn lies_in(row: &SessionRow, all: &[SessionRow]) -> String {
    let is_alike = |other: &&SessionRow| other.name == row.name;
    let is_one_of_several = all.iter().filter(is_alike).nth(1).is_some();
    match (&row.root, &row.config) {
        (Some(root), Some(config)) if is_one_of_several => format!("{root}/{config}"),
        (root, config) => config
            .as_ref()
            .or(root.as_ref())
            .cloned()
            .unwrap_or_default(),
    }
}

/// Whether a session can go on as it was, in words: what was missing already when it was kept is still.
fn recoverable(catalogue: &Catalogue, confidence: &str, missing: u32) -> String {
    match confidence {
        "complete" if missing > 0 => {
            let fields: [(&str, &dyn std::fmt::Display); 1] = [("count", &missing)];
            catalogue.sentence("cli_session_recoverable_missing", &fields)
        }
        confidence => catalogue.word(&format!("cli_session_recoverable_{confidence}")),
    }
}

/// The same of one in a list, and how many of its snapshots cannot be opened.
fn recoverable_row(catalogue: &Catalogue, row: &SessionRow) -> String {
    let said = recoverable(catalogue, row.confidence, row.missing);
    let Some(closed) = row.closed else {
        return said;
    };
    let fields: [(&str, &dyn std::fmt::Display); 1] = [("count", &closed)];
    let closed = catalogue.sentence("cli_session_closed_count", &fields);
    [said, closed].join(&catalogue.word("clause_separator"))
}

/// How a session stands, in a word: of one that was broken off for good, what became of its run. What an earlier tool
/// had under way was carried on by nobody here.
fn stands(catalogue: &Catalogue, status: &str, origin: &str, run: Option<Status>) -> String {
    let is_elsewhere = matches!(origin, "import1" | "import2") && run.is_none();
    catalogue.word(&match (status, run) {
        ("interrupted", _) if is_elsewhere => "session_status_brought".to_owned(),
        ("aborted", Some(Status::Failed)) => "session_status_failed".to_owned(),
        ("aborted", Some(Status::Cancelled)) => "session_status_cancelled".to_owned(),
        (status, _) => format!("session_status_{status}"),
    })
}

/// What keeps the snapshots that are listed from coming back just now.
fn hindered(api: &Api, has_snapshots: bool) -> Result<Vec<Message>, AppError> {
    if has_snapshots {
        session_list::hindered(api)
    } else {
        Ok(Vec::new())
    }
}

/// What is known of sessions, and what keeps their snapshots from coming back just now, whatever is known of them.
#[derive(Serialize)]
struct Hindered<'a, T> {
    #[serde(flatten)]
    found: &'a T,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    hindered: &'a [Message],
}

impl<'a, T> Hindered<'a, T> {
    fn of(found: &'a T, hindered: &'a [Message]) -> Self {
        Self { found, hindered }
    }
}

fn tell_hindered(catalogue: &Catalogue, out: &mut Out, hindered: &[Message]) -> io::Result<()> {
    for why in hindered {
        writeln!(out, "{}", catalogue.say(why))?;
    }
    if !hindered.is_empty() {
        writeln!(out, "{}", catalogue.word("cli_sessions_hindered"))?;
    }
    Ok(())
}

fn show(api: &Api, output: &Output, found: &SessionShow) -> Result<Outcome, AppError> {
    let hindered = hindered(api, !found.snapshots.is_empty())?;
    output.print(&Hindered::of(found, &hindered), |catalogue, out| {
        let status = stands(catalogue, found.status, found.origin, found.run_status);
        writeln!(
            out,
            "{}",
            catalogue.labelled(&visible(&found.name), &status)
        )?;
        let file = match (&found.root, &found.config) {
            (Some(root), Some(config)) => format!("{root}/{config}"),
            (root, config) => config
                .as_ref()
                .or(root.as_ref())
                .cloned()
                .unwrap_or_default(),
        };
        let recoverable = match (found.confidence, with_keys(found)) {
            ("partial", Some(count)) => {
                let fields: [(&str, &dyn std::fmt::Display); 1] = [("count", &count)];
                catalogue.sentence("cli_session_recoverable_masked", &fields)
            }
            (confidence, _) => recoverable(catalogue, confidence, found.missing),
        };
        let stated = |time: &Option<SessionStatedTime>| {
            let time = time.as_ref()?;
            let without = || catalogue.sentence("cli_session_no_zone", &[("when", &time.text)]);
            Some(if time.has_zone {
                time.text.clone()
            } else {
                without()
            })
        };
        let rows = [
            (
                "cli_column_file",
                Some(file).filter(|file| !file.is_empty()),
            ),
            ("cli_session_stated_config", found.stated_config.clone()),
            ("cli_session_stated_status", found.stated_status.clone()),
            (
                "cli_session_stated_created",
                stated(&found.stated_created_at),
            ),
            (
                "cli_session_stated_updated",
                stated(&found.stated_updated_at),
            ),
            ("cli_column_run", found.run_id.clone()),
            ("cli_column_recoverable", Some(recoverable)),
            ("cli_session_agent", found.agent.clone()),
            ("cli_session_state", found.state.clone()),
        ];
        for (key, value) in rows {
            if let Some(value) = value {
                let row = catalogue.labelled(&catalogue.word(key), &visible(&value));
                writeln!(out, "{row}")?;
            }
        }
        tell_copy(catalogue, out, found.own_copy.as_ref())?;
        tell_unkept(catalogue, out, found.unkept.as_ref())?;
        let columns = ["number", "when", "status", "files", "bytes", "why"];
        let rows = found.snapshots.iter().map(|snapshot| {
            [
                snapshot.sequence.to_string(),
                catalogue.when(&snapshot.at),
                snapshot_status(catalogue, snapshot),
                snapshot.files.len().to_string(),
                snapshot.bytes.to_string(),
                catalogue.word(&format!("snapshot_reason_{}", snapshot.reason)),
            ]
        });
        table(catalogue, out, columns, rows)?;
        let newest = found.snapshots.iter().max_by_key(|one| one.sequence);
        if let Some(newest) = newest {
            tell_lacks(catalogue, out, &Told::from(newest))?;
        }
        if found.snapshots.iter().any(|snapshot| snapshot.encrypted) {
            writeln!(out, "{}", catalogue.word("cli_session_show_encrypted"))?;
        }
        tell_hindered(catalogue, out, &hindered)
    })?;
    Ok(Outcome::Done)
}

/// How many files of its newest snapshot are kept without their keys, where that is what keeps it from coming back as
/// it was; as long as the files are there, it does.
fn with_keys(found: &SessionShow) -> Option<usize> {
    let newest = found.snapshots.iter().max_by_key(|one| one.sequence)?;
    let masked = newest.files.iter().filter(|file| file.masked).count();
    (masked > 0 && newest.damaged.is_none()).then_some(masked)
}

/// Which copy of its own the work uses or would use, whether its keys are filled in there, and what it does not have.
pub(crate) fn tell_copy(
    catalogue: &Catalogue,
    out: &mut Out,
    copy: Option<&SessionCopyStand>,
) -> io::Result<()> {
    let Some(copy) = copy else {
        return Ok(());
    };
    let missing = copy.missing.iter().map(|one| one.reference.clone());
    let missing: Vec<_> = missing.collect();
    let used = if copy.used { "used" } else { "waits" };
    let fields: [(&str, &dyn std::fmt::Display); 1] = [("path", &visible(&copy.path))];
    let said = catalogue.sentence(&format!("session_copy_is_{used}"), &fields);
    writeln!(out, "{said}")?;
    let told = [
        ("session_copy_filled_in", &copy.filled_in),
        ("session_copy_filled_otherwise", &copy.filled_otherwise),
        ("session_copy_masked", &copy.masked),
        ("session_copy_gone", &copy.gone),
        ("session_copy_left_out", &copy.left_out),
        ("session_copy_missing", &missing),
    ];
    for (key, names) in told.into_iter().filter(|(_, names)| !names.is_empty()) {
        let names: Vec<_> = names.iter().map(|name| visible(name)).collect();
        let names = names.join(&catalogue.word("list_separator"));
        let fields: [(&str, &dyn std::fmt::Display); 1] = [("names", &names)];
        writeln!(out, "  {}", catalogue.sentence(key, &fields))?;
    }
    Ok(())
}

/// What a run refers to although nothing of it is kept.
fn tell_unkept(
    catalogue: &Catalogue,
    out: &mut Out,
    unkept: Option<&SessionUnkept>,
) -> io::Result<()> {
    let Some(unkept) = unkept else {
        return Ok(());
    };
    if let Some(forgotten) = &unkept.forgotten {
        let (by, at) = (visible(&forgotten.by), catalogue.when(&forgotten.at));
        let fields: [(&str, &dyn std::fmt::Display); 2] = [("by", &by), ("when", &at)];
        return writeln!(
            out,
            "{}",
            catalogue.sentence("session_unkept_forgotten", &fields)
        );
    }
    if unkept.imported {
        return writeln!(out, "{}", catalogue.word("session_unkept_imported"));
    }
    let Some(folder) = unkept.folders.first() else {
        return writeln!(out, "{}", catalogue.word("cli_session_unkept"));
    };
    let fields: [(&str, &dyn std::fmt::Display); 1] = [("path", &visible(folder))];
    let said = catalogue.sentence("cli_session_unkept_in", &fields);
    writeln!(out, "{said}")
}

/// How a snapshot stands: what was there when it was taken, and what has become of it.
fn snapshot_status(catalogue: &Catalogue, snapshot: &SessionSnapshot) -> String {
    let mut said = vec![catalogue.word(&format!("snapshot_status_{}", snapshot.status))];
    if snapshot.encrypted {
        said.push(catalogue.word("snapshot_encrypted"));
    }
    if snapshot.closed {
        said.push(catalogue.word("cli_session_closed_here"));
    }
    if let Some(count) = snapshot.damaged {
        let fields: [(&str, &dyn std::fmt::Display); 1] = [("count", &count)];
        said.push(catalogue.sentence("cli_session_snapshot_damaged", &fields));
    }
    said.join(&catalogue.word("clause_separator"))
}

fn stats(api: &Api, output: &Output) -> Result<Outcome, AppError> {
    let found = session_list::stats(api, Nothing {})?;
    output.print(&found, |catalogue, out| {
        let fields: [(&str, &dyn std::fmt::Display); 5] = [
            ("sessions", &found.sessions),
            ("snapshots", &found.snapshots),
            ("files", &found.files),
            ("file_bytes", &found.bytes_original),
            ("most_bytes", &found.bytes_stored),
        ];
        writeln!(
            out,
            "{}",
            catalogue.sentence("cli_session_stats_said", &fields)
        )?;
        if found.store_why.is_none() && found.files > 0 {
            let once = found.bytes_original.saturating_sub(found.bytes_distinct);
            let packed = found.bytes_distinct.saturating_sub(found.bytes_stored);
            let fields: [(&str, &dyn std::fmt::Display); 2] =
                [("file_bytes", &once), ("most_bytes", &packed)];
            let saved = catalogue.sentence("cli_session_stats_saved", &fields);
            writeln!(out, "{saved}")?;
        }
        if let (Some(oldest), Some(newest)) = (&found.oldest, &found.newest) {
            let (oldest, newest) = (catalogue.when(oldest), catalogue.when(newest));
            let fields: [(&str, &dyn std::fmt::Display); 2] =
                [("oldest", &oldest), ("newest", &newest)];
            writeln!(
                out,
                "{}",
                catalogue.sentence("cli_session_stats_times", &fields)
            )?;
        }
        let path = visible(&found.store_dir);
        let place = |key| catalogue.sentence(key, &[("path", &path)]);
        let lies = match &found.store_why {
            None => place("cli_session_stats_place"),
            Some(why) if why.code == "error_snapshot_store_gone" => place("cli_session_stats_away"),
            Some(why) if why.code == "error_disk_silent" => place("cli_session_stats_silent"),
            Some(why) => {
                let lies = place("cli_session_stats_place");
                format!("{lies}\n{}", catalogue.say(why))
            }
        };
        writeln!(out, "{lies}")?;
        Ok(())
    })?;
    Ok(Outcome::Done)
}

/// What is told of a configuration, whether it is kept or not.
struct Told<'a> {
    status: &'a str,
    bytes: u64,
    files: &'a [SessionFile],
    missing: &'a [SessionMissing],
    elsewhere: &'a [SessionMissing],
    ambiguous: &'a [SessionAmbiguous],
    unread: Vec<&'a SessionUnread>,
    left_out: &'a [SessionLeftOut],
}

impl<'a> From<&'a SessionPreview> for Told<'a> {
    fn from(found: &'a SessionPreview) -> Self {
        Self {
            status: found.status,
            bytes: found.bytes,
            files: &found.files,
            missing: &found.missing,
            elsewhere: &found.elsewhere,
            ambiguous: &found.ambiguous,
            unread: found.unparsed.iter().chain(&found.unread).collect(),
            left_out: &found.left_out,
        }
    }
}

impl<'a> From<&'a SessionSnapshot> for Told<'a> {
    fn from(kept: &'a SessionSnapshot) -> Self {
        Self {
            status: kept.status,
            bytes: kept.bytes,
            files: &kept.files,
            missing: &kept.missing,
            elsewhere: &kept.elsewhere,
            ambiguous: &kept.ambiguous,
            unread: kept.unparsed.iter().collect(),
            left_out: &kept.left_out,
        }
    }
}

fn tell(catalogue: &Catalogue, out: &mut Out, found: &Told<'_>) -> io::Result<()> {
    for file in found.files {
        let bytes = catalogue.sentence("cli_session_file", &[("file_bytes", &file.bytes)]);
        writeln!(out, "{}", catalogue.labelled(&visible(&file.path), &bytes))?;
    }
    tell_lacks(catalogue, out, found)?;
    let mut say =
        |path: &str, said: &str| writeln!(out, "{}", catalogue.labelled(&visible(path), said));
    for file in found.files {
        if file.masked {
            let lines: BTreeSet<_> = file.masked_places.iter().map(|place| place.line).collect();
            let lines: Vec<_> = lines.iter().map(ToString::to_string).collect();
            let lines = lines.join(", ");
            let is_whole = file.masked_places.iter().any(|place| place.what == "whole");
            let key = if is_whole {
                "cli_session_masked_whole"
            } else {
                "cli_session_masked"
            };
            let said = catalogue.sentence(key, &[("lines", &lines)]);
            say(&file.path, &said)?;
            if file
                .masked_places
                .iter()
                .any(|place| place.what == "unread")
            {
                say(&file.path, &catalogue.word("snapshot_key_unread"))?;
            }
        }
    }
    for file in found.left_out {
        let key = format!("cli_session_left_out_{}", file.why);
        say(&file.path, &catalogue.word(&key))?;
    }
    let fields: [(&str, &dyn std::fmt::Display); 3] = [
        ("count", &found.files.len()),
        ("file_bytes", &found.bytes),
        ("left_out", &found.left_out.len()),
    ];
    let is_lacking =
        !(found.missing.is_empty() && found.unread.is_empty() && found.ambiguous.is_empty());
    // Where keys are all that is not kept, nothing is missing.
    let key = match found.status {
        "partial" if !is_lacking => "cli_session_partial_masked".to_owned(),
        status => format!("cli_session_{status}"),
    };
    writeln!(out, "{}", catalogue.sentence(&key, &fields))
}

/// What keeps a configuration from being there as it is referred to.
fn tell_lacks(catalogue: &Catalogue, out: &mut Out, found: &Told<'_>) -> io::Result<()> {
    let mut say =
        |path: &str, said: &str| writeln!(out, "{}", catalogue.labelled(&visible(path), said));
    for file in &found.unread {
        say(&file.path, &catalogue.say(&file.reason))?;
    }
    for missing in found.missing {
        let key = match missing.looked {
            Some(_) if missing.leads_out => "cli_session_not_inside",
            Some(_) => "cli_session_missing",
            None => "cli_session_outside",
        };
        let name = visible(&missing.reference);
        say(&missing.from, &catalogue.sentence(key, &[("name", &name)]))?;
    }
    for named in found.elsewhere {
        let name = visible(&named.reference);
        let said = catalogue.sentence("cli_session_elsewhere", &[("name", &name)]);
        say(&named.from, &said)?;
    }
    for met in found.ambiguous {
        let (name, files) = (visible(&met.reference), met.taken.join(", "));
        let fields: [(&str, &dyn std::fmt::Display); 2] = [("name", &name), ("files", &files)];
        let said = catalogue.sentence("cli_session_ambiguous", &fields);
        say(&met.from, &said)?;
    }
    Ok(())
}
