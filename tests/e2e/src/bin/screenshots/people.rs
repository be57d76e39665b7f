//! Runs in which people and files take part: work that was sent back with a reason, a step of another
//! tool that a person does instead, a file that a task left.

use std::fs;

use anyhow::{Context as _, Result};
use flowkeep_e2e::{Desk, Language};
use serde_json::{Value, json};

use crate::runs::start;

/// The runs, by their ids.
pub(super) struct People {
    pub sent_back: String,
    pub stand_in: String,
    pub file: String,
}

/// Makes the workflows and runs them.
///
/// # Errors
/// What the command line says.
pub(super) async fn make(desk: &Desk, language: Language) -> Result<People> {
    for workflow in [letter(language), note(language)] {
        let file = desk.folder().join(format!(
            "{}.json",
            workflow["id"].as_str().context("an id")?
        ));
        fs::write(&file, workflow.to_string())?;
        desk.flowkeep(&["flow", "create", &file.to_string_lossy()])?;
    }
    let drafted = async || -> Result<String> {
        let run = start(desk, "letter", &json!({})).await?;
        let tick =
            desk.flowkeep(&["run", "show", &run])?["tasks"][0]["question"]["checklist"][0]["id"]
                .as_str()
                .context("an item")?
                .to_owned();
        desk.flowkeep(&["run", "answer", &run, "plan", "--tick", &tick, "--approve"])?;
        Ok(run)
    };
    let (stand_in, sent_back) = (drafted().await?, drafted().await?);
    let reason = match language {
        Language::English => "The second paragraph is about the wrong customer.",
        Language::Chinese => "第二段写的不是这位客户。",
    };
    desk.flowkeep(&[
        "run",
        "answer",
        &sent_back,
        "draft",
        "--send-back",
        "plan",
        "--reason",
        reason,
    ])?;
    let file = start(desk, "note", &json!({})).await?;
    Ok(People {
        sent_back,
        stand_in,
        file,
    })
}

fn letter(language: Language) -> Value {
    let (name, plan, draft) = match language {
        Language::English => ("Letters", "Plan the letter", "Draft the letter"),
        Language::Chinese => ("信函", "拟定要点", "起草信函"),
    };
    json!({"id": "letter", "name": name,
        "nodes": {
            "plan": {"type": "human", "name": plan, "checklist": [plan]},
            "draft": {"type": "llm_node", "name": draft,
                "config": {"model": "large", "temperature": 0.2,
                    "prompt": "Write a letter to the customer.\nKeep to one page."}}},
        "edges": [{"from": "plan", "to": "draft"}], "entry_point": "plan"})
}

fn note(language: Language) -> Value {
    let (name, task, text) = match language {
        Language::English => (
            "Daily note",
            "Write the note",
            "Orders 41\nRefunds 2\nAll is well.",
        ),
        Language::Chinese => ("每日简报", "写简报", "订单 41\n退款 2\n一切正常。"),
    };
    json!({"id": "note", "name": name, "tasks": [
        {"id": "write", "name": task, "action": "file.write",
         "params": {"path": "note.txt", "text": text}}]})
}
