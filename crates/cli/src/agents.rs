//! `agent`: who carries attempts out.

use std::io::Write as _;

use flowkeep_api::types::{AgentList, AgentSetInput, AgentStatus, DoingRow, Nothing, UnservedRow};
use flowkeep_api::{Api, AppError, agents};
use flowkeep_core::visible;

use crate::output::{Outcome, Output, table};
use crate::read;
use crate::run_args::Agent;

/// What `agent list` tells of an agent beside what it is.
const TOLD: [&str; 3] = ["status", "running", "doing"];

pub(crate) fn run(api: &Api, output: &Output, verb: Agent) -> Result<Outcome, AppError> {
    let list = match verb {
        Agent::List => agents::list(api, Nothing {})?,
        Agent::Set {
            agents_file,
            run_limit,
        } => {
            let given = agents_file.as_deref();
            let given = given.map(|file| read::items(file, &TOLD, "agents_unreadable"));
            let input = AgentSetInput {
                agents: given.transpose()?,
                limit: run_limit,
            };
            agents::set(api, input)?
        }
    };
    print(output, &list)
}

fn print(output: &Output, list: &AgentList) -> Result<Outcome, AppError> {
    output.print(list, |catalogue, out| {
        let rows = list.items.iter().map(|agent| {
            let status = catalogue.word(match agent.status {
                AgentStatus::Ready => "agent_ready",
                AgentStatus::Busy => "agent_busy",
                AgentStatus::Away => "agent_away",
            });
            let able: Vec<_> = agent.capabilities.iter().map(String::as_str).collect();
            let busy = format!("{}/{}", agent.running, agent.capacity);
            [
                visible(&agent.id).into_owned(),
                status,
                busy,
                able.join(" "),
            ]
        });
        table(catalogue, out, ["agent", "state", "at_once", "able"], rows)?;
        for agent in &list.items {
            for doing in &agent.doing {
                let DoingRow {
                    run_id,
                    workflow_name,
                    task_name,
                    ..
                } = doing;
                let (of, task) = (visible(workflow_name), visible(task_name));
                let said = format!("{of} · {task}  {run_id}");
                writeln!(out, "{}", catalogue.labelled(&visible(&agent.id), &said))?;
            }
        }
        for UnservedRow {
            run_id,
            workflow_name,
            task_name,
            needed,
            ..
        } in &list.unserved
        {
            let needed: Vec<_> = needed.iter().map(String::as_str).collect();
            let fields: [(&str, &dyn std::fmt::Display); 2] =
                [("task", task_name), ("needed", &needed.join(", "))];
            let said = catalogue.sentence("run_no_agent", &fields);
            writeln!(out, "{run_id}  {} · {said}", visible(workflow_name))?;
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
