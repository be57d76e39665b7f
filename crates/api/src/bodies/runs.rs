//! `run_list`, `run_show`, `run_task_show`, `run_output`, `run_log`: the history as it is.

use std::collections::{BTreeMap, HashMap};

use flowkeep_core::json::{self, parse, print};
use flowkeep_core::run::remedy::next_steps;
use flowkeep_core::run::{
    Definition, Parked, Passing, Phase, RunState, Status, Task, TaskId, TaskState, passing,
};
use flowkeep_core::{Message, RunId, excerpt, has_a_word};
use flowkeep_engine::{params_of, state_of};
use flowkeep_store::{
    AttemptRecord, BegunBy, IMPORTED, KeptRun, MessageRecord, NotedRecord, OutputRecord, RunCount,
    RunFilter, RunHit as StoreHit, RunNeed, RunRecord, Said,
};

use super::page;
use super::run_files::files;
use super::run_folders;
use super::run_overview::LOOK_BACK;
use super::run_previews::names;
use super::run_questions::{decided, question};
use crate::belonging::forgotten;
use crate::said::sentences;
use crate::types::{
    FailedTask, RunAttempt, RunBegunBy, RunHit, RunHitPlace, RunListInput, RunLog, RunLogInput,
    RunMessage, RunNeeds, RunNoted, RunOutput, RunPage, RunRow, RunShow, RunShowInput, RunTask,
    RunTaskRef, RunTaskShow, RunText, StepKind,
};
use crate::{Api, AppError, Face, time};

/// Lines of a log that are shown with a run, and of a page of it.
const LINES: u32 = 500;

/// Bytes of an output that is shown with its run, and of all of them.
const SHOWN_OF_ONE: u32 = 16_384;
const SHOWN_OF_ALL: u32 = 1_048_576;

/// Bytes of a task's parameters that are told with their values.
const PARAMS: usize = 65_536;

/// Runs that are looked at for one page: a page of what hardly any run meets comes at once, and says how far it
/// looked.
pub(super) const LOOKS: u32 = 10_000;

/// A page of runs, newest first unless told.
///
/// # Errors
/// `limit_too_large`, `time_unreadable`, `run_unknown` for a page that begins after none.
pub fn list(api: &Api, input: RunListInput) -> Result<RunPage, AppError> {
    api.mark_left();
    let typed = input.text.clone().unwrap_or_default();
    let page = api.store.runs(&filter(api, input)?)?;
    Ok(RunPage {
        items: page
            .items
            .into_iter()
            .map(|record| found(record, &typed))
            .collect(),
        next: page.next.map(|id| id.to_string()),
        total: page.total,
        more: page.more,
        sought_to: page.sought_to.map(time::rfc3339),
    })
}

/// What is asked of the database.
///
/// # Errors
/// As [`list`].
pub(super) fn filter(api: &Api, input: RunListInput) -> Result<RunFilter, AppError> {
    let now = api.clock.now().0;
    let at = |text: Option<String>| text.map(|text| time::given(&text, now)).transpose();
    Ok(RunFilter {
        workflow: input.workflow,
        status: input.status,
        needs: input.needs.map(|need| match need {
            RunNeeds::Answer => RunNeed::Answer,
            RunNeeds::Look => RunNeed::Look {
                since: now.saturating_sub(LOOK_BACK),
            },
        }),
        begun_by: input.begun_by.map(|by| match by {
            RunBegunBy::Person => BegunBy::Person,
            RunBegunBy::Schedule => BegunBy::Schedule,
            RunBegunBy::Event => BegunBy::Event,
            RunBegunBy::Run => BegunBy::Run,
        }),
        source: input.source,
        agent: input.agent,
        since: at(input.since)?,
        until: at(input.until)?,
        touched_since: at(input.touched_since)?,
        words: words(input.text.as_deref()),
        oldest_first: input.oldest_first.unwrap_or_default(),
        after: input.after.as_deref().map(parsed).transpose()?,
        limit: page(input.limit, 50)?,
        most: Some(LOOKS),
        count: match input.count_to {
            _ if input.count == Some(true) => RunCount::All,
            Some(most) => RunCount::To(most),
            None => RunCount::No,
        },
    })
}

/// Characters of a text that is told around what was looked for.
const PIECE: usize = 160;

/// A row with pieces of the texts the typed words are in. Its names and ids stand in the row itself.
fn found(mut record: RunRecord, typed: &str) -> RunRow {
    let hits = std::mem::take(&mut record.hits).into_iter();
    let hits = hits.filter_map(|hit| {
        let piece = |text: &str| RunText::Line(excerpt(text, typed, PIECE));
        match hit {
            StoreHit::Facts { context } => has_a_word(&context, typed).then(|| RunHit {
                place: RunHitPlace::Input,
                task: None,
                text: piece(&context),
            }),
            StoreHit::Message(line) => Some(RunHit {
                place: RunHitPlace::Message,
                task: line.task,
                text: match line.said {
                    Said::Message(message) => RunText::Message(message),
                    Said::Line(line) => piece(&line),
                },
            }),
            StoreHit::Error { task, error } => Some(RunHit {
                place: RunHitPlace::Error,
                task: Some(task.0),
                text: RunText::Message(error),
            }),
        }
    });
    let hits = hits.collect();
    RunRow {
        hits,
        ..row(record)
    }
}

/// What to look for in texts; no words at all find nothing, and are no filter where nothing was typed.
pub(super) fn words(typed: Option<&str>) -> Option<Vec<String>> {
    let typed = typed.map(str::trim).filter(|typed| !typed.is_empty());
    typed.map(|typed| sentences().search_words(typed))
}

/// All of a run; of its outputs those that are small, and of a brief one none.
///
/// # Errors
/// `run_unknown`; what the database says.
pub fn show(api: &Api, input: RunShowInput) -> Result<RunShow, AppError> {
    api.mark_left();
    let run = find(api, &input.id)?;
    let is_brief = input.brief.unwrap_or_default();
    let mut tasks = Vec::new();
    let mut steps = StepKind::default();
    let context = parse(&run.context);
    let mut context_names = Vec::new();
    let definition = api.definitions.of(&api.store, &run)?;
    if let Some(definition) = &definition {
        steps = StepKind::of(definition);
        if input.names.unwrap_or(true) {
            context_names = names(definition, Some(&context));
        }
        if input.tasks.unwrap_or(true) {
            tasks = all_tasks(api, &run, definition, is_brief)?;
        }
    }
    let mut warnings = open_warnings(api, &run)?;
    warnings.extend(left_behind(api, &run)?);
    let noted = match run.status {
        Status::Succeeded => api.store.noted(run.row)?.map(noted),
        _ => None,
    };
    let messages = if is_brief {
        Vec::new()
    } else {
        api.store.messages(run.row, 0, None, LINES)?
    };
    let parent = run.parent.as_ref().map(|parent| parent.run);
    let parent = parent.map(|row| api.store.run_at(row)).transpose()?;
    let parent = parent.flatten();
    let folder = api.store.run_folder(run.row)?;
    let (folder, archive) = run_folders::shown(folder);
    Ok(RunShow {
        forgotten: forgotten(&api.store, &run)?,
        session: run.session.clone(),
        imported: run.face == IMPORTED,
        folder,
        archive,
        hindered: run.head.as_ref().and_then(|head| head.hindered.clone()),
        warnings,
        noted,
        messages: messages.into_iter().map(message).collect(),
        steps,
        tasks,
        context,
        context_text: (api.face() == Face::Desktop).then_some(run.context),
        context_names,
        started_by: run.actor,
        start_time: time::rfc3339(run.started_at.unwrap_or(run.created_at)),
        end_time: run.ended_at.map(time::rfc3339),
        ending: run
            .head
            .as_ref()
            .filter(|head| !head.status.is_final())
            .and_then(|head| head.ending),
        due: run.start.due.map(|due| time::rfc3339(due.0)),
        event: run.start.event,
        repeats: run.repeats.map(|id| id.to_string()),
        parent: parent.map(|parent| parent.id.to_string()),
        id: run.id.to_string(),
        workflow_id: run.workflow_id,
        workflow_name: run.workflow_name,
        revision: run.revision,
        status: run.status,
    })
}

/// The tasks of a run in the order of its definition; of a brief one without what they gave.
fn all_tasks(
    api: &Api,
    run: &KeptRun,
    definition: &Definition,
    is_brief: bool,
) -> Result<Vec<RunTask>, AppError> {
    let mut attempts: BTreeMap<_, Vec<RunAttempt>> = BTreeMap::new();
    for found in api.store.attempts(run.row)? {
        let task = found.task.clone();
        attempts.entry(task).or_default().push(attempt(found));
    }
    let state = state_of(&api.store, run, definition)?;
    let mut children = api.store.children(run.row)?;
    let shown = if is_brief { 0 } else { SHOWN_OF_ONE };
    let mut outputs = api.store.outputs(run.row, shown, SHOWN_OF_ALL)?;
    let tasks = definition.tasks().iter().zip(&state.tasks);
    let tasks = tasks.map(|(task, now)| {
        Ok(RunTask {
            attempts: attempts.remove(&task.id).unwrap_or_default(),
            child: children.remove(&task.id).map(|id| id.to_string()),
            question: question(api, run, definition, &state, (task, now))?,
            ..task_as_it_is(definition, &state, (task, now), outputs.remove(&task.id))
        })
    });
    tasks.collect()
}

/// One task of a run without its attempts, which are rows of their own.
fn task_as_it_is(
    definition: &Definition,
    state: &RunState,
    (task, now): (&Task, &TaskState),
    output: Option<OutputRecord>,
) -> RunTask {
    let waits_for = state.waits_for(definition, &task.id);
    RunTask {
        id: task.id.to_string(),
        name: task.name.clone(),
        action: task.action.name.to_owned(),
        status: now.status(),
        why: now.reason,
        waits_for: waits_for.into_iter().map(|id| id.0).collect(),
        goes_on_at: goes_on_at(&now.phase).map(time::rfc3339),
        secret: secret_of(&now.phase),
        attempts: Vec::new(),
        output_bytes: output.as_ref().map(|output| output.bytes),
        output: output
            .and_then(|output| output.value)
            .and_then(|text| json::read(&text).ok()),
        child: None,
        question: None,
    }
}

/// All of one task of a run, but for what it gave and what it said.
///
/// # Errors
/// `run_unknown`, `run_no_such_task`.
pub fn task(api: &Api, input: RunTaskRef) -> Result<RunTaskShow, AppError> {
    let run = find(api, &input.id)?;
    let id = TaskId(input.task);
    let none = || AppError::new("run_no_such_task").with("task", &id);
    let definition = api.definitions.of(&api.store, &run)?.ok_or_else(none)?;
    let state = state_of(&api.store, &run, &definition)?;
    let mut tasks = definition.tasks().iter().zip(&state.tasks);
    let (task, now) = tasks.find(|(task, _)| task.id == id).ok_or_else(none)?;
    let attempts = api.store.attempts_at(run.row, &id)?;
    let sizes = api.store.output_sizes(run.row)?;
    let (params, _) = params_of(&api.store, &run, &definition, &state, task)?;
    let is_small = print(&params).len() <= PARAMS;
    Ok(RunTaskShow {
        task: RunTask {
            attempts: attempts.into_iter().map(attempt).collect(),
            output_bytes: sizes
                .into_iter()
                .find_map(|(of, bytes)| (of == id).then_some(bytes)),
            child: api
                .store
                .children(run.row)?
                .remove(&id)
                .map(|id| id.to_string()),
            question: question(api, &run, &definition, &state, (task, now))?,
            ..task_as_it_is(&definition, &state, (task, now), None)
        },
        params: if is_small {
            params
        } else {
            task.params.clone()
        },
    })
}

/// What somebody should look at, as far as it still means something.
fn open_warnings(api: &Api, run: &KeptRun) -> Result<Vec<Message>, AppError> {
    let lines = api
        .store
        .messages(run.row, 0, Some("warning"), LINES)?
        .into_iter();
    let warnings: Vec<_> = lines
        .filter_map(|line| match line.said {
            Said::Message(message) => Some(message),
            Said::Line(_) => None,
        })
        .collect();
    // Of most runs none is about how a task stands, and tasks are many.
    let about_tasks = |message: &Message| matches!(passing(&message.code), Some(Passing::Task(_)));
    let tasks: HashMap<_, _> = if warnings.iter().any(about_tasks) {
        let tasks = api.store.run_tasks(run.row)?.into_iter();
        tasks.map(|(id, state)| (id.0, state.status())).collect()
    } else {
        HashMap::new()
    };
    let open = warnings.into_iter();
    Ok(open
        .filter(|message| is_open(message, run.status, &tasks))
        .collect())
}

/// The runs below one that go on only when somebody lets them, while it goes on itself.
fn left_behind(api: &Api, run: &KeptRun) -> Result<Vec<Message>, AppError> {
    let mut left = Vec::new();
    if run.brought_in || run.status.is_final() {
        return Ok(left);
    }
    for child in api.store.children(run.row)?.into_values() {
        if let Some(child) = api.store.run(child)?
            && child.brought_in
            && !child.status.is_final()
        {
            let message = Message::new("run_child_brought_in").with("child", child.id);
            left.push(message.with("name", child.workflow_name));
        }
    }
    Ok(left)
}

/// Whether a warning still means something: what was answered since, or has begun, is history.
fn is_open(warning: &Message, run: Status, tasks: &HashMap<String, Status>) -> bool {
    let status = match passing(&warning.code) {
        Some(Passing::Run(status)) => return run == status,
        Some(Passing::Task(status)) => status,
        Some(Passing::End) | None => return true,
    };
    let about = warning.fields.get("task").and_then(|id| tasks.get(id));
    about == Some(&status)
}

/// The secret a task waits for.
pub(super) fn secret_of(phase: &Phase) -> Option<String> {
    match phase {
        Phase::Locked { secret } => Some(secret.clone()),
        _ => None,
    }
}

/// When a task goes on by itself.
pub(super) fn goes_on_at(phase: &Phase) -> Option<i64> {
    match phase {
        Phase::Resting { until }
        | Phase::Running {
            parked: Some(Parked::Until(until)),
            ..
        } => Some(until.0),
        _ => None,
    }
}

/// What a task gave last, however large.
///
/// # Errors
/// `run_unknown`, `run_no_output`.
pub fn output(api: &Api, input: RunTaskRef) -> Result<RunOutput, AppError> {
    let run = find(api, &input.id)?;
    let task = TaskId(input.task);
    let output = api.store.output(run.row, &task)?;
    let none = || AppError::new("run_no_output").with("task", &task);
    let text = output.ok_or_else(none)?;
    let output = parse(&text);
    let definition = api.definitions.of(&api.store, &run)?;
    Ok(RunOutput {
        decided: decided(api, &run, &task, &text)?,
        files: files(api, &run, definition.as_deref(), &task, &output)?,
        output,
    })
}

/// Lines of a run's log, in their order.
///
/// # Errors
/// `run_unknown`, `limit_too_large`.
pub fn log(api: &Api, input: RunLogInput) -> Result<RunLog, AppError> {
    let run = find(api, &input.id)?;
    let after = input.after.map_or(0, i64::from);
    let limit = page(input.limit, LINES)?;
    let lines = match input.before {
        None => api.store.messages(run.row, after, None, limit)?,
        Some(before) => {
            let before = if before == 0 {
                i64::MAX
            } else {
                i64::from(before)
            };
            let task = input.task.as_deref();
            api.store.messages_before(run.row, before, task, limit)?
        }
    };
    let number = |line: Option<&MessageRecord>| u32::try_from(line?.number).ok();
    let is_full = u32::try_from(lines.len()).is_ok_and(|count| count == limit);
    Ok(RunLog {
        next: number(lines.last()).or(input.after),
        first: number(lines.first()).filter(|_| input.before.is_some() && is_full),
        items: lines.into_iter().map(message).collect(),
    })
}

/// A run by the id somebody gives.
pub(super) fn find(api: &Api, id: &str) -> Result<KeptRun, AppError> {
    let unknown = || AppError::new("run_unknown").with("id", id);
    api.store.run(parsed(id)?)?.ok_or_else(unknown)
}

fn parsed(id: &str) -> Result<RunId, AppError> {
    let unknown = |_| AppError::new("run_unknown").with("id", id);
    id.parse().map_err(unknown)
}

/// Faces of what starts runs where nobody is.
const NOBODY: [&str; 2] = ["schedule", "event"];

pub(super) fn row(record: RunRecord) -> RunRow {
    RunRow {
        id: record.id.to_string(),
        workflow_id: record.workflow_id,
        workflow_name: record.workflow_name,
        status: record.status,
        start_time: time::rfc3339(record.started_at.unwrap_or(record.created_at)),
        end_time: record.ended_at.map(time::rfc3339),
        started_by: record.actor,
        imported: record.face == IMPORTED,
        started_itself: Some(record.face).filter(|face| NOBODY.contains(&face.as_str())),
        failed: record.failed.map(|(task, error)| FailedTask {
            task: task.map(|task| task.0),
            error,
        }),
        noted: record.noted.map(noted),
        hits: Vec::new(),
    }
}

fn noted(record: NotedRecord) -> RunNoted {
    RunNoted {
        warning: record.warning,
        count: record.count,
    }
}

fn attempt(record: AttemptRecord) -> RunAttempt {
    let failure = record
        .error
        .as_ref()
        .filter(|_| record.status == Status::Failed);
    let next = failure.map(|error| next_steps(error, record.data_source.as_deref()));
    RunAttempt {
        next: next.unwrap_or_default(),
        number: record.number,
        status: record.status,
        queued_at: time::rfc3339(record.queued_at),
        started_at: record.started_at.map(time::rfc3339),
        ended_at: record.ended_at.map(time::rfc3339),
        agent: record.agent,
        data_source: record.data_source,
        reason: record.rule,
        passed_over: record.passed_over,
        error: record.error,
    }
}

pub(super) fn message(record: MessageRecord) -> RunMessage {
    RunMessage {
        at: time::rfc3339(record.at),
        level: record.level,
        task: record.task,
        text: match record.said {
            Said::Message(message) => RunText::Message(message),
            Said::Line(line) => RunText::Line(line),
        },
    }
}

#[cfg(test)]
mod tests {
    use flowkeep_store::{NewRun, Parent, StoreError};

    use super::*;
    use crate::testing::open;

    fn add(api: &Api, name: &str, parent: Option<Parent>) -> (i64, RunId) {
        let new = NewRun {
            workflow_id: Some(name.to_owned()),
            parent,
            ..NewRun::of(name, r#"{"tasks": [{"id": "do", "action": "manual"}]}"#)
        };
        let added = api.store.write::<_, StoreError>(move |tx| tx.add_run(&new));
        added.unwrap()
    }

    #[test]
    fn a_child_that_stays_behind_is_told_of_on_its_parent() {
        let root = tempfile::tempdir().unwrap();
        let api = open(root.path());
        let (row, above) = add(&api, "Above", None);
        let (_, below) = add(
            &api,
            "Below",
            Some(Parent {
                run: row,
                task: TaskId::from("do"),
                attempt: 1,
                depth: 1,
            }),
        );
        let warnings = || {
            let id = above.to_string();
            let shown = show(
                &api,
                RunShowInput {
                    id,
                    ..RunShowInput::default()
                },
            );
            shown.unwrap().warnings
        };
        assert_eq!(warnings(), []);
        let database = rusqlite::Connection::open(api.data_dir.join("flowkeep.db")).unwrap();
        let set = |brought_in: bool, run: RunId| {
            let sql = "UPDATE run SET brought_in = ?1 WHERE id = ?2";
            let set = database.execute(sql, (brought_in, run.to_string()));
            assert_eq!(set.unwrap(), 1);
        };
        set(true, below);
        let told = Message::new("run_child_brought_in").with("child", below);
        assert_eq!(warnings(), [told.with("name", "Below")]);
        // Then all of them wait.
        set(true, above);
        assert_eq!(warnings(), []);
    }
}
