//! `db`: backup, restore, verify, undo (requirement 000).

use std::io::Write as _;
use std::path::PathBuf;

use flowkeep_api::types::{
    BackupInput, ChosenPlace, DamagedItem, Decision, ItemAction, Nothing, RestoreInput,
    RestorePlanInput, UndoInput, VerifyInput,
};
use flowkeep_api::{Api, AppError, Catalogue, backups, plan_decisions, restores};
use flowkeep_core::{KeptHistory, visible};
use serde_json::json;

use crate::args::Db;
use crate::import::action;
use crate::output::{Outcome, Output, raw, table};
use crate::progress::Shown;

pub(crate) fn run(api: &Api, output: &Output, verb: Db) -> Result<Outcome, AppError> {
    match verb {
        Db::Backup {
            output: folder,
            verbose,
            history,
        } => {
            let input = BackupInput {
                into: folder.map(ChosenPlace::Path),
                remember: false,
                history,
            };
            backup(api, output, input, verbose)
        }
        Db::Restore {
            input,
            force,
            verbose,
            dry_run,
            only,
            without_safety_copy,
        } => restore(
            api,
            output,
            &Restore {
                input,
                force,
                verbose,
                dry_run,
                only,
                without_safety_copy,
            },
        ),
        Db::Verify { input } => verify(api, output, input),
        Db::Undo { undo_id } => undo(api, output, undo_id),
        Db::List => list(api, output),
    }
}

fn backup(
    api: &Api,
    output: &Output,
    input: BackupInput,
    verbose: bool,
) -> Result<Outcome, AppError> {
    let progress = Shown::new(output.catalogue());
    let made = backups::backup(api, input, &progress)?;
    drop(progress);
    output.print(&made, |catalogue, out| {
        writeln!(
            out,
            "{}",
            catalogue.counted_of(
                if made.verified {
                    "cli_backup_done"
                } else {
                    "cli_backup_untried"
                },
                made.count as usize,
                &[("folder", &made.target_dir)],
            )
        )?;
        if verbose {
            for item in &made.items {
                let kind = catalogue.word(&format!("kind_{}", item.kind));
                let said = catalogue.labelled(&kind, &item.count.to_string());
                writeln!(out, "  {said}")?;
            }
        }
        for damaged in &made.damaged {
            writeln!(out, "{}", named(catalogue, damaged))?;
        }
        for warning in &made.warnings {
            writeln!(out, "{}", catalogue.say(warning))?;
        }
        Ok(())
    })?;
    Ok(if made.damaged.is_empty() {
        Outcome::Done
    } else {
        Outcome::InPart
    })
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
struct Restore {
    input: Option<PathBuf>,
    force: bool,
    verbose: bool,
    dry_run: bool,
    only: Vec<String>,
    without_safety_copy: bool,
}

fn restore(api: &Api, output: &Output, asked: &Restore) -> Result<Outcome, AppError> {
    let progress = Shown::new(output.catalogue());
    let from = asked.input.clone().map(ChosenPlace::Path);
    let plan = restores::restore_plan(api, RestorePlanInput { from }, &progress)?;
    let id = plan.plan_id;
    if !asked.only.is_empty() {
        plan_decisions::keep_only(api, &id, &asked.only)?;
    }
    let differing = if asked.force {
        Decision::Take
    } else {
        Decision::Skip
    };
    plan_decisions::choose(api, &id, differing, Decision::Take)?;
    let result = if asked.dry_run {
        restores::restore_preview(api, &id)?
    } else {
        let input = RestoreInput {
            plan_id: id.clone(),
            without_safety_copy: asked.without_safety_copy,
        };
        restores::restore(api, input, &progress)?
    };
    drop(progress);
    let catalogue = output.catalogue();
    if output.is_json() {
        let mut head = serde_json::to_value(&result).unwrap_or_default();
        // They are rows of `items` here.
        head.as_object_mut().and_then(|head| head.remove("others"));
        // And here everything damaged is in one list, documents and parts of the history alike.
        let damaged = [plan_decisions::damaged(api, &id)?, result.damaged.clone()].concat();
        head["damaged"] = serde_json::to_value(damaged).unwrap_or_default();
        output.stream(&head, |each| {
            plan_decisions::each_result(api, &id, |item| {
                each(serde_json::to_value(item).unwrap_or_default())
            })?;
            for other in &result.others {
                each(json!({"kind": other.kind, "id": null, "name": null,
                    "action": "imported", "count": other.count}))?;
            }
            Ok(())
        })?;
    } else {
        plan_decisions::each_result(api, &id, |item| {
            let would_change = matches!(item.action, ItemAction::Imported | ItemAction::Updated);
            if item.reason.is_none() && !asked.verbose && !(asked.dry_run && would_change) {
                return Ok(());
            }
            let action = catalogue.word(action(item.action));
            let name = item.name.or(item.path).unwrap_or_default();
            let mut said = visible(&name).into_owned();
            if let Some(reason) = item.reason {
                said = catalogue.labelled(&said, &catalogue.say(&reason));
            }
            raw(&catalogue.labelled(&action, &said))
        })?;
        for other in &result.others {
            let kind = catalogue.word(&format!("kind_{}", other.kind));
            raw(&catalogue.labelled(&kind, &other.count.to_string()))?;
        }
        let key = if asked.dry_run {
            "cli_restore_would"
        } else {
            "cli_restore_done"
        };
        let mut text = catalogue.sentence(
            key,
            &[
                ("imported", &result.imported),
                ("updated", &result.updated),
                ("unchanged", &result.unchanged),
                ("skipped", &result.skipped),
                ("failed", &result.failed),
                ("source", &result.source_dir),
            ],
        );
        if let Some(undo) = &result.undo_id {
            text.push('\n');
            text.push_str(&catalogue.sentence("cli_undo_with", &[("id", undo)]));
        }
        for damaged in &result.damaged {
            text.push('\n');
            text.push_str(&named(catalogue, damaged));
        }
        for item in &result.checklist {
            text.push_str("\n- ");
            text.push_str(&catalogue.say(item));
        }
        raw(&text)?;
    }
    Ok(if result.failed > 0 || !result.damaged.is_empty() {
        Outcome::InPart
    } else {
        Outcome::Done
    })
}

fn verify(api: &Api, output: &Output, input: Option<PathBuf>) -> Result<Outcome, AppError> {
    let progress = Shown::new(output.catalogue());
    let input = VerifyInput {
        from: input.map(ChosenPlace::Path),
    };
    let found = backups::verify(api, input, &progress)?;
    drop(progress);
    output.print(&found, |catalogue, out| {
        for damaged in &found.damaged {
            writeln!(out, "{}", named(catalogue, damaged))?;
        }
        for path in &found.unlisted {
            let reason = catalogue.word("file_not_listed");
            writeln!(out, "{}", catalogue.labelled(&visible(path), &reason))?;
        }
        let key = if found.ok {
            "cli_verified"
        } else {
            "cli_verified_damaged"
        };
        let fields: [(&str, &dyn std::fmt::Display); 3] = [
            ("files", &found.files),
            ("damaged", &found.damaged.len()),
            ("folder", &found.source_dir),
        ];
        writeln!(out, "{}", catalogue.sentence(key, &fields))
    })?;
    Ok(if found.ok {
        Outcome::Done
    } else {
        Outcome::Findings
    })
}

/// Damage, by the name of what is damaged. Sessions are often called alike: their files are not. What is only away is
/// not damaged.
fn named(catalogue: &Catalogue, damaged: &DamagedItem) -> String {
    let name = match &damaged.name {
        Some(name) if damaged.path.starts_with("sessions/") => format!("{name} ({})", damaged.path),
        name => name.as_ref().unwrap_or(&damaged.path).clone(),
    };
    let reason = catalogue.say(&damaged.reason);
    let said = catalogue.labelled(&visible(&name), &reason);
    let is_away = damaged.reason.code == "snapshot_contents_away";
    let label = if is_away {
        "cli_not_whole"
    } else {
        "cli_damaged"
    };
    catalogue.labelled(&catalogue.word(label), &said)
}

fn undo(api: &Api, output: &Output, operation_id: Option<String>) -> Result<Outcome, AppError> {
    let progress = Shown::new(output.catalogue());
    let input = UndoInput { operation_id };
    let done = progress.until_done(|progress| restores::undo_long(api, input, progress))?;
    output.print(&done, |catalogue, out| {
        for conflict in &done.conflicts {
            let name = conflict.name.as_deref().unwrap_or(&conflict.id);
            let reason = catalogue.say(&conflict.reason);
            writeln!(out, "{}", catalogue.labelled(&visible(name), &reason))?;
        }
        let own = format!("cli_undone_{}", done.undone.operation);
        let key = if catalogue.has(&own) {
            &own
        } else {
            "cli_undone_other"
        };
        let operation = catalogue.word(&format!("operation_{}", done.undone.operation));
        let head: [(&str, &dyn std::fmt::Display); 3] = [
            ("operation", &operation),
            ("at", &done.undone.at),
            ("count", &done.undone.count),
        ];
        writeln!(out, "{}", catalogue.sentence(key, &head))?;
        let counts: [(&str, &dyn std::fmt::Display); 3] = [
            ("removed", &done.removed),
            ("returned", &(done.restored - done.removed)),
            ("kept", &done.kept),
        ];
        writeln!(out, "{}", catalogue.sentence("cli_undone", &counts))?;
        if done.folders > 0 {
            let folders: [(&str, &dyn std::fmt::Display); 1] = [("count", &done.folders)];
            writeln!(
                out,
                "{}",
                catalogue.sentence("cli_undone_folders", &folders)
            )?;
        }
        if done.sessions > 0 {
            let sessions: [(&str, &dyn std::fmt::Display); 1] = [("count", &done.sessions)];
            writeln!(
                out,
                "{}",
                catalogue.sentence("cli_undone_sessions", &sessions)
            )?;
        }
        match &done.operation_id {
            Some(id) => writeln!(
                out,
                "{}",
                catalogue.sentence("cli_undo_with", &[("id", id)])
            ),
            None => Ok(()),
        }
    })?;
    Ok(if done.conflicts.is_empty() {
        Outcome::Done
    } else {
        Outcome::InPart
    })
}

fn list(api: &Api, output: &Output) -> Result<Outcome, AppError> {
    let found = backups::list(api, Nothing {})?;
    output.print(&found, |catalogue, out| {
        let rows = found.items.iter().map(|row| {
            let health = serde_json::to_value(row.health).unwrap_or_default();
            let health = catalogue.word(&format!("health_{}", health.as_str().unwrap_or_default()));
            let kept = match row.history {
                KeptHistory::All => String::new(),
                KeptHistory::Days(days) => {
                    catalogue.sentence("cli_history_days", &[("days", &days)])
                }
                KeptHistory::None => catalogue.word("cli_history_none"),
            };
            [
                catalogue.when(&row.created_at),
                row.count.to_string(),
                health,
                visible(&row.path).into_owned(),
                kept,
            ]
        });
        let columns = ["made", "documents", "state", "folder", "history"];
        table(catalogue, out, columns, rows)?;
        let label = catalogue.word("cli_unfinished");
        for unfinished in &found.unfinished {
            let path = visible(&unfinished.path);
            writeln!(out, "{}", catalogue.labelled(&label, &path))?;
        }
        Ok(())
    })?;
    output.none(found.items.is_empty() && found.unfinished.is_empty());
    Ok(Outcome::Done)
}
