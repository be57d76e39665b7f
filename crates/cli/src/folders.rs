//! `folder`: task folders and their archives.

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use flowkeep_api::types::{
    ArchiveList, ArchiveRow, ChosenPlace, FolderAdoptInput, FolderArchiveInput, FolderArchived,
    FolderCleanUpInput, FolderCleanedUp, FolderCreateInput, FolderForgotten, FolderMade, FolderRef,
    FolderRow, FolderSetInput, FolderShow, Nothing,
};
use flowkeep_api::{Api, AppError, Catalogue, folder_clean_ups, folders};
use flowkeep_core::folder::{CleanUpRule, Policy};
use flowkeep_core::visible;

use crate::args::given_path;
use crate::folder_archives::{Check, Compare, PutBack, check, compare, put_back};
use crate::folder_tables::{Tables, tables};
use crate::output::{Out, Outcome, Output, table};
use crate::progress::Shown;

/// As people count room on a disk.
const MEGABYTE: u64 = 1_000_000;

#[derive(Debug, Subcommand)]
pub(crate) enum Folder {
    Create {
        workflow: String,
        #[arg(id = "folder_root", long = "root", value_name = "DIR", value_parser = given_path())]
        root: Option<PathBuf>,
        #[arg(long)]
        for_runs: bool,
    },
    Adopt {
        workflow: String,
        #[arg(id = "folder_path", value_name = "PATH", value_parser = given_path())]
        path: PathBuf,
        #[arg(long)]
        for_runs: bool,
    },
    List,
    Show {
        #[arg(id = "folder_id", value_name = "ID")]
        id: String,
    },
    Set {
        #[arg(id = "folder_id", value_name = "ID")]
        id: String,
        #[arg(
            long,
            value_enum,
            value_name = "stop|continue",
            hide_possible_values = true
        )]
        on_archive_failure: Option<OnFailure>,
        #[arg(
            id = "folder_archive",
            long = "archive",
            value_enum,
            value_name = "on|off",
            hide_possible_values = true
        )]
        archive: Option<Switch>,
        #[arg(long, value_enum, value_name = "on|off", hide_possible_values = true)]
        archive_in_step_mode: Option<Switch>,
        #[arg(id = "folder_keep", long = "keep", value_name = "NAME")]
        keep: Option<Vec<String>>,
        #[arg(long, value_name = "N")]
        keep_archives: Option<u32>,
        #[arg(long, value_name = "N")]
        archive_days: Option<u32>,
        #[arg(long, value_name = "N")]
        archive_megabytes: Option<u64>,
    },
    Forget {
        #[arg(id = "folder_id", value_name = "ID")]
        id: String,
    },
    Archive {
        #[arg(id = "folder_id", value_name = "ID")]
        id: String,
        #[arg(id = "archive_anyway", long = "continue-anyway")]
        continue_anyway: bool,
    },
    Archives {
        #[arg(id = "folder_id", value_name = "ID")]
        id: String,
    },
    CleanUp {
        #[arg(id = "folder_id", value_name = "ID")]
        id: Option<String>,
        #[arg(id = "keep_newest_archives", long = "keep", value_name = "N")]
        keep: Option<u32>,
        #[arg(id = "archives_older_than", long = "older-than", value_name = "AGE")]
        older_than: Option<String>,
        #[arg(id = "archives_megabytes", long = "megabytes", value_name = "N")]
        megabytes: Option<u64>,
        #[arg(long)]
        dry_run: bool,
    },
    Tables(Tables),
    PutBack(PutBack),
    Compare(Compare),
    Check(Check),
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum OnFailure {
    Stop,
    Continue,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Switch {
    On,
    Off,
}

pub(crate) fn run(api: &Api, output: &Output, verb: Folder) -> Result<Outcome, AppError> {
    match verb {
        Folder::Create {
            workflow,
            root,
            for_runs,
        } => {
            let wanted = FolderCreateInput {
                workflow,
                root: root.map(ChosenPlace::Path),
                for_runs: Some(for_runs),
            };
            made(output, &folders::create(api, wanted)?)
        }
        Folder::Adopt {
            workflow,
            path,
            for_runs,
        } => {
            let wanted = FolderAdoptInput {
                workflow,
                path: ChosenPlace::Path(path),
                for_runs: Some(for_runs),
            };
            made(output, &folders::adopt(api, wanted)?)
        }
        Folder::List => {
            let list = folders::list(api, Nothing {})?;
            output.print(&list, |catalogue, out| rows(catalogue, out, &list.items))?;
            Ok(Outcome::Done)
        }
        Folder::Show { id } => show(output, &folders::show(api, FolderRef { id })?),
        Folder::Set {
            id,
            on_archive_failure,
            archive,
            archive_in_step_mode,
            keep,
            keep_archives,
            archive_days,
            archive_megabytes,
        } => {
            let rule = changed_rule(api, &id, (keep_archives, archive_days, archive_megabytes))?;
            let is_on = |switch: Switch| switch == Switch::On;
            let wanted = FolderSetInput {
                id,
                on_archive_failure: on_archive_failure.map(|policy| match policy {
                    OnFailure::Stop => Policy::Stop,
                    OnFailure::Continue => Policy::Continue,
                }),
                archive: archive.map(is_on),
                archive_in_step_mode: archive_in_step_mode.map(is_on),
                keep,
                clean_up: rule,
            };
            show(output, &folders::set(api, wanted)?)
        }
        Folder::Forget { id } => forgotten(output, &folders::forget(api, FolderRef { id })?),
        Folder::Archive {
            id,
            continue_anyway,
        } => {
            let wanted = FolderArchiveInput {
                id,
                continue_anyway,
            };
            let progress = Shown::new(output.catalogue());
            let archived = folders::archive(api, wanted, &progress);
            drop(progress);
            told(output, &archived?)
        }
        Folder::Archives { id } => {
            let list = folders::archives(api, FolderRef { id })?;
            output.print(&list, |catalogue, out| archives(catalogue, out, &list))?;
            Ok(Outcome::Done)
        }
        Folder::CleanUp {
            id,
            keep,
            older_than,
            megabytes,
            dry_run,
        } => {
            let wanted = FolderCleanUpInput {
                id,
                keep,
                older_than,
                max_bytes: megabytes.map(bytes_of),
                dry_run: Some(dry_run),
                seen: None,
            };
            let progress = Shown::new(output.catalogue());
            let done = folder_clean_ups::clean_up(api, wanted, &progress);
            drop(progress);
            cleaned_up(output, &done?, dry_run)
        }
        Folder::Tables(asked) => tables(api, output, asked),
        Folder::PutBack(asked) => put_back(api, output, asked),
        Folder::Compare(asked) => compare(api, output, asked),
        Folder::Check(asked) => check(api, output, asked),
    }
}

fn forgotten(output: &Output, gone: &FolderForgotten) -> Result<Outcome, AppError> {
    output.print(gone, |catalogue, out| {
        let said = catalogue.sentence("cli_folder_forgotten", &[("path", &gone.path)]);
        writeln!(out, "{said}")?;
        for workflow in &gone.used_by.workflows {
            let name = visible(&workflow.name);
            let said = catalogue.sentence("cli_folder_forgotten_used", &[("name", &name)]);
            writeln!(out, "{said}")?;
        }
        if gone.used_by.more {
            writeln!(out, "{}", catalogue.word("cli_folder_forgotten_more"))?;
        }
        let Some(name) = &gone.unfinished else {
            return Ok(());
        };
        let said = catalogue.sentence("cli_folder_unfinished", &[("archive", name)]);
        writeln!(out, "{said}")
    })?;
    Ok(Outcome::Done)
}

fn bytes_of(megabytes: u64) -> u64 {
    megabytes.saturating_mul(MEGABYTE)
}

/// The rule of a folder with what is named of it; 0 takes a limit away.
fn changed_rule(
    api: &Api,
    id: &str,
    (keep, days, megabytes): (Option<u32>, Option<u32>, Option<u64>),
) -> Result<Option<CleanUpRule>, AppError> {
    if (keep, days, megabytes) == (None, None, None) {
        return Ok(None);
    }
    let shown = folders::show(api, FolderRef { id: id.to_owned() })?;
    let before = shown.settings.clean_up;
    let limit = |given: Option<u32>, before| match given {
        None => before,
        Some(given) => Some(given).filter(|given| *given > 0),
    };
    Ok(Some(CleanUpRule {
        keep: limit(keep, before.keep),
        older_than_days: limit(days, before.older_than_days),
        max_bytes: match megabytes {
            None => before.max_bytes,
            Some(megabytes) => Some(bytes_of(megabytes)).filter(|bytes| *bytes > 0),
        },
    }))
}

fn made(output: &Output, made: &FolderMade) -> Result<Outcome, AppError> {
    output.print(made, |catalogue, out| {
        writeln!(out, "{}  {}", made.id, visible(&made.path))?;
        let mut warnings = made.warnings.iter();
        warnings.try_for_each(|warning| writeln!(out, "  {}", catalogue.say(warning)))
    })?;
    Ok(Outcome::Done)
}

fn rows(catalogue: &Catalogue, out: &mut Out, rows: &[FolderRow]) -> io::Result<()> {
    if rows.is_empty() {
        return writeln!(out, "{}", catalogue.word("cli_folder_none"));
    }
    let columns = ["id", "workflow", "files", "bytes", "archives", "folder"];
    let row = |row: &FolderRow| {
        [
            row.id.clone(),
            workflows(catalogue, row),
            row.file_count.to_string(),
            row.bytes.to_string(),
            row.archives.to_string(),
            visible(&row.path).to_string(),
        ]
    };
    table(catalogue, out, columns, rows.iter().map(row))?;
    for row in rows {
        if let Some(problem) = &row.problem {
            let problem = catalogue.say(problem);
            writeln!(out, "{}", catalogue.labelled(&visible(&row.name), &problem))?;
        }
    }
    Ok(())
}

/// The workflow a folder is for, and the others that name it.
fn workflows(catalogue: &Catalogue, row: &FolderRow) -> String {
    let owner = row.workflow_name.as_ref().unwrap_or(&row.workflow_id);
    let named_by = row.named_by.workflows.iter();
    let others = named_by.filter(|one| one.id != row.workflow_id);
    let names = std::iter::once(owner).chain(others.map(|one| &one.name));
    let mut names: Vec<_> = names.map(|name| visible(name).into_owned()).collect();
    if row.named_by.more {
        names.push("…".to_owned());
    }
    names.join(&catalogue.word("list_separator"))
}

fn show(output: &Output, folder: &FolderShow) -> Result<Outcome, AppError> {
    output.print(folder, |catalogue, out| {
        let row = &folder.row;
        writeln!(out, "{}  {}", row.id, visible(&row.path))?;
        let mut line = |key: &str, value: &str| {
            let said = catalogue.labelled(&catalogue.word(key), value);
            writeln!(out, "{said}")
        };
        line("cli_column_workflow", &workflows(catalogue, row))?;
        line("cli_column_archives", &row.archives.to_string())?;
        if let Some(run) = &row.held_by {
            line("folder_held_by", run)?;
        }
        let settings = &folder.settings;
        let switch = |on| catalogue.word(if on { "switch_on" } else { "switch_off" });
        line("folder_setting_archive", &switch(settings.archive))?;
        line(
            "folder_setting_step",
            &switch(settings.archive_in_step_mode),
        )?;
        let policy = format!("folder_policy_{}", settings.on_archive_failure.as_str());
        line("folder_setting_failure", &catalogue.word(&policy))?;
        if !settings.keep.is_empty() {
            let keep = settings.keep.iter().map(|name| visible(name).to_string());
            let keep: Vec<_> = keep.collect();
            line(
                "folder_setting_keep",
                &keep.join(&catalogue.word("list_separator")),
            )?;
        }
        let rule = &settings.clean_up;
        let limits: [(&str, Option<u64>); 3] = [
            ("folder_setting_keep_archives", rule.keep.map(Into::into)),
            (
                "folder_setting_archive_days",
                rule.older_than_days.map(Into::into),
            ),
            ("folder_setting_archive_bytes", rule.max_bytes),
        ];
        for (key, limit) in limits {
            if let Some(limit) = limit {
                line(key, &limit.to_string())?;
            }
        }
        let rows = folder.contents.iter().map(|file| {
            let stays = file.kept.then(|| catalogue.word("folder_file_kept"));
            [
                visible(&file.name).into_owned(),
                file.bytes.to_string(),
                stays.unwrap_or_default(),
            ]
        });
        table(catalogue, out, ["file", "bytes", "state"], rows)
    })?;
    Ok(Outcome::Done)
}

/// What could not be moved leaves it done in part.
fn told(output: &Output, archived: &FolderArchived) -> Result<Outcome, AppError> {
    output.print(archived, |catalogue, out| {
        match &archived.path {
            None => {
                let none = archived.failed.is_empty();
                let key = if none {
                    "cli_folder_nothing"
                } else {
                    "folder_none_archived"
                };
                writeln!(out, "{}", catalogue.word(key))?;
            }
            Some(path) => {
                let (moved, copied) = (archived.moved.len(), archived.copied.len());
                let fields: [(&str, &dyn std::fmt::Display); 3] = [
                    ("moved", &moved),
                    ("copied", &copied),
                    ("path", &visible(path)),
                ];
                writeln!(
                    out,
                    "{}",
                    catalogue.sentence("cli_folder_archived", &fields)
                )?;
            }
        }
        for failure in &archived.failed {
            let why = catalogue.say(&failure.reason);
            writeln!(out, "{}", catalogue.labelled(&visible(&failure.file), &why))?;
        }
        Ok(())
    })?;
    Ok(if archived.failed.is_empty() {
        Outcome::Done
    } else {
        Outcome::InPart
    })
}

fn archives(catalogue: &Catalogue, out: &mut Out, list: &ArchiveList) -> io::Result<()> {
    let rows = &list.items;
    if rows.is_empty() {
        return writeln!(out, "{}", catalogue.word("cli_folder_no_archives"));
    }
    let columns = ["archive", "made", "files", "copies", "bytes"];
    let row = |row: &ArchiveRow| {
        let made = row.created_at.as_deref();
        [
            row.archive.clone(),
            made.map(|at| catalogue.when(at)).unwrap_or_default(),
            row.files.saturating_sub(row.copied).to_string(),
            row.copied.to_string(),
            row.bytes.to_string(),
        ]
    };
    table(catalogue, out, columns, rows.iter().map(row))?;
    for row in rows {
        if let Some(broken) = &row.broken {
            let why = catalogue.say(broken);
            writeln!(out, "{}", catalogue.labelled(&row.archive, &why))?;
        }
        if row.undone {
            let why = catalogue.word("archive_undone");
            writeln!(out, "{}", catalogue.labelled(&row.archive, &why))?;
        }
        if row.missing > 0 {
            let fields: [(&str, &dyn std::fmt::Display); 1] = [("count", &row.missing)];
            let gone = catalogue.sentence("archive_files_missing", &fields);
            writeln!(out, "{}", catalogue.labelled(&row.archive, &gone))?;
        }
    }
    let figures = &list.statistics;
    let fields: [(&str, &dyn std::fmt::Display); 3] = [
        ("archives", &figures.archives),
        ("files", &figures.files),
        ("bytes", &figures.bytes),
    ];
    writeln!(out, "{}", catalogue.sentence("cli_folder_figures", &fields))
}

/// What could not be removed leaves it done in part.
fn cleaned_up(output: &Output, done: &FolderCleanedUp, dry_run: bool) -> Result<Outcome, AppError> {
    output.print(done, |catalogue, out| {
        for folder in &done.folders {
            for archive in &folder.archives {
                let what = match archive.verdict {
                    "goes" if dry_run => "archive_would_go",
                    "goes" if done.removed.contains(&archive.archive) => "archive_went",
                    "goes" => "archive_still_there",
                    "newest" => "archive_newest",
                    "broken" => "archive_left_broken",
                    _ => "archive_stays",
                };
                let what = catalogue.word(what);
                let what = match &archive.reason {
                    Some(why) => catalogue.labelled(&what, &catalogue.say(why)),
                    None => what,
                };
                let name = format!("{}/{}", visible(&folder.name), archive.archive);
                writeln!(out, "{name}  {what}")?;
            }
        }
        for failure in done.failed.iter().chain(&done.unreached) {
            let why = catalogue.say(&failure.reason);
            writeln!(out, "{}", catalogue.labelled(&visible(&failure.file), &why))?;
        }
        let key = if dry_run {
            "cli_folder_would_clean_up"
        } else {
            "cli_folder_cleaned_up"
        };
        let fields: [(&str, &dyn std::fmt::Display); 2] =
            [("count", &done.removed.len()), ("bytes", &done.bytes)];
        writeln!(out, "{}", catalogue.sentence(key, &fields))
    })?;
    let is_whole = done.failed.is_empty() && done.unreached.is_empty() && !done.cancelled;
    Ok(if is_whole {
        Outcome::Done
    } else {
        Outcome::InPart
    })
}
