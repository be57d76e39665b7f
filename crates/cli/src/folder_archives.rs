//! `folder put-back`, `compare` and `check`: archives beside what is there now.

use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use clap::Args;
use flowkeep_api::types::{
    ComparedTexts, FolderCheckInput, FolderCheckedArchive, FolderCompareInput,
    FolderCompareTextInput, FolderCompared, FolderFailure, FolderPutBack, FolderPutBackInput,
    FolderPutBackPlan, FolderPutBackPlanInput,
};
use flowkeep_api::{Api, AppError, Catalogue, folder_compare, folder_put_back};
use flowkeep_core::{line_difference, visible};
use serde::Serialize;

use crate::output::{Out, Outcome, Output};
use crate::progress::Shown;

/// How long it is looked for the lines that differ.
pub(crate) const LINES_AT_MOST: Duration = Duration::from_secs(5);

#[derive(Debug, Args)]
pub(crate) struct PutBack {
    #[arg(id = "folder_id", value_name = "ID")]
    id: String,
    #[arg(id = "archive_name", value_name = "ARCHIVE")]
    archive: String,
    #[arg(id = "archive_file", long = "file", value_name = "NAME")]
    files: Option<Vec<String>>,
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Compare {
    #[arg(id = "folder_id", value_name = "ID")]
    id: String,
    #[arg(id = "archive_name", value_name = "ARCHIVE")]
    archive: String,
    #[arg(id = "archive_other", value_name = "ARCHIVE2")]
    other: Option<String>,
    #[arg(id = "compare_file", long = "file", value_name = "NAME")]
    file: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    #[arg(id = "folder_id", value_name = "ID")]
    id: String,
    #[arg(id = "check_archive", value_name = "ARCHIVE")]
    archive: Option<String>,
}

/// What would be put back.
#[derive(Serialize)]
struct Would<'a> {
    #[serde(flatten)]
    result: &'a FolderPutBack,
    /// What of today would be archived first.
    makes_way: &'a [String],
}

pub(crate) fn put_back(api: &Api, output: &Output, asked: PutBack) -> Result<Outcome, AppError> {
    let progress = Shown::new(output.catalogue());
    let wanted = FolderPutBackPlanInput {
        id: asked.id.clone(),
        archive: asked.archive.clone(),
        files: asked.files.clone(),
    };
    let plan = folder_put_back::plan(api, wanted, &progress)?;
    if asked.dry_run {
        drop(progress);
        // What would be refused is refused.
        if let Some(refusal) = folder_put_back::refusal(&plan) {
            return Err(refusal);
        }
        let makes_way = makes_way(&plan, asked.files.is_some());
        let result = would(plan);
        let would = Would {
            result: &result,
            makes_way: &makes_way,
        };
        output.print(&would, |catalogue, out| {
            told(catalogue, out, &result, "cli_folder_would_put_back")?;
            makes_way.iter().try_for_each(|name| {
                let said = catalogue.word("cli_folder_makes_way");
                writeln!(out, "{}", catalogue.labelled(&visible(name), &said))
            })
        })?;
        return Ok(outcome(&result.failed));
    }
    let wanted = FolderPutBackInput {
        id: asked.id,
        archive: asked.archive,
        files: asked.files,
        stamp: plan.stamp,
    };
    let done = progress.until_done(|steps| folder_put_back::put_back(api, wanted, steps))?;
    output.print(&done, |catalogue, out| {
        told(catalogue, out, &done, "cli_folder_put_back_done")?;
        if done.cancelled_late {
            writeln!(out, "{}", catalogue.word("put_back_cancelled_late"))?;
        }
        if let Some(archive) = &done.archived_first {
            let said = catalogue.sentence("cli_folder_archived_first", &[("archive", archive)]);
            writeln!(out, "{said}")?;
        }
        Ok(())
    })?;
    Ok(outcome(&done.failed))
}

/// What would give way: all of it, or what has the name of something that is named.
fn makes_way(plan: &FolderPutBackPlan, by_name: bool) -> Vec<String> {
    if !by_name {
        return plan.makes_way.clone();
    }
    let returning = plan.files.iter().filter(|file| file.state == "returns");
    returning.filter_map(|file| file.replaces.clone()).collect()
}

fn would(plan: FolderPutBackPlan) -> FolderPutBack {
    let mut would = FolderPutBack {
        restored: Vec::new(),
        archived_first: None,
        same: Vec::new(),
        failed: Vec::new(),
        unverified: 0,
        bytes: 0,
        cancelled_late: false,
    };
    for file in plan.files {
        match (file.state, file.reason) {
            ("returns", _) => {
                would.bytes += file.bytes.unwrap_or_default();
                would.unverified += u32::from(file.unverified);
                would.restored.push(file.name);
            }
            ("same", _) => would.same.push(file.name),
            (_, Some(reason)) => would.failed.push(FolderFailure {
                file: file.name,
                reason,
            }),
            _ => {}
        }
    }
    would
}

fn told(catalogue: &Catalogue, out: &mut Out, result: &FolderPutBack, key: &str) -> io::Result<()> {
    let (restored, same) = (result.restored.len(), result.same.len());
    let said = catalogue.sentence(key, &[("restored", &restored), ("same", &same)]);
    writeln!(out, "{said}")?;
    if result.unverified > 0 {
        let fields: [(&str, &dyn std::fmt::Display); 1] = [("count", &result.unverified)];
        let said = catalogue.sentence("cli_folder_unverified", &fields);
        writeln!(out, "{said}")?;
    }
    failures(catalogue, out, &result.failed)
}

fn failures(catalogue: &Catalogue, out: &mut Out, failed: &[FolderFailure]) -> io::Result<()> {
    failed.iter().try_for_each(|failure| {
        let why = catalogue.say(&failure.reason);
        writeln!(out, "{}", catalogue.labelled(&visible(&failure.file), &why))
    })
}

/// What could not be put back leaves it done in part.
fn outcome(failed: &[FolderFailure]) -> Outcome {
    if failed.is_empty() {
        Outcome::Done
    } else {
        Outcome::InPart
    }
}

/// One file with its texts.
#[derive(Serialize)]
struct WithTexts<'a> {
    #[serde(flatten)]
    compared: &'a FolderCompared,
    texts: &'a ComparedTexts,
}

pub(crate) fn compare(api: &Api, output: &Output, asked: Compare) -> Result<Outcome, AppError> {
    let progress = Shown::new(output.catalogue());
    let wanted = FolderCompareInput {
        id: asked.id.clone(),
        archive: asked.archive.clone(),
        other: asked.other.clone(),
        files: asked.file.clone().map(|file| vec![file]),
    };
    let compared = progress.until_done(|steps| folder_compare::compare(api, wanted, steps))?;
    let Some(file) = asked.file else {
        output.print(&compared, |catalogue, out| {
            relations(catalogue, out, &compared)
        })?;
        return Ok(Outcome::Done);
    };
    let wanted = FolderCompareTextInput {
        id: asked.id,
        archive: asked.archive,
        other: asked.other,
        file,
    };
    let texts = folder_compare::texts(api, wanted)?;
    let both = WithTexts {
        compared: &compared,
        texts: &texts,
    };
    output.print(&both, |catalogue, out| {
        relations(catalogue, out, &compared)?;
        if let Some(reason) = &texts.reason {
            return writeln!(out, "{}", catalogue.told(reason));
        }
        let side = |text: &Option<String>| text.clone().unwrap_or_default();
        let until = Instant::now() + LINES_AT_MOST;
        let Some(lines) = differing_lines(&side(&texts.before), &side(&texts.after), until) else {
            return writeln!(out, "{}", catalogue.word("compare_too_different"));
        };
        lines
            .lines()
            .try_for_each(|line| writeln!(out, "{}", visible(line)))
    })?;
    Ok(Outcome::Done)
}

/// The lines that differ; nothing where they could not be found until then.
pub(crate) fn differing_lines(before: &str, after: &str, until: Instant) -> Option<String> {
    let lines = line_difference(before, after, until);
    (Instant::now() < until).then_some(lines)
}

fn relations(catalogue: &Catalogue, out: &mut Out, compared: &FolderCompared) -> io::Result<()> {
    for file in &compared.items {
        let said = match &file.reason {
            Some(reason) => catalogue.say(reason),
            None => catalogue.word(&format!("compare_{}", file.relation)),
        };
        writeln!(out, "{}", catalogue.labelled(&visible(&file.name), &said))?;
    }
    let fields: [(&str, &dyn std::fmt::Display); 2] =
        [("changed", &compared.changed), ("total", &compared.total)];
    writeln!(
        out,
        "{}",
        catalogue.sentence("cli_folder_compared", &fields)
    )
}

/// What is not as it should be leaves it done in part.
pub(crate) fn check(api: &Api, output: &Output, asked: Check) -> Result<Outcome, AppError> {
    let progress = Shown::new(output.catalogue());
    let wanted = FolderCheckInput {
        id: asked.id,
        archive: asked.archive,
    };
    let checked = progress.until_done(|steps| folder_compare::check(api, wanted, steps))?;
    output.print(&checked, |catalogue, out| {
        if checked.items.is_empty() {
            writeln!(out, "{}", catalogue.word("cli_folder_no_archives"))?;
        }
        let mut items = checked.items.iter();
        items.try_for_each(|item| archive(catalogue, out, item))?;
        checked.leftovers.iter().try_for_each(|left| {
            let said = catalogue.word(&format!("leftover_{}", left.kind));
            writeln!(out, "{}", catalogue.labelled(&visible(&left.name), &said))
        })
    })?;
    let is_sound = |item: &FolderCheckedArchive| item.failed.is_empty() && item.broken.is_none();
    Ok(if checked.items.iter().all(is_sound) {
        Outcome::Done
    } else {
        Outcome::InPart
    })
}

fn archive(catalogue: &Catalogue, out: &mut Out, item: &FolderCheckedArchive) -> io::Result<()> {
    let damaged = item.failed.len().saturating_sub(item.unreadable as usize);
    let fields: [(&str, &dyn std::fmt::Display); 4] = [
        ("proven", &item.proven),
        ("unverified", &item.unverified),
        ("failed", &damaged),
        ("unreadable", &item.unreadable),
    ];
    let said = catalogue.sentence("cli_folder_checked", &fields);
    writeln!(
        out,
        "{}",
        catalogue.labelled(&visible(&item.archive), &said)
    )?;
    if let Some(broken) = &item.broken {
        writeln!(out, "  {}", catalogue.say(broken))?;
    }
    failures(catalogue, out, &item.failed)?;
    item.besides.iter().try_for_each(|name| {
        let said = catalogue.word("archive_besides");
        writeln!(out, "{}", catalogue.labelled(&visible(name), &said))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two texts of 1 MB with the same lines in another order: to look for the least that differs takes minutes.
    #[test]
    fn who_compares_two_texts_that_are_too_different_is_told_so_in_time() {
        let text = |step: u64| -> String {
            let lines = (0..70_001).map(|n| format!("line {}\n", n * step % 70_001));
            lines.collect()
        };
        let (before, after) = (text(1), text(7919));
        assert_eq!(differing_lines(&before, &after, Instant::now()), None);
        let far = Instant::now() + Duration::from_hours(1);
        let lines = differing_lines("a\nb\n", "a\nc\n", far).unwrap();
        assert!(lines.ends_with("-b\n+c\n"), "{lines}");
    }
}
