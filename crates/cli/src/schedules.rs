//! `schedule` and `event`: what starts workflows beside people.

use std::io::{self, Write as _};

use flowkeep_api::types::{
    EventEmitInput, ScheduleAllInput, ScheduleListInput, ScheduleRef, ScheduleRow,
};
use flowkeep_api::{Api, AppError, Catalogue, schedules};
use flowkeep_core::visible;

use crate::output::{Out, Outcome, Output, table};
use crate::run_args::{Event, Schedule};

pub(crate) fn run(api: &Api, output: &Output, verb: Schedule) -> Result<Outcome, AppError> {
    let one = match verb {
        Schedule::List => {
            let list = schedules::list(api, ScheduleListInput::default())?;
            output.print(&list, |catalogue, out| rows(&list.items, catalogue, out))?;
            return Ok(Outcome::Done);
        }
        Schedule::Resume { all: true, .. } => {
            let list = schedules::resume_all(api, ScheduleAllInput::default())?;
            output.print(&list, |catalogue, out| rows(&list.items, catalogue, out))?;
            return Ok(Outcome::Done);
        }
        Schedule::Pause { id } => schedules::pause(api, ScheduleRef { id })?,
        Schedule::Resume { id, .. } => {
            let id = id.unwrap_or_default();
            schedules::resume(api, ScheduleRef { id })?
        }
    };
    let one = std::slice::from_ref(&one);
    output.print(&one[0], |catalogue, out| rows(one, catalogue, out))?;
    Ok(Outcome::Done)
}

/// What could not be started leaves it done in part.
pub(crate) fn emit(api: &Api, output: &Output, verb: Event) -> Result<Outcome, AppError> {
    let Event::Emit { name, context } = verb;
    // A task that calls this says of which run it is.
    let run = std::env::var("FLOWKEEP_RUN").ok();
    let emitted = schedules::emit(api, EventEmitInput { name, context, run })?;
    output.print(&emitted, |catalogue, out| {
        if emitted.started.is_empty() && emitted.refused.is_empty() {
            writeln!(out, "{}", catalogue.word("cli_event_nothing"))?;
        }
        for run in &emitted.started {
            writeln!(out, "{run}")?;
        }
        for one in &emitted.refused {
            let why = catalogue.say(&one.why);
            writeln!(out, "{}: {why}", visible(&one.workflow_id))?;
        }
        Ok(())
    })?;
    Ok(if emitted.refused.is_empty() {
        Outcome::Done
    } else {
        Outcome::InPart
    })
}

fn rows(items: &[ScheduleRow], catalogue: &Catalogue, out: &mut Out) -> io::Result<()> {
    if items.is_empty() {
        return writeln!(out, "{}", catalogue.word("cli_schedule_none"));
    }
    let rows = items.iter().map(|one| {
        let hindered = one
            .hindered
            .iter()
            .filter(|why| one.why.as_ref() != Some(why));
        let why = one.why.iter().chain(hindered).chain(&one.also);
        let why: Vec<_> = why.map(|why| catalogue.told(why)).collect();
        [
            visible(&one.workflow_id).into_owned(),
            visible(&one.name).into_owned(),
            when(one, catalogue),
            why.join(&catalogue.word("clause_separator")),
        ]
    });
    let columns = ["id", "workflow", "next", "why"];
    table(catalogue, out, columns, rows)
}

fn when(one: &ScheduleRow, catalogue: &Catalogue) -> String {
    let awaited = one.event.as_ref().or(one.folder.as_ref());
    match (&one.next, awaited) {
        _ if one.paused => catalogue.word("schedule_paused"),
        (Some(next), _) => catalogue.when(next),
        (None, Some(what)) => visible(what).to_string(),
        (None, None) => catalogue.word("schedule_never"),
    }
}
