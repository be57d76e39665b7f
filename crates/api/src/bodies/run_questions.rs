//! What tasks ask of people, and `run_answer`.
//!
//! Ticks and fields are kept until the decision, each with the round of the task they belong to:
//! work that is done anew is ticked anew, while what was filled in stays to be looked at.

use flowkeep_core::json::{parse, print};
use flowkeep_core::run::{
    Decision, Definition, Field, Item, Outcome, Question, RunState, Task, TaskId, TaskState, Work,
};
use flowkeep_core::{Message, RunId, Value};
use flowkeep_engine::{Wanted, definition_of, params_of, state_of, work_of};
use flowkeep_store::{KeptRun, Tx};
use serde::{Deserialize, Serialize};

use super::run_changes::{told, want};
use super::run_previews::act;
use super::runs::find;
use crate::types::{
    Object, RunAnswerInput, RunBroken, RunDecided, RunDecision, RunField, RunItem, RunProgram,
    RunQuestion, RunStatus, RunStep, RunWork,
};
use crate::{Api, AppError, time};

/// So many characters a reason has at most.
const REASON: usize = 2_000;

/// What a person has ticked and filled in so far, as it is kept.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Kept {
    #[serde(default)]
    round: u32,
    #[serde(default)]
    fields: Object,
    #[serde(default)]
    ticked: Vec<String>,
}

/// What a person's work gives: the output of its task.
#[derive(Debug, Deserialize)]
struct Given {
    fields: Object,
    ticked: Vec<String>,
    decision: RunDecision,
    by: String,
    at: String,
}

impl Kept {
    fn read(text: Option<String>, round: u32) -> Self {
        let read = text.and_then(|text| serde_json::from_str(&text).ok());
        let mut kept: Self = read.unwrap_or_default();
        if kept.round != round {
            kept.ticked.clear();
            kept.round = round;
        }
        kept
    }

    fn add(&mut self, input: &RunAnswerInput, fields: Vec<(String, Value)>) {
        for (name, value) in fields {
            self.fields.set(&name, value);
        }
        let not_done = |item: &String| input.untick.iter().flatten().all(|other| other != item);
        self.ticked.retain(not_done);
        for item in input.tick.iter().flatten() {
            if !self.ticked.contains(item) {
                self.ticked.push(item.clone());
            }
        }
    }

    /// With the defaults of the fields nobody has filled in.
    fn filled(&self, work: &Work) -> Object {
        let mut fields = self.fields.clone();
        for field in &work.fields {
            if let (None, Some(default)) = (fields.get(&field.name), &field.default) {
                fields.set(&field.name, default.clone());
            }
        }
        fields
    }
}

/// What a task asks of a person, if it does.
///
/// # Errors
/// What the database says.
pub(super) fn question(
    api: &Api,
    run: &KeptRun,
    definition: &Definition,
    state: &RunState,
    (task, now): (&Task, &TaskState),
) -> Result<Option<RunQuestion>, AppError> {
    match state.question(definition, &task.id) {
        None => Ok(None),
        Some(Question::Work) => {
            let (work, problem) = work_of(&api.store, run, definition, state, task)?;
            let kept = Kept::read(api.store.kept_answer(run.row, task.id.as_str())?, now.round);
            let filled = kept.filled(&work);
            let earlier = state.earlier_tasks(definition, &task.id);
            Ok(Some(RunQuestion::Work(RunWork {
                open: work.open(&kept.ticked, &filled.0),
                instruction: work.instruction,
                checklist: items(work.checklist, &kept.ticked),
                fields: fields(work.fields, &filled),
                deliverables: work.deliverables,
                stands_for: work.stands_for,
                problem,
                next: ways(definition, task),
                send_back_to: earlier
                    .iter()
                    .filter_map(|id| Some(step(definition.task(id)?)))
                    .collect(),
            })))
        }
        Some(Question::Interrupted) => {
            let (params, _) = params_of(&api.store, run, definition, state, task)?;
            let context = parse(&run.context);
            let program = outlived(api, run, task, now);
            Ok(Some(RunQuestion::Interrupted(RunBroken {
                times: now.broken,
                idempotent: task.idempotent,
                act: act(
                    task,
                    run.workflow_id.as_deref().unwrap_or_default(),
                    (&params, Some(&context)),
                    &*api.connected()?,
                ),
                ended: matches!(program, Ok(None)) && task.action.name == "program.run",
                running: program.ok().flatten(),
            })))
        }
    }
}

/// The program that an attempt at a task started, where it outlived who carried the task out.
///
/// # Errors
/// That the system does not say.
pub(super) fn outlived(
    api: &Api,
    run: &KeptRun,
    task: &Task,
    now: &TaskState,
) -> Result<Option<RunProgram>, AppError> {
    let found = api.outlived.program(run.id, &task.id, now.attempts)?;
    Ok(found.map(|found| RunProgram {
        process: found.process,
        name: found.name,
    }))
}

/// What a person decided about work, read from what the task gave. Nothing where it gave something else.
///
/// # Errors
/// What the database says.
pub(super) fn decided(
    api: &Api,
    run: &KeptRun,
    task: &TaskId,
    output: &str,
) -> Result<Option<RunDecided>, AppError> {
    let Ok(given) = serde_json::from_str::<Given>(output) else {
        return Ok(None);
    };
    let Some(definition) = definition_of(&api.store, run)? else {
        return Ok(None);
    };
    let Some(defined) = definition
        .task(task)
        .filter(|task| task.action.name == "manual")
    else {
        return Ok(None);
    };
    let state = state_of(&api.store, run, &definition)?;
    let (work, _) = work_of(&api.store, run, &definition, &state, defined)?;
    Ok(Some(RunDecided {
        checklist: items(work.checklist, &given.ticked),
        fields: fields(work.fields, &given.fields),
        decision: given.decision,
        by: given.by,
        at: given.at,
    }))
}

fn items(checklist: Vec<Item>, ticked: &[String]) -> Vec<RunItem> {
    let item = |item: Item| RunItem {
        ticked: ticked.contains(&item.id),
        item,
    };
    checklist.into_iter().map(item).collect()
}

fn fields(form: Vec<Field>, filled: &Object) -> Vec<RunField> {
    let field = |field: Field| RunField {
        value: filled.get(&field.name).cloned().into(),
        field,
    };
    form.into_iter().map(field).collect()
}

fn step(task: &Task) -> RunStep {
    RunStep {
        id: task.id.to_string(),
        name: task.name.clone(),
        label: None,
    }
}

/// Where a guided step leads after it is done, where that is a choice.
fn ways(definition: &Definition, task: &Task) -> Vec<RunStep> {
    let ways = task.ways.iter().filter(|way| way.after == Outcome::Success);
    let mut steps: Vec<_> = ways
        .filter_map(|way| {
            let to = definition.task(definition.id(way.to?)?)?;
            Some(RunStep {
                label: way.label.clone(),
                ..step(to)
            })
        })
        .collect();
    // The run takes no step back to itself unless told, so that it is never the first.
    steps.sort_by_key(|step| step.id == task.id.0);
    if steps.len() > 1 { steps } else { Vec::new() }
}

/// Takes a person's answer to a task that waits.
///
/// # Errors
/// As `run_cancel`; `run_unknown_task`, `run_task_not_waiting`, `run_answer_does_not_fit`,
/// `run_no_such_way`, `run_not_an_earlier_task`, `run_no_earlier_task`, `run_reason_too_long`,
/// `run_answer_missing` when nothing is answered.
/// Of work: `answer_item_unknown`, `answer_field_unknown`, `answer_field_not_…` for a value of
/// another type; when it is approved, `answer_not_ticked` and `answer_field_empty`. Nothing of an
/// answer that is refused is kept.
pub fn answer(api: &Api, input: RunAnswerInput) -> Result<RunStatus, AppError> {
    let run = find(api, &input.id)?;
    let Some(decision) = input.decision else {
        return keep(api, &run, input);
    };
    let decided = match (decision, input.to.clone().map(TaskId)) {
        (RunDecision::Approve, next) => Decision::Approve { next },
        (RunDecision::SendBack, Some(to)) => Decision::SendBack {
            to,
            reason: reason(&input)?,
        },
        (RunDecision::SendBack, None) => return Err(AppError::new("run_task_missing")),
        (RunDecision::Rerun, _) => Decision::Rerun,
        (RunDecision::Done, _) => Decision::Done,
        (RunDecision::Failed, _) => Decision::Failed,
    };
    let mut output = None;
    if let Some((work, round)) = asked(api, &run, &input.task)? {
        // Said of what a crash broke off; work is approved.
        if matches!(decision, RunDecision::Rerun | RunDecision::Done) {
            return Err(AppError::new("run_answer_does_not_fit"));
        }
        let text = api.store.kept_answer(run.row, &input.task)?;
        let kept = checked(Kept::read(text, round), &work, &input)?;
        let fields = kept.filled(&work);
        if decision == RunDecision::Approve {
            refuse(work.open(&kept.ticked, &fields.0))?;
        }
        if decision != RunDecision::Failed {
            let ticked: Vec<_> = kept.ticked.into_iter().map(Value::from).collect();
            let given = Value::object([
                ("fields", fields.into_value()),
                ("ticked", ticked.into()),
                ("decision", decision.as_str().into()),
                ("by", api.actor()?.into()),
                ("at", time::rfc3339(api.clock.now().0).into()),
            ]);
            output = Some(print(&given));
        }
    }
    let wanted = Wanted::Answer {
        task: TaskId(input.task),
        decision: decided,
        output,
    };
    want(api, &input.id, &wanted)
}

/// Why work is sent back, where somebody says so.
fn reason(input: &RunAnswerInput) -> Result<Option<String>, AppError> {
    let said = input.reason.as_deref().unwrap_or_default().trim();
    if said.chars().count() > REASON {
        return Err(AppError::new("run_reason_too_long").with("limit", REASON));
    }
    Ok((!said.is_empty()).then(|| said.to_owned()))
}

/// Keeps ticks and fields until the decision.
fn keep(api: &Api, run: &KeptRun, input: RunAnswerInput) -> Result<RunStatus, AppError> {
    if input.fields.is_none() && input.tick.is_none() && input.untick.is_none() {
        return Err(AppError::new("run_answer_missing"));
    }
    let Some((work, round)) = asked(api, run, &input.task)? else {
        let code = if run.status.is_final() {
            "run_has_ended"
        } else {
            "run_task_not_waiting"
        };
        return Err(AppError::new(code).with("task", &input.task));
    };
    let (row, id) = (run.row, run.id);
    // Read and written in one transaction: two people may tick at once.
    api.store
        .write::<_, AppError>(move |tx| keep_in(tx, row, id, round, &work, &input))?;
    Ok(told(run))
}

fn keep_in(
    tx: &Tx<'_>,
    row: i64,
    id: RunId,
    round: u32,
    work: &Work,
    input: &RunAnswerInput,
) -> Result<(), AppError> {
    let kept = Kept::read(tx.kept_answer(row, &input.task)?, round);
    let kept = checked(kept, work, input)?;
    let text = serde_json::to_string(&kept)
        .map_err(|error| AppError::new("internal").with("detail", error))?;
    Ok(tx.keep_answer(row, id, &input.task, &text)?)
}

/// What is kept with what is given, if that fits.
fn checked(mut kept: Kept, work: &Work, input: &RunAnswerInput) -> Result<Kept, AppError> {
    let ticked: Vec<_> = input
        .tick
        .iter()
        .chain(&input.untick)
        .flatten()
        .cloned()
        .collect();
    let mut given = input.fields.clone().unwrap_or_default().0;
    refuse(work.unfit(&ticked, &given))?;
    work.settle(&mut given);
    kept.add(input, given);
    Ok(kept)
}

fn refuse(found: Vec<Message>) -> Result<(), AppError> {
    match found.into_iter().next() {
        Some(first) => Err(first.into()),
        None => Ok(()),
    }
}

/// The work a task asks a person to do, and the round it is in. Nothing when it asks for none.
fn asked(api: &Api, run: &KeptRun, task: &str) -> Result<Option<(Work, u32)>, AppError> {
    let unreadable = || AppError::new("run_not_readable");
    let definition = definition_of(&api.store, run)?.ok_or_else(unreadable)?;
    let id = TaskId::from(task);
    let unknown = || AppError::new("run_unknown_task").with("task", task);
    let defined = definition.task(&id).ok_or_else(unknown)?;
    let state = state_of(&api.store, run, &definition)?;
    if state.question(&definition, &id) != Some(Question::Work) {
        return Ok(None);
    }
    let round = state.task(&definition, &id).map_or(0, |task| task.round);
    let (work, _) = work_of(&api.store, run, &definition, &state, defined)?;
    Ok(Some((work, round)))
}
