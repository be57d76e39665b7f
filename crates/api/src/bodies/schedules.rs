//! `schedule_*` and `event_emit`: what starts workflows beside people.
//!
//! Absent on purpose: starting what is due. That is the engine's, in the one process that owns it.

use flowkeep_core::Message;
use flowkeep_core::json::print;
use flowkeep_core::run::Moment;
use flowkeep_core::schedule::Schedule;
use flowkeep_core::trigger::{Times, Trigger, WatchTrouble};
use flowkeep_engine::{Emitted, hindrance, hindrances, listening};
use flowkeep_host::local_zone;
use flowkeep_store::{NewOperation, Paused, ScheduleRecord, StoreError, Tx};

use crate::types::{
    EventEmitInput, EventEmitted, EventRefused, Nothing, ScheduleAllInput, ScheduleCause,
    ScheduleHeld, ScheduleList, ScheduleListInput, SchedulePreview, SchedulePreviewInput,
    ScheduleRef, ScheduleRow, ScheduleSeenInput,
};
use crate::{Api, AppError, time};

/// How many workflows are named that did not start at their times.
const MISSING: usize = 5;

/// How many workflows are named that wait for somebody to switch them on.
const NAMED: usize = 3;

/// How many times of a schedule that is being written are shown.
const SHOWN: usize = 3;

/// What starts workflows beside people, the next to start first.
///
/// # Errors
/// What the database says.
pub fn list(api: &Api, input: ScheduleListInput) -> Result<ScheduleList, AppError> {
    let kept = match &input.workflow {
        Some(workflow) => api.store.schedule(workflow)?.into_iter().collect(),
        None => api.store.schedules()?,
    };
    let held = held(&kept);
    let now = Moment(api.clock.now().0);
    let here = local_zone();
    // All of them are not read on each look at the first screen.
    let alone = input.workflow.is_some();
    let rows = kept
        .into_iter()
        .map(|one| Ok((one.clone(), current(api, one, alone, (now, &here))?)));
    let mut rows = rows.collect::<Result<Vec<_>, AppError>>()?;
    // What has no next time comes last.
    rows.sort_by_cached_key(|(_, row)| (row.next.is_none(), row.next.clone(), row.name.clone()));
    let total = count(rows.len());
    let most = input.limit.map_or(usize::MAX, |limit| {
        usize::try_from(limit).unwrap_or(usize::MAX)
    });
    let connected = api.connected()?;
    let mut missing = Vec::new();
    for (at, (kept, row)) in rows.iter_mut().enumerate() {
        let is_missing = missing.len() < MISSING && (row.missed > 0 || is_troubled(row));
        if !row.paused && (is_missing || at < most) {
            hinder(row, hindrances(&api.store, &connected, kept)?);
        }
        if is_missing {
            missing.push(row.clone());
        }
    }
    rows.truncate(most);
    Ok(ScheduleList {
        total,
        items: rows.into_iter().map(|(_, row)| row).collect(),
        held,
        missing,
    })
}

/// When a schedule that is being written would start.
///
/// # Errors
/// None.
pub fn preview(api: &Api, input: SchedulePreviewInput) -> Result<SchedulePreview, AppError> {
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let times = Times {
        cron: given(input.cron),
        zone: given(input.zone),
        missed: None,
    };
    let now = Moment(api.clock.now().0);
    Ok(match Schedule::read(&times, &local_zone()) {
        Ok(schedule) => {
            let next = std::iter::successors(schedule.next(now), |last| schedule.next(*last));
            SchedulePreview {
                next: next.take(SHOWN).map(|at| time::rfc3339(at.0)).collect(),
                zone: Some(schedule.zone().to_owned()),
                problem: None,
            }
        }
        Err(problem) => SchedulePreview {
            zone: None,
            next: Vec::new(),
            problem: Some(problem),
        },
    })
}

/// Lets nothing start a workflow by itself for now.
///
/// # Errors
/// `schedule_unknown`.
pub fn pause(api: &Api, input: ScheduleRef) -> Result<ScheduleRow, AppError> {
    change(api, find(api, &input.id)?, "schedule_pause", |tx, kept| {
        Ok(tx.pause_schedules(Some(&kept.workflow_id), Paused::Person)? > 0)
    })
}

/// Lets a workflow start by itself again; its times begin now. What will keep it from starting is
/// answered at once, while somebody is there.
///
/// # Errors
/// `schedule_unknown`.
pub fn resume(api: &Api, input: ScheduleRef) -> Result<ScheduleRow, AppError> {
    let kept = find(api, &input.id)?;
    let hindrance = hindrance(&api.store, &*api.connected()?, &kept)?;
    change(api, kept, "schedule_resume", move |tx, kept| {
        resume_one(tx, kept, hindrance.as_ref())
    })
}

/// Lets workflows start by themselves again that nobody here has paused.
///
/// # Errors
/// What the database says.
pub fn resume_all(api: &Api, input: ScheduleAllInput) -> Result<ScheduleList, AppError> {
    let connected = api.connected()?;
    let mut chosen = Vec::new();
    for kept in waiting(api, input.cause)? {
        let hindrance = hindrance(&api.store, &connected, &kept)?;
        chosen.push((kept, hindrance));
    }
    change_all(api, "schedules_resume", chosen, |tx, (kept, hindrance)| {
        resume_one(tx, kept, hindrance.as_ref())
    })
}

/// Somebody wants that workflows go on not starting by themselves, that nobody here has paused yet.
///
/// # Errors
/// What the database says.
pub fn leave_all(api: &Api, input: ScheduleAllInput) -> Result<ScheduleList, AppError> {
    let chosen = waiting(api, input.cause)?;
    change_all(api, "schedules_leave", chosen, |tx, kept| {
        Ok(tx.pause_schedules(Some(&kept.workflow_id), Paused::Person)? > 0)
    })
}

/// Somebody has been told that a workflow did not start.
///
/// # Errors
/// What the database says.
pub fn seen(api: &Api, input: ScheduleSeenInput) -> Result<Nothing, AppError> {
    let seen = api.store.write::<_, StoreError>(move |tx| {
        tx.schedule_seen(&input.id, input.missed)?;
        Ok(Nothing {})
    });
    Ok(seen?)
}

/// Starts what listens to something that happened.
///
/// # Errors
/// `event_unnamed`; what the database says.
pub fn emit(api: &Api, input: EventEmitInput) -> Result<EventEmitted, AppError> {
    let name = input.name.trim().to_owned();
    if name.is_empty() {
        return Err(AppError::new("event_unnamed"));
    }
    // A run of another data folder has no chain here.
    let by = input.run.and_then(|run| run.parse().ok());
    let chain = by.map(|run| api.store.chain_of(run)).transpose()?;
    let event = Emitted {
        name,
        context: print(&input.context.unwrap_or_default().into_value()),
        chain: chain.flatten().map_or(0, |chain| chain.saturating_add(1)),
    };
    let found = listening(&api.store, &*api.connected()?, &event)?;
    let (start, refused) = (found.start, found.refused.clone());
    let now = Moment(api.clock.now().0);
    let listened = api.store.write::<_, StoreError>(move |tx| {
        for (workflow, why) in &refused {
            tx.event_missed(workflow, now, why)?;
        }
        tx.start_listeners(&start)
    })?;
    api.wake_engine();
    let refused = found.refused.into_iter().chain(listened.refused);
    Ok(EventEmitted {
        started: listened.started.iter().map(ToString::to_string).collect(),
        refused: refused
            .map(|(workflow_id, why)| EventRefused { workflow_id, why })
            .collect(),
    })
}

/// Says what will keep a workflow that was written just now from starting by itself, while somebody
/// is there.
///
/// # Errors
/// What the database says.
pub(super) fn tell_hindrance(api: &Api, workflow: &str) -> Result<(), AppError> {
    let kept = api.store.schedule(workflow)?;
    let Some(kept) = kept.filter(|kept| kept.paused.is_none()) else {
        return Ok(());
    };
    if let Some(why) = hindrance(&api.store, &*api.connected()?, &kept)? {
        api.store.write::<_, StoreError>(move |tx| {
            tx.schedule_hindered(&kept.workflow_id, &why)?;
            Ok(())
        })?;
    }
    Ok(())
}

fn find(api: &Api, id: &str) -> Result<ScheduleRecord, AppError> {
    let unknown = || AppError::new("schedule_unknown").with("id", id);
    api.store.schedule(id)?.ok_or_else(unknown)
}

fn change(
    api: &Api,
    there: ScheduleRecord,
    operation: &'static str,
    change: impl FnOnce(&Tx<'_>, &ScheduleRecord) -> Result<bool, StoreError> + Send + 'static,
) -> Result<ScheduleRow, AppError> {
    let id = there.workflow_id.clone();
    let (actor, face) = (api.actor()?, api.face().as_str());
    api.store.write::<_, StoreError>(move |tx| {
        if change(tx, &there)? {
            tell(tx, &actor, face, operation, Some(&there.name))?;
        }
        Ok(())
    })?;
    let now = Moment(api.clock.now().0);
    Ok(row(find(api, &id)?, now, &local_zone()))
}

fn change_all<T: Send + 'static>(
    api: &Api,
    operation: &'static str,
    chosen: Vec<T>,
    change: impl Fn(&Tx<'_>, &T) -> Result<bool, StoreError> + Send + 'static,
) -> Result<ScheduleList, AppError> {
    let (actor, face) = (api.actor()?, api.face().as_str());
    api.store.write::<_, StoreError>(move |tx| {
        let mut changed = false;
        for one in &chosen {
            changed |= change(tx, one)?;
        }
        if changed {
            tell(tx, &actor, face, operation, None)?;
        }
        Ok(())
    })?;
    list(api, ScheduleListInput::default())
}

/// Lets it start by itself again, as it was paused when somebody wanted so.
fn resume_one(
    tx: &Tx<'_>,
    kept: &ScheduleRecord,
    hindrance: Option<&Message>,
) -> Result<bool, StoreError> {
    let Some(paused) = kept.paused else {
        return Ok(false);
    };
    let resumed = tx.resume_schedule(&kept.workflow_id, paused)?;
    if resumed && let Some(why) = hindrance {
        tx.schedule_hindered(&kept.workflow_id, why)?;
    }
    Ok(resumed)
}

/// Those that wait for somebody to say so, for this reason or any.
fn waiting(api: &Api, cause: Option<ScheduleCause>) -> Result<Vec<ScheduleRecord>, AppError> {
    let mut kept = api.store.schedules()?;
    kept.retain(|one| {
        let found = one.paused.and_then(cause_of);
        found.is_some() && (cause.is_none() || found == cause)
    });
    Ok(kept)
}

/// Those that wait, by why.
fn held(kept: &[ScheduleRecord]) -> Vec<ScheduleHeld> {
    let causes = [
        ScheduleCause::Clock,
        ScheduleCause::BroughtIn,
        ScheduleCause::Before,
    ];
    let of = |cause| {
        let mut alike = kept
            .iter()
            .filter(|one| one.paused.and_then(cause_of) == Some(cause));
        let first = alike.next()?;
        let others = alike.clone();
        let names = std::iter::once(first).chain(alike).take(NAMED);
        Some(ScheduleHeld {
            cause,
            why: first.paused.and_then(because)?,
            count: count(others.count()).saturating_add(1),
            names: names.map(|one| one.name.clone()).collect(),
        })
    };
    causes.into_iter().filter_map(of).collect()
}

fn tell(
    tx: &Tx<'_>,
    actor: &str,
    face: &str,
    operation: &str,
    name: Option<&str>,
) -> Result<(), StoreError> {
    let new = NewOperation {
        actor,
        face,
        operation,
        name,
        undoes: None,
        items: &[],
    };
    tx.record_operation(tx.next_operation_id()?, &new)
}

/// As it is at this moment: what kept it from starting when it was switched on may be over. `alone`:
/// what keeps it from starting is looked for even where nothing did so far.
fn current(
    api: &Api,
    mut kept: ScheduleRecord,
    alone: bool,
    (now, here): (Moment, &str),
) -> Result<ScheduleRow, AppError> {
    // What a look at its folder said stays until the next one says otherwise.
    let of_start = |why: &Message| WatchTrouble::told_by(why).is_none();
    let asks = kept.trouble.as_ref().map_or(alone, of_start);
    if kept.paused.is_none() && kept.missed == 0 && asks {
        kept.trouble = hindrance(&api.store, &*api.connected()?, &kept)?;
    }
    Ok(row(kept, now, here))
}

/// When a workflow starts by itself from a moment on; never, while it is paused or nothing but an event starts it.
pub(super) fn times_from(
    kept: &ScheduleRecord,
    from: Moment,
    here: &str,
) -> impl Iterator<Item = Moment> + use<> {
    let schedule = match &kept.trigger {
        Trigger::Schedule(times) if kept.paused.is_none() => Schedule::read(times, here).ok(),
        _ => None,
    };
    let first = schedule.as_ref().and_then(|schedule| schedule.next(from));
    std::iter::successors(first, move |last| schedule.as_ref()?.next(*last))
}

fn row(kept: ScheduleRecord, now: Moment, here: &str) -> ScheduleRow {
    let trigger = kept.trigger.word().to_owned();
    let mut why = kept.paused.map_or(kept.trouble, because);
    let (mut next, mut cron, mut zone, mut event, mut watch) = (None, None, None, None, None);
    match kept.trigger {
        Trigger::Schedule(times) => {
            match Schedule::read(&times, here) {
                Ok(schedule) => {
                    // What is due at this moment is about to start.
                    let from = kept.looked_at.max(now);
                    next = schedule.next(from).filter(|_| kept.paused.is_none());
                    zone = Some(schedule.zone().to_owned());
                }
                Err(problem) => why = Some(problem),
            }
            cron = times.cron;
        }
        Trigger::Event(listened) => {
            event = Some(listened.name.unwrap_or_else(|| kept.workflow_id.clone()));
        }
        Trigger::Watch(watched) => watch = Some(watched),
    }
    let told = |at: Moment| time::rfc3339(at.0);
    ScheduleRow {
        next: next.map(told),
        paused: kept.paused.is_some(),
        trigger,
        cron,
        zone,
        event,
        folder: watch.as_ref().map(|watch| watch.folder.clone()),
        pattern: watch.and_then(|watch| watch.pattern),
        why,
        hindered: None,
        also: Vec::new(),
        last_started: kept.last_started.map(told),
        last_run: kept.last_run,
        missed: kept.missed,
        last_missed: kept.last_missed.map(told),
        workflow_id: kept.workflow_id,
        name: kept.name,
    }
}

/// Says what keeps it from starting now, each once.
fn hinder(row: &mut ScheduleRow, mut all: Vec<Message>) {
    row.hindered = all.first().cloned();
    all.retain(|one| Some(one) != row.hindered.as_ref() && Some(one) != row.why.as_ref());
    row.also = all;
}

/// Whether it goes on and did not start the last time.
fn is_troubled(row: &ScheduleRow) -> bool {
    !row.paused && row.why.is_some()
}

const fn cause_of(paused: Paused) -> Option<ScheduleCause> {
    match paused {
        Paused::Person => None,
        Paused::BroughtIn => Some(ScheduleCause::BroughtIn),
        Paused::Before => Some(ScheduleCause::Before),
        Paused::Clock(_) => Some(ScheduleCause::Clock),
    }
}

/// Why it is paused, where nobody wanted so.
fn because(paused: Paused) -> Option<Message> {
    match paused {
        Paused::Person => None,
        Paused::BroughtIn => Some(Message::new("schedule_brought_in")),
        Paused::Before => Some(Message::new("schedule_from_before")),
        Paused::Clock(jumped) => {
            let code = if jumped > 0 {
                "schedule_clock_ahead"
            } else {
                "schedule_clock_back"
            };
            let minutes = jumped.unsigned_abs() / 60_000;
            Some(Message::new(code).with("minutes", minutes))
        }
    }
}

fn count(many: usize) -> u32 {
    u32::try_from(many).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use flowkeep_core::{Format, Kind};
    use serde_json::json;

    use super::*;
    use crate::types::{CreateInput, UpdateInput};
    use crate::{documents, testing};

    /// What keeps a start away may be over by now; what a look at a folder said is not.
    #[test]
    fn why_a_folder_cannot_be_watched_is_told_until_it_can() {
        let root = tempfile::tempdir().unwrap();
        let api = testing::open(&root.path().join("data"));
        let workflow = CreateInput {
            text: json!({"id": "w", "name": "W", "trigger": "event", "watch": {"folder": "/in"},
                "tasks": [{"id": "a", "action": "wait", "params": {"ms": 0}}]})
            .to_string(),
            format: Format::Json,
            id: None,
            name: None,
        };
        documents::create(&api, Kind::Workflow, workflow).unwrap();
        let why = |told: &'static str| {
            let told = Message::new(told);
            let said = move |tx: &Tx<'_>| tx.schedule_trouble("w", &told);
            api.store.write::<_, StoreError>(said).unwrap();
            let list = list(&api, ScheduleListInput::default()).unwrap();
            let told = |row: &ScheduleRow| row.why.as_ref().map(|why| why.code.clone());
            (told(&list.items[0]), list.missing.len())
        };
        let unreadable = Some("watch_unreadable".to_owned());
        assert_eq!(why("watch_unreadable"), (unreadable, 1));
        assert_eq!(why("schedule_untrusted"), (None, 0), "it would start now");
    }

    #[test]
    fn input_that_nobody_gives_is_named_when_a_schedule_is_saved() {
        let root = tempfile::tempdir().unwrap();
        let api = testing::open(&root.path().join("data"));
        let text = |ms: serde_json::Value| {
            json!({"id": "w", "name": "W", "schedule": {"cron": "0 2 * * *"},
                "tasks": [{"id": "a", "action": "wait", "params": {"ms": ms}}]})
            .to_string()
        };
        let workflow = CreateInput {
            text: text("${context.month}".into()),
            format: Format::Json,
            id: None,
            name: None,
        };
        documents::create(&api, Kind::Workflow, workflow).unwrap();
        let hindered = std::cell::Cell::new(None);
        let found = |workflow: Option<&str>| {
            let workflow = workflow.map(str::to_owned);
            let input = ScheduleListInput {
                workflow,
                ..ScheduleListInput::default()
            };
            let list = list(&api, input).unwrap();
            let code = |why: &Option<Message>| why.as_ref().map(|why| why.code.clone());
            let row = &list.items[0];
            hindered.set(code(&row.hindered));
            (code(&row.why), list.missing.len())
        };
        let not_given = Some("input_not_given".to_owned());
        assert_eq!(found(None), (not_given.clone(), 1));
        // Of those that were on before it is said where they are looked at.
        seen(
            &api,
            ScheduleSeenInput {
                id: "w".to_owned(),
                missed: 0,
            },
        )
        .unwrap();
        assert_eq!(found(None), (None, 0));
        // Who has been told reads it beside the next time all the same.
        assert_eq!(hindered.take(), not_given);
        assert_eq!(found(Some("w")), (not_given, 1));
        let update = UpdateInput {
            id: "w".to_owned(),
            text: text(1.into()),
            format: None,
            base_revision: None,
        };
        documents::update(&api, Kind::Workflow, update).unwrap();
        assert_eq!(found(Some("w")), (None, 0));
        assert_eq!(hindered.take(), None);
    }
}
