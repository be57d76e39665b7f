//! `run_start`, `run_task`, `run_cancel` and the others that want something of a run.
//!
//! A run is in the history before anything else happens. What is wanted of one is left for
//! whoever owns the engine; where nobody does, this process answers it and carries nothing out.

use std::time::{Duration, Instant};

use flowkeep_core::json::{parse, print};
use flowkeep_core::run::{
    Definition, From, Level, RunState, Start, Status, TaskId, instead, repeat,
};
use flowkeep_core::session::SnapshotReason;
use flowkeep_core::{Document, Format, Kind, Message, RunId, Value};
use flowkeep_engine::{
    Beginning, Begun, Scope, Wanted, begin, definition_invalid, definition_of, input_missing,
    lacking, readiness, state_of, tasks_hash,
};
use flowkeep_store::{KeptRun, NewRun, NewRunRequest, RequestAnswer, StoreError};

use super::run_activity::{about, operation_of};
use super::run_trust::{Untrusted, Values, Word, asked_by, settle, settle_all, settle_start};
use super::runs::find;
use super::{folders, run_folders, session_snapshots};
use crate::belonging::forgotten;
use crate::types::{
    Object, RetryDefinition, RunMode, RunRef, RunResumeInput, RunRetryInput, RunStartInput,
    RunStatus, RunTaskInput, RunTaskResult,
};
use crate::{Api, AppError, Progress, copy_log};

/// How long between two looks at what another thread or process does.
pub(super) const LOOK: Duration = Duration::from_millis(10);

/// So many looks, and it is tried again to become the owner.
const LOOKS: u32 = 15;

/// How long nothing may go on before whoever waits is told why.
const TROUBLE: Duration = Duration::from_secs(10);

/// How long an owner of the engine has to answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(15);

/// The id of the one task of a run without a definition.
const ONLY: &str = "task";

/// Starts a workflow.
///
/// # Errors
/// `not_found`, `definition_invalid`, `no_connection`, `run_unknown_task`, `run_task_missing` for a
/// step run that names none, `folder_unknown`, `folder_ambiguous`, `input_missing`, `folder_in_use`,
/// `trust_required`.
pub fn start(api: &Api, input: RunStartInput) -> Result<RunStatus, AppError> {
    let only = match (input.mode.unwrap_or_default(), &input.task) {
        (RunMode::Complete, None) => None,
        (_, Some(task)) => Some(TaskId::from(task.as_str())),
        (RunMode::Step, None) => return Err(AppError::new("run_task_missing")),
    };
    let beginning = Beginning {
        workflow: input.workflow,
        context: text(input.context),
        start: Start {
            only,
            ..Start::default()
        },
        actor: api.actor()?,
        face: api.face().as_str().to_owned(),
        repeats: None,
        folder: input.folder,
    };
    let mut begun = begun(api, &beginning)?;
    run_folders::taken(api, &mut begun.new.start, input.continue_anyway)?;
    let word = word(input.trust, input.shown);
    let given = || all_given(&begun.new.workflow_name, &begun.lacks);
    may_begin(&word, given, || trusted(api, &begun, None, &word))?;
    add_run(api, begun.new)
}

/// Carries one operation out and waits for what it comes to.
///
/// # Errors
/// `definition_invalid` for an action or parameters that are not right; as [`wait`].
pub fn task(
    api: &Api,
    input: RunTaskInput,
    progress: &dyn Progress,
) -> Result<RunTaskResult, AppError> {
    let action = input.action.as_str();
    let task = Value::object([
        ("id", ONLY.into()),
        ("name", action.into()),
        ("action", action.into()),
        ("params", input.params.unwrap_or_default().into_value()),
        ("dataSource", input.source.into()),
    ]);
    let whole = Value::object([("name", action.into()), ("tasks", vec![task].into())]);
    let text_of = print(&whole);
    let document = Document::parse(Format::Json, text_of.clone())?;
    if let Err(found) = Definition::read(document.value()) {
        return Err(definition_invalid(&input.action, &found).into());
    }
    let new = NewRun {
        context: text(input.context),
        actor: api.actor()?,
        face: api.face().as_str().to_owned(),
        ..NewRun::of(input.action, text_of)
    };
    let (row, id) = api
        .store
        .write::<_, StoreError>(move |tx| tx.add_run(&new))?;
    let status = wait(api, &id.to_string(), progress)?.status;
    let output = if status == Status::Succeeded {
        api.store.output(row, &TaskId::from(ONLY))?
    } else {
        None
    };
    let last = api.store.attempts(row)?.pop();
    Ok(RunTaskResult {
        run_id: id.to_string(),
        status,
        output: output.map_or(Value::Null, |text| parse(&text)),
        error: last.and_then(|attempt| attempt.error),
    })
}

/// Ends a run: what runs is asked to stop, and nothing new starts.
///
/// # Errors
/// `run_unknown`, `run_has_ended`, `engine_not_answering`.
pub fn cancel(api: &Api, input: RunRef) -> Result<RunStatus, AppError> {
    want(api, &input.id, &Wanted::Cancel)
}

/// Lets nothing new start in a run for now.
///
/// # Errors
/// As [`cancel`].
pub fn pause(api: &Api, input: RunRef) -> Result<RunStatus, AppError> {
    want(api, &input.id, &Wanted::Pause)
}

/// Lets a run go on that was paused, whose owner is gone, or that came with a restore; then with the
/// runs below it that came with one.
///
/// # Errors
/// As [`cancel`]; `run_is_not_paused`; `run_configuration_undecided` where its configuration is not as it was and nobody
/// has said with which one it goes on; `trust_required` where one of them came with a restore.
pub fn resume(api: &Api, input: RunResumeInput) -> Result<RunStatus, AppError> {
    let run = find(api, &input.id)?;
    let run = if input.todays_files == Some(true) {
        run
    } else {
        as_it_was(api, run)?
    };
    if run.status == Status::Waiting && !api.store.locked_secrets()?.is_empty() {
        // What it waits for may be unlocked by now. Whoever decides asks nobody for the key, which may take
        // seconds, but knows it from here.
        let _ = api.secrets.list();
    }
    let word = word(input.trust, input.shown);
    let_go_on(api, &run, &word, &Wanted::Resume)
        .map_err(|error| asked_by(error.with("run", run.id), "trust_resumed"))
}

/// A run that may go on with its files where they are, because these are as they were. One that goes on is none of
/// this question.
fn as_it_was(api: &Api, run: KeptRun) -> Result<KeptRun, AppError> {
    if run.session.is_none() {
        return Ok(run);
    }
    api.mark_left();
    let run = api.store.run_at(run.row)?.unwrap_or(run);
    if !is_held(api, &run) {
        return Ok(run);
    }
    let Some(why) = api.configurations().undecided(&run) else {
        return Ok(run);
    };
    let mut undecided = AppError::new("run_configuration_undecided")
        .with("name", &run.workflow_name)
        .with("run", run.id)
        .with("session", run.session.as_deref().unwrap_or_default())
        .hint("decide_configuration")
        .hint("decide_configuration_here");
    undecided.because = Some(Box::new(why));
    Err(undecided)
}

/// Whether somebody has to let a run go on: one that waits does so under nobody, too, and asks a person as soon as it is
/// taken up.
fn is_held(api: &Api, run: &KeptRun) -> bool {
    match run.status {
        Status::Paused | Status::Interrupted => true,
        Status::Waiting => is_without_owner(api),
        _ => run.brought_in,
    }
}

/// Lets a run go on as [`resume`] does, `as_wanted` by [`Wanted::Resume`] or [`Wanted::ResumeWith`].
///
/// # Errors
/// As [`resume`].
pub(super) fn let_go_on(
    api: &Api,
    run: &KeptRun,
    word: &Word,
    as_wanted: &Wanted,
) -> Result<RunStatus, AppError> {
    let mut left = Vec::new();
    if !run.status.is_final() {
        brought_in(api, run.clone(), &mut left)?;
    }
    let texts = left.iter().map(|run| api.store.definition_text(run));
    let texts = texts.collect::<Result<Vec<_>, _>>()?;
    let each = left.iter().zip(&texts);
    let each = each.map(|(run, text)| then(api, run, text, elsewhere(run, &run.context, None)));
    let each = each.collect::<Result<Vec<_>, _>>()?;
    settle_all(api, &each, word)?;
    // Those below first: a run that goes on finds them as they are.
    let below: Vec<_> = left.iter().filter(|one| one.row != run.row).collect();
    for child in below.iter().rev() {
        want(api, &child.id.to_string(), &Wanted::Resume)?;
    }
    let kept = keep_configuration(api, run)?;
    let as_wanted = match (kept, as_wanted) {
        (Some(message), Wanted::Resume) => &Wanted::ResumeWith {
            level: Level::Info,
            message,
        },
        (_, as_wanted) => as_wanted,
    };
    let id = run.id.to_string();
    match want(api, &id, as_wanted) {
        Err(error) if error.code == "run_is_not_paused" && !below.is_empty() => {
            Ok(told(&find(api, &id)?))
        }
        answered => answered,
    }
}

/// Whoever lets a run go on says that its files are right as they are. What of them is not as it was is told; of one
/// that goes on already nobody has said anything.
fn keep_configuration(api: &Api, run: &KeptRun) -> Result<Option<Message>, AppError> {
    let Some(id) = run.session.as_ref().filter(|_| is_held(api, run)) else {
        return Ok(None);
    };
    let Some(session) = api.store.session(id)? else {
        return Ok(None);
    };
    Ok(session_snapshots::keep_as_it_is(
        api,
        &session,
        SnapshotReason::Changed,
    ))
}

/// A run and those below it that came with a restore and that nobody has let go on.
fn brought_in(api: &Api, run: KeptRun, found: &mut Vec<KeptRun>) -> Result<(), AppError> {
    let children = api.store.children(run.row)?;
    if run.brought_in {
        found.push(run);
    }
    for child in children.into_values() {
        if let Some(child) = api.store.run(child)?.filter(|run| !run.status.is_final()) {
            brought_in(api, child, found)?;
        }
    }
    Ok(())
}

/// Runs it again, as a run of its own that takes over what is still good.
///
/// # Errors
/// As [`start`]; `run_has_not_ended`.
pub fn retry(api: &Api, input: RunRetryInput) -> Result<RunStatus, AppError> {
    let new = to_retry(api, input)?;
    add_run(api, new)
}

/// The run that [`retry`] would begin, which is not there yet. Only a word of trust is kept.
///
/// # Errors
/// As [`retry`].
pub(super) fn to_retry(api: &Api, input: RunRetryInput) -> Result<NewRun, AppError> {
    let before = find(api, &input.id)?;
    let unreadable = || AppError::new("run_not_readable");
    let then = definition_of(&api.store, &before)?.ok_or_else(unreadable)?;
    let state: RunState = state_of(&api.store, &before, &then)?;
    let from = match input.from.as_deref() {
        Some("start") => From::Start,
        None | Some("failed") => From::Failed,
        Some(task) => From::Task(TaskId::from(task)),
    };
    let word = word(input.trust, input.shown);
    let skipped: Vec<TaskId> = input.skip.into_iter().flatten().map(TaskId).collect();
    let (context, given) = given_anew(&before.context, input.context);
    let as_it_was = from == From::Failed && skipped.is_empty() && given.is_empty();
    let start = |now: &Definition| {
        let refused = |refused: flowkeep_core::run::Refused| AppError::from(refused.0);
        let hindered = as_it_was && state.head.hindered.is_some();
        match hindered.then(|| instead(&before.start, now)).flatten() {
            Some(start) => Ok(start),
            None => repeat(&then, &state, now, &from, &skipped, &given).map_err(refused),
        }
    };
    let folder = api.store.run_folder(before.row)?;
    let folder = folder.map(|held| held.folder.to_string());
    let anyway = input.continue_anyway;
    let workflow = before.workflow_id.clone();
    if workflow.is_none() && forgotten(&api.store, &before)?.is_some() {
        let refused = AppError::new("run_session_forgotten").with("name", &before.workflow_name);
        return Err(refused.hint("begin_file_anew").hint("begin_file_anew_here"));
    }
    let old = input.definition == Some(RetryDefinition::Old);
    let (Some(workflow), false) = (workflow, old) else {
        let text = api.store.definition_text(&before)?;
        // First: who is refused has trusted nothing.
        let mut start = start(&then)?;
        start.folder = run_folders::meant(api, folder.or_else(|| then.task_folder.clone()))?;
        run_folders::taken(api, &mut start, anyway)?;
        let given = || all_given(&before.workflow_name, &lacking(&then, &start, &context));
        let trusted = || {
            if !before.brought_in && !word.trust {
                return Ok(());
            }
            let values = elsewhere(&before, &context, Some(&start.carried));
            let settled = settle(api, &self::then(api, &before, &text, values)?, &word);
            settled.map_err(|error| error.with("run", before.id).hint("trust_restored"))
        };
        may_begin(&word, given, trusted)?;
        return again(api, &before, text, context, start);
    };
    let mut again = Again::of(api, &before, (workflow, folder), context, start)?;
    run_folders::taken(api, &mut again.begun.new.start, anyway)?;
    again.may_begin(api, &before, &word)?;
    Ok(again.begun.new)
}

/// Refuses what [`retry`] with the workflow as it is today would refuse of a run once that has ended. Nothing of the
/// run is changed.
///
/// # Errors
/// As [`retry`].
pub(super) fn may_be_retried(api: &Api, before: &KeptRun, word: &Word) -> Result<(), AppError> {
    let unreadable = || AppError::new("run_not_readable");
    let then = definition_of(&api.store, before)?.ok_or_else(unreadable)?;
    let mut state = state_of(&api.store, before, &then)?;
    if !state.head.status.is_final() {
        state.head.status = Status::Cancelled;
    }
    let gone = || AppError::new("no_such_workflow");
    let workflow = before.workflow_id.clone().ok_or_else(gone)?;
    let folder = api.store.run_folder(before.row)?;
    let folder = folder.map(|held| held.folder.to_string());
    let start = |now: &Definition| {
        let start = repeat(&then, &state, now, &From::Failed, &[], &[]);
        start.map_err(|refused| AppError::from(refused.0))
    };
    let context = before.context.clone();
    let again = Again::of(api, before, (workflow, folder), context, start)?;
    run_folders::free_but_for(api, again.begun.new.start.folder, Some(before.id))?;
    again.may_begin(api, before, word)
}

/// What was run is still there where its workflow is not.
fn without_workflow(error: AppError, before: &KeptRun) -> AppError {
    match error.code.as_str() {
        "not_found" => AppError {
            hints: vec!["retry_as_it_was".to_owned()],
            ..error.with("run", before.id)
        },
        _ => error,
    }
}

/// A run of a workflow as it is today that is to take the place of another one.
struct Again {
    begun: Begun,
    definition: Definition,
    context: String,
}

impl Again {
    fn of(
        api: &Api,
        before: &KeptRun,
        (workflow, folder): (String, Option<String>),
        context: String,
        start: impl FnOnce(&Definition) -> Result<Start, AppError>,
    ) -> Result<Self, AppError> {
        let beginning = Beginning {
            workflow,
            context,
            actor: api.actor()?,
            face: api.face().as_str().to_owned(),
            repeats: Some(before.id),
            start: Start::default(),
            folder,
        };
        let begun = begun(api, &beginning);
        let mut begun = begun.map_err(|error| without_workflow(error, before))?;
        let document = Document::parse(begun.new.format, begun.new.text.clone())?;
        let unreadable = |_| AppError::new("run_not_readable");
        let definition = Definition::read(document.value()).map_err(unreadable)?;
        begun.new.start = Start {
            folder: begun.new.start.folder,
            ..start(&definition)?
        };
        Ok(Self {
            begun,
            definition,
            context: beginning.context,
        })
    }

    fn may_begin(&self, api: &Api, before: &KeptRun, word: &Word) -> Result<(), AppError> {
        let new = &self.begun.new;
        let values = elsewhere(before, &self.context, Some(&new.start.carried));
        let given = || {
            let lacks = lacking(&self.definition, &new.start, &self.context);
            all_given(&new.workflow_name, &lacks)
        };
        may_begin(word, given, || trusted(api, &self.begun, values, word))
    }
}

pub(super) fn word(trust: Option<bool>, shown: Option<String>) -> Word {
    let trust = trust.unwrap_or_default();
    Word { trust, shown }
}

/// What a run that came with a restore brings beside its tasks: outputs of these tasks, else all.
fn elsewhere<'a>(
    run: &KeptRun,
    context: &'a str,
    carried: Option<&'a [TaskId]>,
) -> Option<Values<'a>> {
    run.brought_in.then_some(Values {
        context,
        row: run.row,
        carried,
    })
}

/// What a run that came with a restore would carry out: trust is not in a backup.
fn then<'a>(
    api: &Api,
    run: &'a KeptRun,
    text: &'a str,
    values: Option<Values<'a>>,
) -> Result<Untrusted<'a>, AppError> {
    let mut is_own = !run.brought_in;
    let id = run.workflow_id.as_deref().unwrap_or_default();
    if let Some(now) = readiness(&api.store, &*api.connected()?, id)?
        && now.trusted
    {
        // What is done here is what was done there.
        let document = Document::parse(run.format, text.to_owned())?;
        is_own |= now.hash == Some(tasks_hash(document.value()));
    }
    Ok(Untrusted {
        workflow: run.workflow_id.as_deref().unwrap_or_default(),
        name: &run.workflow_name,
        format: run.format,
        text,
        values,
        is_own,
    })
}

/// Takes somebody's word for a run that is to begin, or asks for it.
fn trusted(
    api: &Api,
    begun: &Begun,
    values: Option<Values<'_>>,
    word: &Word,
) -> Result<(), AppError> {
    let asked = Untrusted {
        workflow: begun.new.workflow_id.as_deref().unwrap_or_default(),
        name: &begun.new.workflow_name,
        format: begun.new.format,
        text: &begun.new.text,
        values,
        is_own: begun.trusted,
    };
    settle_start(api, &asked, word)
}

/// That a run gets its input and is trusted. Whoever has not said that he trusts it is asked that first; whoever
/// has and is refused has trusted nothing.
fn may_begin(
    word: &Word,
    given: impl FnOnce() -> Result<(), AppError>,
    trusted: impl FnOnce() -> Result<(), AppError>,
) -> Result<(), AppError> {
    if word.trust {
        given()?;
        trusted()
    } else {
        trusted()?;
        given()
    }
}

/// Refuses a run that would end at a task for want of input, before anything of it is there and its folder is
/// archived.
fn all_given(workflow: &str, lacks: &[String]) -> Result<(), AppError> {
    match input_missing(workflow, lacks) {
        Some(message) => Err(AppError::from(message).hint("give_input")),
        None => Ok(()),
    }
}

/// The context of a run with what is given anew, and the names that have another value by it.
fn given_anew(before: &str, anew: Option<Object>) -> (String, Vec<String>) {
    let Some(Object(anew)) = anew else {
        return (before.to_owned(), Vec::new());
    };
    let mut context = match parse(before) {
        Value::Object(members) => Object(members),
        _ => Object::default(),
    };
    let mut names = Vec::new();
    for (name, value) in anew {
        let before = context.get(&name);
        if !before.is_some_and(|before| before.is_same(&value)) {
            context.set(&name, value);
            names.push(name);
        }
    }
    (print(&context.into_value()), names)
}

/// Whether nobody carries out what has been started: it stays queued.
pub fn is_without_owner(api: &Api) -> bool {
    api.is_passing() && api.holds_engine()
}

/// Waits until a run has ended or waits for a person, and carries it out meanwhile where no other
/// process does.
///
/// # Errors
/// `run_unknown`; when whoever waits had enough, or nothing goes on for too long, `wait_left` of a run
/// that another process carries out and `wait_broken_off` of one that nobody does now, with what
/// keeps it from going on.
pub fn wait(api: &Api, id: &str, progress: &dyn Progress) -> Result<RunStatus, AppError> {
    let run = find(api, id)?;
    let ended = wait_for(api, &run, progress);
    let ours = api.is_passing() && api.holds_engine();
    if api.is_passing() {
        api.disengage();
        if let Err(error) = copy_log(api) {
            tracing::warn!(code = error.code, %error, "the log's folder stays behind");
        }
    }
    let because = match ended {
        Ok(Some(status)) => return Ok(status),
        Ok(None) => None,
        Err(error) => Some(error),
    };
    // Its last moment may have come while it was left.
    let now = api.store.run_at(run.row).ok().flatten().unwrap_or(run);
    if now.status.is_final() {
        return Ok(told(&now));
    }
    let (code, hint) = if ours {
        ("wait_broken_off", "show_or_resume_run")
    } else {
        ("wait_left", "show_run")
    };
    let mut left = AppError::new(code).with("run", now.id);
    if let Some(error) = because {
        left.because = Some(Box::new(error.reason()));
        left.hints = error.hints;
        left.retryable = error.retryable;
    }
    Err(left.with("status", now.status.as_str()).hint(hint))
}

/// What a run has come to; nothing when whoever waits had enough before.
fn wait_for(
    api: &Api,
    run: &KeptRun,
    progress: &dyn Progress,
) -> Result<Option<RunStatus>, AppError> {
    let mut watch = api.store.watch()?;
    let mut troubled: Option<Instant> = None;
    loop {
        match look(api, run) {
            Ok(Some(status)) => return Ok(Some(status)),
            Ok(None) => troubled = None,
            Err(error) => {
                // The engine tries again too; what it has in hand is broken off only for something.
                let since = *troubled.get_or_insert_with(Instant::now);
                if !error.may_pass() || since.elapsed() > TROUBLE {
                    return Err(error);
                }
            }
        }
        // Not for ever: an owner that died commits nothing more.
        for _ in 0..LOOKS {
            if progress.cancellation().is_cancelled() {
                return Ok(None);
            }
            if watch.changed().unwrap_or_default() {
                break;
            }
            std::thread::sleep(LOOK);
        }
    }
}

/// What a run has come to, if to anything; otherwise it is seen to that somebody carries it out.
fn look(api: &Api, run: &KeptRun) -> Result<Option<RunStatus>, AppError> {
    let now = api.store.run_at(run.row)?;
    let now = now.as_ref().unwrap_or(run);
    // One that is held waits for a person, too.
    let is_held = now.status == Status::Paused && now.session.is_some();
    if now.status.is_final() || now.status == Status::Waiting || is_held {
        return Ok(Some(told(now)));
    }
    api.engage(Scope::Run(run.id))?;
    api.engine_trouble()?;
    Ok(None)
}

/// Leaves what is wanted for whoever owns the engine, and waits for the answer.
pub(super) fn want(api: &Api, id: &str, wanted: &Wanted) -> Result<RunStatus, AppError> {
    let run = find(api, id)?;
    let task = match wanted {
        Wanted::Answer { task, decision, .. } => {
            let definition = definition_of(&api.store, &run)?;
            definition.and_then(|all| about(&all, task, decision))
        }
        _ => None,
    };
    let new = NewRunRequest {
        row: run.row,
        wanted: serde_json::to_string(wanted)
            .map_err(|error| AppError::new("internal").with("detail", error))?,
        actor: api.actor()?,
        face: api.face().as_str().to_owned(),
        operation: operation_of(wanted).to_owned(),
        task,
    };
    let request = api
        .store
        .write::<_, StoreError>(move |tx| tx.request_of_run(&new))?;
    let answered = answered(api, request);
    if api.is_passing() {
        api.disengage();
    }
    answered?;
    let now = api.store.run_at(run.row)?.unwrap_or(run);
    Ok(told(&now))
}

fn answered(api: &Api, request: i64) -> Result<(), AppError> {
    let since = Instant::now();
    loop {
        match api.store.run_request(request)? {
            RequestAnswer::Done => return Ok(()),
            RequestAnswer::Refused(why) => return Err(why.into()),
            RequestAnswer::Open => {}
        }
        api.engage(Scope::Nothing)?;
        api.engine_trouble()?;
        if since.elapsed() > PATIENCE {
            return Err(AppError::new("engine_not_answering").retryable());
        }
        std::thread::sleep(LOOK);
    }
}

fn begun(api: &Api, beginning: &Beginning) -> Result<Begun, AppError> {
    let refused = match begin(&api.store, &*api.connected()?, beginning)? {
        Ok(begun) => return Ok(begun),
        Err(refused) => refused,
    };
    let error = AppError::from(refused.0);
    Err(match error.code.as_str() {
        "workflow_unknown" => AppError::new("not_found")
            .with("kind", Kind::Workflow.as_str())
            .with("id", &beginning.workflow)
            .hint("list_first"),
        "definition_invalid" => error.hint("validate_it"),
        _ => folders::unknown(error),
    })
}

pub(super) fn again(
    api: &Api,
    before: &KeptRun,
    text: String,
    context: String,
    start: Start,
) -> Result<NewRun, AppError> {
    Ok(NewRun {
        workflow_id: before.workflow_id.clone(),
        workflow_name: before.workflow_name.clone(),
        revision: before.revision,
        text,
        format: before.format,
        context,
        start,
        actor: api.actor()?,
        face: api.face().as_str().to_owned(),
        repeats: Some(before.id),
        parent: None,
    })
}

pub(super) fn add_run(api: &Api, new: NewRun) -> Result<RunStatus, AppError> {
    add_run_of(api, new, None)
}

/// Adds a run, which carries a session on where one is told.
pub(super) fn add_run_of(
    api: &Api,
    new: NewRun,
    session: Option<String>,
) -> Result<RunStatus, AppError> {
    let id: RunId = api.store.write::<_, StoreError>(move |tx| {
        let (row, id) = tx.add_run(&new)?;
        if let Some(session) = &session {
            tx.join_session(row, id, session)?;
        }
        Ok(id)
    })?;
    api.wake_engine();
    Ok(RunStatus {
        run_id: id.to_string(),
        status: Status::Queued,
    })
}

pub(super) fn told(run: &KeptRun) -> RunStatus {
    RunStatus {
        run_id: run.id.to_string(),
        status: run.status,
    }
}

/// An object as text; an empty one where there is none.
fn text(object: Option<Object>) -> String {
    print(&object.unwrap_or_default().into_value())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_spelling_of_a_number_is_not_given_anew() {
        let anew = |text: &str| {
            let Value::Object(members) = parse(text) else {
                panic!("{text}");
            };
            given_anew(
                r#"{"price": 1.50, "many": [{"a": 1, "b": 2e2}]}"#,
                Some(Object(members)),
            )
            .1
        };
        assert!(anew(r#"{"price": 1.5, "many": [{"b": 200, "a": 1.0}]}"#).is_empty());
        assert_eq!(anew(r#"{"price": "1.50", "many": []}"#), ["price", "many"]);
    }
}
