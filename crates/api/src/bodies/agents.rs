//! `agent_*`: who carries attempts out.

use flowkeep_engine::{Agent, Agents};
use flowkeep_store::NewOperation;

use crate::types::{AgentInput, AgentList, AgentRow, AgentSetInput, AgentStatus, Nothing};
use crate::{Api, AppError, run_changes};

/// The agents, and what they carry out now.
///
/// # Errors
/// What the database says.
pub fn list(api: &Api, _: Nothing) -> Result<AgentList, AppError> {
    let agents = Agents::kept(&api.store)?;
    let running = api.store.running_by_agent()?;
    let away = run_changes::is_without_owner(api);
    let row = |agent: Agent| {
        let running = running.get(&agent.id).copied().unwrap_or_default();
        AgentRow {
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
        }
    };
    let items: Vec<_> = agents.list.into_iter().map(row).collect();
    Ok(AgentList {
        total: u32::try_from(items.len()).unwrap_or(u32::MAX),
        items,
        limit: agents.limit,
    })
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
    let (actor, face) = (api.actor()?, api.face().as_str());
    let changed = api.store.write::<_, AppError>(move |tx| {
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
        let operation = NewOperation {
            actor: &actor,
            face,
            operation: "settings",
            name: Some("agents"),
            undoes: None,
            items: &[],
        };
        tx.record_operation(tx.next_operation_id()?, &operation)?;
        Ok(true)
    })?;
    if changed {
        api.wake_engine();
    }
    list(api, Nothing {})
}
