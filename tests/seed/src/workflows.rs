//! The workflows whose runs are made: small businesses have such.

use anyhow::{Result, anyhow};
use flowkeep_core::run::Definition;
use flowkeep_core::{Document, Format};
use serde_json::{Value, json};

use crate::calendar::Hours;

/// A workflow.
pub(crate) struct Workflow {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) text: String,
    pub(crate) definition: Definition,
    /// How many of a hundred runs are its own.
    pub(crate) weight: u64,
    pub(crate) hours: Hours,
    /// Tasks that a condition can leave out.
    pub(crate) optional: usize,
    /// Whether a person is asked at the end.
    pub(crate) asks: bool,
}

/// How tasks hang together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// One after another.
    Chain,
    /// All after the first, and one after all of them.
    Fan,
    /// One after another, then a person.
    Asking,
}

/// What is told of a workflow.
struct Told {
    id: &'static str,
    name: &'static str,
    shape: Shape,
    weight: u64,
    hours: Hours,
    steps: &'static [&'static str],
}

const TOLD: [Told; 6] = [
    Told {
        id: "nightly-close",
        name: "Nightly close of books",
        shape: Shape::Chain,
        weight: 24,
        hours: Hours::Nightly(90),
        steps: &[
            "Read bookings",
            "Match payments",
            "Post differences",
            "Close the day",
            "Print the journal",
        ],
    },
    Told {
        id: "orders-sync",
        name: "Sync orders with the shop",
        shape: Shape::Fan,
        weight: 38,
        hours: Hours::Hourly,
        steps: &[
            "Fetch new orders",
            "Check stock",
            "Reserve goods",
            "Update customers",
            "Send confirmations",
        ],
    },
    Told {
        id: "stock-report",
        name: "库存日报",
        shape: Shape::Chain,
        weight: 16,
        hours: Hours::Nightly(18 * 60),
        steps: &["读取库存", "汇总仓库", "计算缺货", "生成报表", "发送邮件"],
    },
    Told {
        id: "customer-import",
        name: "客户资料导入",
        shape: Shape::Asking,
        weight: 10,
        hours: Hours::Office,
        steps: &["读取文件", "检查重复", "补全地址", "写入资料库"],
    },
    Told {
        id: "invoice-run",
        name: "Invoice run",
        shape: Shape::Asking,
        weight: 8,
        hours: Hours::Office,
        steps: &[
            "Collect deliveries",
            "Work out prices",
            "Write invoices",
            "Post to the ledger",
        ],
    },
    Told {
        id: "export-clean-up",
        name: "Clean up old exports",
        shape: Shape::Fan,
        weight: 4,
        hours: Hours::Weekly(180),
        steps: &[
            "List exports",
            "Find what is old",
            "Pack what is kept",
            "Remove the rest",
        ],
    },
];

/// The workflows, each with so many tasks.
///
/// # Errors
/// When one of them would not start.
pub(crate) fn workflows(tasks: usize) -> Result<Vec<Workflow>> {
    TOLD.iter().map(|told| workflow(told, tasks)).collect()
}

fn workflow(told: &Told, count: usize) -> Result<Workflow> {
    let &Told {
        id,
        name,
        shape,
        weight,
        hours,
        steps,
    } = told;
    let asks = shape == Shape::Asking && count > 2;
    let tries = 2.min(count - 1);
    let optional = if asks {
        0
    } else {
        tries.min(count.saturating_sub(2))
    };
    let main = count - optional;
    let tasks: Vec<_> = (0..count)
        .map(|at| {
            let mut task = work(steps, at);
            task["retry"] = json!({"limit": tries, "delay": 5000});
            let before = match shape {
                _ if at == 0 => Vec::new(),
                _ if at >= main => vec![main - 1],
                Shape::Fan if at + 1 < main => vec![0],
                Shape::Fan if main > 2 => (1..at).collect(),
                _ => vec![at - 1],
            };
            let before: Vec<_> = before.into_iter().map(task_id).collect();
            task["dependsOn"] = json!(before);
            if at >= main {
                task["condition"] = json!(format!("${{context.{}}}", condition(at - main)));
            }
            if asks && at + 1 == count {
                task["name"] = json!("Approve");
                task["action"] = json!("manual");
                task["params"] = json!({"instruction": "Look through the result and approve it."});
                drop(
                    task.as_object_mut()
                        .and_then(|task| task.remove("dataSource")),
                );
            }
            task
        })
        .collect();
    let text = json!({"id": id, "name": name, "priority": 5, "maxConcurrent": 3, "trigger": "api",
        "tasks": tasks});
    let text = serde_json::to_string_pretty(&text)?;
    let document = Document::parse(Format::Json, text.clone())
        .map_err(|message| anyhow!("{id}: {message:?}"))?;
    let definition =
        Definition::read(document.value()).map_err(|found| anyhow!("{id}: {:?}", found.errors))?;
    Ok(Workflow {
        id,
        name,
        text,
        definition,
        weight,
        hours,
        optional,
        asks,
    })
}

/// The key of the context that says whether an optional task is wanted.
pub(crate) fn condition(optional: usize) -> &'static str {
    ["details", "archive"][optional.min(1)]
}

fn task_id(at: usize) -> String {
    format!("step-{:03}", at + 1)
}

fn work(steps: &[&str], at: usize) -> Value {
    let (name, round) = (steps[at % steps.len()], at / steps.len());
    let name = if round == 0 {
        name.to_owned()
    } else {
        format!("{name} ({})", round + 1)
    };
    let (action, params) = match at % 4 {
        0 => (
            "sql.query",
            json!({"sql": "SELECT id, state FROM item WHERE day = ?", "args": ["${context.day}"]}),
        ),
        1 => (
            "http.request",
            json!({"method": "POST", "url": "http://127.0.0.1:9/check"}),
        ),
        2 => (
            "sql.execute",
            json!({"sql": "UPDATE item SET state = 'done' WHERE day = ?", "args": ["${context.day}"]}),
        ),
        _ => (
            "program.run",
            json!({"program": "report", "args": ["--day", "${context.day}"]}),
        ),
    };
    let mut task = json!({"id": task_id(at), "name": name, "action": action, "params": params});
    if action.starts_with("sql") {
        task["dataSource"] = json!("local");
    }
    task
}
