//! `run_change_many`, `run_delete`, `run_undelete`: many runs at once, each answered by itself.
//!
//! What is left out, and why, is decided here for each run, so that what a dialog shows before is what is done
//! after it. Deleted runs stay out of sight for [`KEPT`] and can come back (docs/decisions/0017).

use std::collections::{BTreeMap, HashMap, HashSet};

use flowkeep_core::run::Status;
use flowkeep_core::{FolderId, Message, RunId};
use flowkeep_store::{CleanUpActor, KeptRun, OperationRecord, RemovedRuns, RunStays, RunStaysAway};

use super::logs::LogPlace;
use super::{history, run_changes, runs};
use crate::progress::Thinned;
use crate::types::{
    RunChange, RunChangeManyInput, RunChanged, RunDeleteInput, RunListInput, RunRef, RunRetryInput,
    RunUndeleteInput, RunsChanged, RunsLeftOut, UndoConflict, UndoResult, UndoneOperation,
};
use crate::{Api, AppError, Progress, log_copy, time};

/// Runs that are changed at once where a list names them.
const MOST: usize = 10_000;

/// Runs that a preview looks at closely: what another run of each would be takes about as long as beginning it.
const LOOKS: usize = 500;

/// Rows of a page while they are gathered.
const PAGE: u32 = 500;

/// Milliseconds for which a deleted run can be brought back.
pub(crate) const KEPT: i64 = 30 * 24 * 60 * 60 * 1000;

/// Changes many runs, and says of each that is left out why.
///
/// # Errors
/// `runs_missing` where neither ids nor a list say which; as `run_list`; what the database says. What one run is
/// refused for is its own reason.
pub fn change_many(
    api: &Api,
    input: RunChangeManyInput,
    progress: &dyn Progress,
) -> Result<RunsChanged, AppError> {
    let (ids, more) = match (input.ids, input.filter) {
        (Some(ids), _) => (ids, false),
        (None, Some(filter)) => gathered(api, filter, progress)?,
        (None, None) => return Err(AppError::new("runs_missing")),
    };
    let mut told = Told {
        each: input.each.unwrap_or_default(),
        ..Told::default()
    };
    let ids = told.known(ids);
    let dry_run = input.dry_run.unwrap_or_default();
    let looks = dry_run.then_some(LOOKS);
    match input.change {
        RunChange::Delete => delete(api, &ids, dry_run, &mut told, progress)?,
        RunChange::Cancel => one_by_one(api, &Each::Cancel, &ids, looks, &mut told, progress)?,
        RunChange::Retry => {
            let like = RunRetryInput::default();
            one_by_one(api, &Each::Retry(&like), &ids, looks, &mut told, progress)?;
        }
    }
    let mut changed = told.changed();
    changed.more = more;
    changed.cancelled = progress.cancelled();
    Ok(changed)
}

/// Starts each of these runs again, as [`run_changes::retry`] does with one of them.
///
/// # Errors
/// What the database says. What one run is refused for is its own reason.
pub fn retry_many(
    api: &Api,
    ids: Vec<String>,
    like: &RunRetryInput,
    progress: &dyn Progress,
) -> Result<RunsChanged, AppError> {
    let mut told = Told {
        each: true,
        ..Told::default()
    };
    let ids = told.known(ids);
    one_by_one(api, &Each::Retry(like), &ids, None, &mut told, progress)?;
    let mut changed = told.changed();
    changed.cancelled = progress.cancelled();
    Ok(changed)
}

/// Deletes runs that have ended, each with the runs its tasks started. They can be brought back for 30 days.
///
/// # Errors
/// What the database says. What one run is refused for is its own reason.
pub fn delete_runs(
    api: &Api,
    input: RunDeleteInput,
    progress: &dyn Progress,
) -> Result<RunsChanged, AppError> {
    let many = RunChangeManyInput {
        change: RunChange::Delete,
        ids: Some(input.ids),
        filter: None,
        dry_run: None,
        each: Some(true),
    };
    change_many(api, many, progress)
}

/// Brings deleted runs back as they were, each with the runs it went with.
///
/// # Errors
/// `runs_missing` where neither ids nor an operation say which; what the database says. What one run is refused for is
/// its own reason.
pub fn undelete(
    api: &Api,
    input: RunUndeleteInput,
    progress: &dyn Progress,
) -> Result<RunsChanged, AppError> {
    let mut told = Told {
        each: true,
        ..Told::default()
    };
    let ids = match (input.ids, input.operation_id) {
        (Some(ids), _) => told.known(ids),
        (None, Some(operation)) => api.store.removed_by(&operation)?,
        (None, None) => return Err(AppError::new("runs_missing")),
    };
    let operation = bring_back(api, &ids, &mut told, progress)?;
    let mut changed = told.changed();
    changed.operation_id = operation;
    changed.cancelled = progress.cancelled();
    Ok(changed)
}

/// Brings runs back and copies them into the log's folder again; answers the operation.
fn bring_back(
    api: &Api,
    ids: &[RunId],
    told: &mut Told,
    progress: &dyn Progress,
) -> Result<Option<String>, AppError> {
    let thinned = Thinned::new(progress.cancellation().clone(), |report| {
        progress.report(report);
    });
    let came = api.store.return_runs(ids, &actor(api)?, &thinned)?;
    for id in &came.returned {
        told.done(*id, None, None);
    }
    for (id, why) in &came.stay_away {
        told.left(
            id.to_string(),
            Message::new(match why {
                RunStaysAway::Unknown => "run_left_unknown",
                RunStaysAway::IsHere => "run_left_back",
            }),
        );
    }
    if let Err(error) = log_copy::copy_again(api, &came.returned) {
        tracing::warn!(code = error.code, %error, "runs that came back are not in the log's folder");
    }
    Ok(came.operation)
}

/// Undoes an operation that deleted runs.
///
/// # Errors
/// `nothing_to_undo` where none of them can come back any more; what the database says.
pub(super) fn undo(
    api: &Api,
    deleted: OperationRecord,
    progress: &dyn Progress,
) -> Result<UndoResult, AppError> {
    let ids = api.store.removed_by(&deleted.id)?;
    if ids.is_empty() {
        return Err(AppError::new("nothing_to_undo"));
    }
    let mut told = Told {
        each: true,
        ..Told::default()
    };
    let operation_id = bring_back(api, &ids, &mut told, progress)?;
    let left = told.items.into_iter().filter_map(|item| {
        Some(UndoConflict {
            kind: "run".to_owned(),
            id: item.run_id,
            name: None,
            reason: item.reason?,
        })
    });
    let conflicts: Vec<_> = left.collect();
    Ok(UndoResult {
        undone: UndoneOperation {
            operation_id: deleted.id,
            operation: deleted.operation,
            at: time::rfc3339(deleted.at),
            name: deleted.subject_name,
            count: deleted.count,
        },
        restored: told.count,
        removed: 0,
        folders: 0,
        sessions: 0,
        kept: u32::try_from(conflicts.len()).unwrap_or(u32::MAX),
        conflicts,
        operation_id,
    })
}

/// Lets go for good of runs whose time is over: for whoever carries runs out.
///
/// # Errors
/// What the database says.
pub(crate) fn forget_when_due(api: &Api, progress: &dyn Progress) -> Result<(), AppError> {
    if !is_forgetting_due(api)? {
        return Ok(());
    }
    let thinned = Thinned::new(progress.cancellation().clone(), |_| {});
    let before = api.clock.now().0.saturating_sub(KEPT);
    if api.store.forget_removed_runs(before, &thinned)? > 0 {
        history::remove_outputs(api)?;
    }
    Ok(())
}

/// Whether the time of a deleted run is over.
///
/// # Errors
/// What the database says.
pub(crate) fn is_forgetting_due(api: &Api) -> Result<bool, AppError> {
    let first = api.store.first_removed_at()?;
    Ok(first.is_some_and(|first| first < api.clock.now().0.saturating_sub(KEPT)))
}

/// The runs of a list, and whether there are more of them.
fn gathered(
    api: &Api,
    filter: RunListInput,
    progress: &dyn Progress,
) -> Result<(Vec<String>, bool), AppError> {
    api.mark_left();
    let mut filter = runs::filter(
        api,
        RunListInput {
            limit: Some(PAGE),
            after: None,
            count: None,
            count_to: None,
            ..filter
        },
    )?;
    let mut ids = Vec::new();
    while !progress.cancelled() {
        let page = api.store.runs(&filter)?;
        ids.extend(page.items.iter().map(|run| run.id.to_string()));
        if ids.len() > MOST || (ids.len() == MOST && page.next.is_some()) {
            ids.truncate(MOST);
            return Ok((ids, true));
        }
        filter.after = page.next;
        if filter.after.is_none() {
            break;
        }
    }
    Ok((ids, false))
}

fn actor(api: &Api) -> Result<CleanUpActor, AppError> {
    Ok(CleanUpActor {
        actor: api.actor()?,
        face: api.face.as_str(),
    })
}

fn delete(
    api: &Api,
    ids: &[RunId],
    dry_run: bool,
    told: &mut Told,
    progress: &dyn Progress,
) -> Result<(), AppError> {
    api.mark_left();
    let done = if dry_run {
        let plan = api.store.plan_removal(ids)?;
        RemovedRuns {
            operation: None,
            removed: plan.goes,
            stays: plan.stays,
        }
    } else {
        let thinned = Thinned::new(progress.cancellation().clone(), |report| {
            progress.report(report);
        });
        let place = LogPlace::of(api)?;
        let mut forget = |ids: &[String]| {
            if let Err(error) = place.forget(ids) {
                tracing::warn!(%error, "copies of what is deleted stay in the log's folder");
            }
        };
        api.store
            .remove_runs(ids, &actor(api)?, &mut forget, &thinned)?
    };
    for id in done.removed {
        told.done(id, None, None);
    }
    for (id, why) in done.stays {
        told.left(id.to_string(), stays(&why));
    }
    told.operation = done.operation;
    Ok(())
}

fn stays(why: &RunStays) -> Message {
    match why {
        RunStays::Unknown => Message::new("run_left_unknown"),
        RunStays::GoesOn => Message::new("run_left_going"),
        RunStays::GoesOnBelow(below) => Message::new("run_left_going_below").with("run", below),
        RunStays::IsBelow(above) => Message::new("run_left_below").with("run", above),
        RunStays::OfSession(session) => Message::new("run_left_session").with("session", session),
    }
}

/// What is done with one run after another.
enum Each<'a> {
    Cancel,
    /// As this says, but for the id.
    Retry(&'a RunRetryInput),
}

/// With `looks` nothing is changed, and so many runs are looked at closely.
fn one_by_one(
    api: &Api,
    each: &Each<'_>,
    ids: &[RunId],
    looks: Option<usize>,
    told: &mut Told,
    progress: &dyn Progress,
) -> Result<(), AppError> {
    api.mark_left();
    let thinned = Thinned::new(progress.cancellation().clone(), |report| {
        progress.report(report);
    });
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let mut folders = HashSet::new();
    let mut looked = 0;
    for (at, id) in ids.iter().enumerate() {
        if progress.cancelled() {
            break;
        }
        let total = Some(number(ids.len()));
        flowkeep_host::Progress::step(&thinned, "runs", number(at), total, None);
        let Some(run) = api.store.run(*id)? else {
            told.left(id.to_string(), Message::new("run_left_unknown"));
            continue;
        };
        if let Some(why) = each.leaves_out(&run) {
            told.left(id.to_string(), Message::new(why));
            continue;
        }
        if let Some(looks) = looks {
            if looked == looks && matches!(each, Each::Retry(_)) {
                told.unlooked += 1;
                told.done(*id, None, None);
                continue;
            }
            looked += 1;
            match each.would(api, *id, &mut folders) {
                Ok(()) => told.done(*id, None, None),
                Err(reason) => told.left(id.to_string(), reason),
            }
            continue;
        }
        let answered = match each {
            Each::Cancel => run_changes::cancel(api, RunRef { id: id.to_string() }),
            Each::Retry(like) => run_changes::retry(api, like_one(like, *id)),
        };
        match answered {
            Ok(now) => {
                let new = (now.run_id != id.to_string()).then_some(now.run_id);
                told.done(*id, new, Some(now.status));
            }
            // Nobody answers the next one either.
            Err(error) if error.code == "engine_not_answering" => {
                for id in &ids[at..] {
                    told.left(id.to_string(), error.reason());
                }
                break;
            }
            Err(error) => told.left(id.to_string(), error.reason()),
        }
    }
    Ok(())
}

/// The retry of this run, as all of them are asked for.
fn like_one(like: &RunRetryInput, id: RunId) -> RunRetryInput {
    RunRetryInput {
        id: id.to_string(),
        ..like.clone()
    }
}

impl Each<'_> {
    /// Why it would be refused with a run now, after those before it that take these folders.
    fn would(&self, api: &Api, id: RunId, folders: &mut HashSet<FolderId>) -> Result<(), Message> {
        let Each::Retry(like) = self else {
            return Ok(());
        };
        let new = run_changes::to_retry(api, like_one(like, id));
        let new = new.map_err(|error| error.reason())?;
        match new.start.folder {
            Some(folder) if !folders.insert(folder) => Err(Message::new("run_left_folder")),
            _ => Ok(()),
        }
    }

    /// Why there is nothing to do with a run.
    fn leaves_out(&self, run: &KeptRun) -> Option<&'static str> {
        match self {
            Each::Cancel => run.status.is_final().then_some("run_left_ended"),
            Each::Retry(_) if !run.status.is_final() => Some("run_left_going"),
            Each::Retry(like) => {
                let from_failed = matches!(like.from.as_deref(), None | Some("failed"));
                let is_fine = matches!(run.status, Status::Succeeded | Status::Skipped);
                (from_failed && is_fine).then_some("run_left_fine")
            }
        }
    }
}

/// What comes of each run, as it is told.
#[derive(Default)]
struct Told {
    each: bool,
    count: u32,
    items: Vec<RunChanged>,
    /// Where a reason stands.
    reasons: HashMap<(String, Option<BTreeMap<String, String>>), usize>,
    left_out: Vec<RunsLeftOut>,
    operation: Option<String>,
    unlooked: u32,
}

impl Told {
    /// Each id once; what is none names no run.
    fn known(&mut self, ids: Vec<String>) -> Vec<RunId> {
        let mut seen = HashSet::new();
        let mut known = Vec::new();
        for id in ids {
            match id.parse::<RunId>() {
                Ok(run) if seen.insert(run) => known.push(run),
                Ok(_) => {}
                Err(_) => self.left(id, Message::new("run_left_unknown")),
            }
        }
        known
    }

    fn done(&mut self, id: RunId, new_run_id: Option<String>, status: Option<Status>) {
        self.count += 1;
        if self.each {
            self.items.push(RunChanged {
                run_id: id.to_string(),
                done: true,
                new_run_id,
                status,
                reason: None,
            });
        }
    }

    fn left(&mut self, id: String, reason: Message) {
        // Reasons of this command have sentences for many of one kind; what one run was refused for is about something.
        let about = (!reason.code.starts_with("run_left_")).then(|| reason.fields.clone());
        let key = (reason.code.clone(), about);
        let at = *self.reasons.entry(key).or_insert_with(|| {
            self.left_out.push(RunsLeftOut {
                reason: reason.clone(),
                count: 0,
            });
            self.left_out.len() - 1
        });
        self.left_out[at].count += 1;
        if self.each {
            self.items.push(RunChanged {
                run_id: id,
                done: false,
                new_run_id: None,
                status: None,
                reason: Some(reason),
            });
        }
    }

    fn changed(mut self) -> RunsChanged {
        self.left_out
            .sort_by_key(|one| std::cmp::Reverse(one.count));
        RunsChanged {
            done: self.count,
            left_out: self.left_out,
            items: self.items,
            operation_id: self.operation,
            more: false,
            unlooked: (self.unlooked > 0).then_some(self.unlooked),
            cancelled: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use flowkeep_core::Kind;

    use super::*;
    use crate::Silent;
    use crate::bodies::documents;
    use crate::testing::{keep_workflow, open};
    use crate::types::{DeleteInput, RunStartInput};

    fn cancelled(api: &Api, workflow: &str) -> String {
        let input = RunStartInput {
            workflow: workflow.to_owned(),
            ..RunStartInput::default()
        };
        let id = run_changes::start(api, input).unwrap().run_id;
        run_changes::cancel(api, RunRef { id: id.clone() }).unwrap();
        id
    }

    #[test]
    fn a_preview_says_of_how_many_it_does_not_know() {
        let root = tempfile::tempdir().unwrap();
        let api = open(root.path());
        for id in ["a", "b"] {
            let text = format!(
                r#"{{"id": "{id}", "name": "{id}", "tasks": [{{"id": "do", "action": "manual"}}]}}"#
            );
            keep_workflow(&api, &text);
        }
        let ids = [
            cancelled(&api, "a"),
            cancelled(&api, "b"),
            cancelled(&api, "b"),
        ];
        let ids = ids.map(|id| id.parse::<RunId>().unwrap());
        let input = DeleteInput {
            ids: vec!["b".to_owned()],
        };
        documents::delete(&api, Kind::Workflow, input).unwrap();
        let told = |looks| {
            let (mut told, like) = (Told::default(), RunRetryInput::default());
            let each = Each::Retry(&like);
            one_by_one(&api, &each, &ids, Some(looks), &mut told, &Silent).unwrap();
            let told = told.changed();
            (told.done, told.unlooked)
        };
        assert_eq!(told(3), (1, None));
        assert_eq!(told(2), (2, Some(1)));
        assert_eq!(told(1), (3, Some(2)));
    }

    #[test]
    fn what_a_retry_would_be_refused_is_left_out_before_it() {
        let root = tempfile::tempdir().unwrap();
        let api = open(root.path());
        let workflow = |id: &str| {
            let text = format!(
                r#"{{"id": "{id}", "name": "{id}", "tasks": [{{"id": "do", "action": "manual"}}]}}"#
            );
            keep_workflow(&api, &text);
        };
        workflow("kept");
        workflow("gone");
        let ids = vec![cancelled(&api, "kept"), cancelled(&api, "gone")];
        let input = DeleteInput {
            ids: vec!["gone".to_owned()],
        };
        documents::delete(&api, Kind::Workflow, input).unwrap();
        let asked = |dry_run| {
            let input = RunChangeManyInput {
                change: RunChange::Retry,
                ids: Some(ids.clone()),
                filter: None,
                dry_run: Some(dry_run),
                each: Some(true),
            };
            let told = change_many(&api, input, &Silent).unwrap();
            let left = told.left_out.into_iter();
            let left = left.map(|left| (left.reason.code, left.count));
            (told.done, left.collect::<Vec<_>>())
        };
        let before = asked(true);
        assert_eq!(before.0, 1);
        assert_eq!(before.1.len(), 1, "{before:?}");
        assert_eq!(asked(false), before);
    }
}
