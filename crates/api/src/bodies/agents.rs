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
    let before = Agents::kept(&api.store)?;
    let agent = |agent: AgentInput| Agent {
        id: agent.id,
        capabilities: agent.capabilities,
        capacity: agent.capacity,
    };
    let after = Agents {
        list: match input.agents {
            Some(agents) => agents.into_iter().map(agent).collect(),
            None => before.list.clone(),
        },
        limit: input
            .limit
            .map_or(before.limit, |limit| Some(limit).filter(|limit| *limit > 0)),
    };
    if let Some(fault) = after.fault() {
        return Err(fault.into());
    }
    if after != before {
        let (actor, face) = (api.actor()?, api.face().as_str());
        api.store.write::<_, AppError>(move |tx| {
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
            Ok(())
        })?;
        api.wake_engine();
    }
    list(api, Nothing {})
}
