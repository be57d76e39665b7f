//! `agent`: who carries attempts out.

use std::io::Write as _;
use std::path::Path;

use flowkeep_api::types::{AgentInput, AgentList, AgentSetInput, AgentStatus, Nothing};
use flowkeep_api::{Api, AppError, agents};
use flowkeep_core::visible;
use serde_json::Value;

use crate::output::{Outcome, Output};
use crate::read;
use crate::run_args::Agent;

pub(crate) fn run(api: &Api, output: &Output, verb: Agent) -> Result<Outcome, AppError> {
    let list = match verb {
        Agent::List => agents::list(api, Nothing {})?,
        Agent::Set {
            agents_file,
            run_limit,
        } => {
            let given = agents_file.as_deref().map(given).transpose()?;
            agents::set(
                api,
                AgentSetInput {
                    agents: given,
                    limit: run_limit,
                },
            )?
        }
    };
    print(output, &list)
}

/// The list as `agent list` prints it, or its items alone.
fn given(file: &Path) -> Result<Vec<AgentInput>, AppError> {
    let unreadable = |error: serde_json::Error| {
        AppError::new("agents_unreadable")
            .with("path", file.display())
            .with("detail", error)
    };
    let mut value: Value = serde_json::from_slice(&read::bytes(file)?).map_err(unreadable)?;
    if let Some(items) = value.get_mut("items") {
        value = items.take();
    }
    serde_json::from_value(value).map_err(unreadable)
}

fn print(output: &Output, list: &AgentList) -> Result<Outcome, AppError> {
    output.print(list, |catalogue, out| {
        for agent in &list.items {
            let status = catalogue.word(match agent.status {
                AgentStatus::Ready => "agent_ready",
                AgentStatus::Busy => "agent_busy",
                AgentStatus::Away => "agent_away",
            });
            let able: Vec<_> = agent.capabilities.iter().map(String::as_str).collect();
            let (id, running, most) = (visible(&agent.id), agent.running, agent.capacity);
            writeln!(out, "{id}  {status}  {running}/{most}  {}", able.join(" "))?;
        }
        if let Some(limit) = list.limit {
            writeln!(
                out,
                "{}",
                catalogue.sentence("cli_agent_limit", &[("limit", &limit)])
            )?;
        }
        Ok(())
    })?;
    Ok(Outcome::Done)
}
