//! `agent_*`: who carries attempts out.

use std::collections::{BTreeMap, BTreeSet};

use flowkeep_core::run::action::CAPABILITIES;
use flowkeep_core::run::{Definition, TaskId};
use flowkeep_engine::{Agent, Agents, definition_of};
use flowkeep_store::{AttemptUnderWay, UnservedTask};

use super::settings::keep_as;
use crate::types::{
    AgentInput, AgentList, AgentRow, AgentSetInput, AgentStatus, DoingRow, Nothing, UnservedRow,
};
use crate::{Api, AppError, run_changes, time};

/// Tasks that are told of each agent, and of those that no agent can do.
const TASKS: usize = 10;

/// The agents, and what they carry out now.
///
/// # Errors
/// What the database says.
pub fn list(api: &Api, _: Nothing) -> Result<AgentList, AppError> {
    let agents = Agents::kept(&api.store)?;
    let under_way = api.store.attempts_under_way()?;
    let away = run_changes::is_without_owner(api);
    let mut names = TaskNames::new(api);
    let unserved = unserved(api, &agents, &mut names)?;
    let mut row = |agent: Agent| {
        let its = |one: &&AttemptUnderWay| one.agent.as_ref() == Some(&agent.id);
        let its = under_way.iter().filter(its);
        let running = u32::try_from(its.clone().count()).unwrap_or(u32::MAX);
        let doing = its.take(TASKS).map(|one| names.doing(one));
        Ok(AgentRow {
            doing: doing.collect::<Result<_, AppError>>()?,
            status: if away {
                AgentStatus::Away
            } else if running >= agent.capacity {
                AgentStatus::Busy
            } else {
                AgentStatus::Ready
            },
            id: agent.id,
            capabilities: agent.capabilities,
            capacity: agent.capacity,
            running,
        })
    };
    let limit = agents.limit;
    let items = agents.list.into_iter().map(&mut row);
    let items = items.collect::<Result<Vec<_>, AppError>>()?;
    Ok(AgentList {
        total: u32::try_from(items.len()).unwrap_or(u32::MAX),
        items,
        limit,
        capabilities: CAPABILITIES.to_vec(),
        unserved,
    })
}

/// Tasks that wait and that nobody can do: what was said of them may no longer be so.
fn unserved(
    api: &Api,
    agents: &Agents,
    names: &mut TaskNames<'_>,
) -> Result<Vec<UnservedRow>, AppError> {
    let mut rows = Vec::new();
    for UnservedTask {
        row,
        run,
        workflow_name,
        task,
        message,
    } in api.store.unserved()?
    {
        let needed = message.fields.get("needed").map(String::as_str);
        let needed = needed.unwrap_or_default().split(", ").map(str::to_owned);
        let needed: BTreeSet<String> = needed.filter(|word| !word.is_empty()).collect();
        if rows.len() < TASKS && !agents.serve(&needed) {
            rows.push(UnservedRow {
                run_id: run.to_string(),
                workflow_name,
                task_name: names.of(row, &task)?,
                task: task.0,
                needed,
            });
        }
    }
    Ok(rows)
}

/// What people call tasks, by the definitions of their runs; each is read once.
struct TaskNames<'a> {
    api: &'a Api,
    read: BTreeMap<i64, Option<Definition>>,
}

impl<'a> TaskNames<'a> {
    fn new(api: &'a Api) -> Self {
        Self {
            api,
            read: BTreeMap::new(),
        }
    }

    fn of(&mut self, row: i64, task: &TaskId) -> Result<String, AppError> {
        if !self.read.contains_key(&row) {
            let run = self.api.store.run_at(row)?;
            let definition = run.map(|run| definition_of(&self.api.store, &run));
            self.read.insert(row, definition.transpose()?.flatten());
        }
        let definition = self.read.get(&row).and_then(Option::as_ref);
        let found = definition.and_then(|all| all.task(task));
        Ok(found.map_or_else(|| task.to_string(), |task| task.name.clone()))
    }

    fn doing(&mut self, one: &AttemptUnderWay) -> Result<DoingRow, AppError> {
        Ok(DoingRow {
            run_id: one.run.to_string(),
            workflow_name: one.workflow_name.clone(),
            task_name: self.of(one.row, &one.task)?,
            task: one.task.to_string(),
            since: time::rfc3339(one.started_at),
            data_source: one.data_source.clone(),
        })
    }
}

/// Says who carries attempts out from now on; what is absent stays.
///
/// # Errors
/// `agent_without_id`, `agent_twice`, `agent_too_large`, `agent_capability_unknown`.
pub fn set(api: &Api, input: AgentSetInput) -> Result<AgentList, AppError> {
    let agent = |agent: AgentInput| Agent {
        id: agent.id,
        capabilities: agent.capabilities,
        capacity: agent.capacity,
    };
    let wanted = input.agents;
    let wanted = wanted.map(|agents| agents.into_iter().map(agent).collect::<Vec<_>>());
    let limit = input.limit;
    keep_as(api, "agents", move |tx| {
        let before = Agents::kept_in(tx)?;
        let after = Agents {
            list: wanted.unwrap_or_else(|| before.list.clone()),
            limit: limit.map_or(before.limit, |limit| Some(limit).filter(|limit| *limit > 0)),
        };
        if let Some(fault) = after.fault() {
            return Err(fault.into());
        }
        if after == before {
            return Ok(false);
        }
        after.keep(tx)?;
        Ok(true)
    })?;
    list(api, Nothing {})
}
