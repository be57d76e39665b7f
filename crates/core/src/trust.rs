//! Whether a workflow writes, calls or runs something, and so asks for trust before its first run
//! when it came from elsewhere (contracts, "Trust"). What is not known to be harmless asks.

use crate::Value;
use crate::run::redis::only_reads;
use crate::shape::{Item, Shape, items};

/// Actions that neither write nor call nor run anything.
const HARMLESS: [&str; 8] = [
    "record.get",
    "record.find",
    "record.search",
    "table_list.read",
    "wait",
    "branch",
    "manual",
    "DataSourceTaskExecutor.determineDataSource",
];

/// Words that make an SQL text more than a question.
const WRITING_SQL: [&str; 22] = [
    "insert", "update", "delete", "replace", "merge", "drop", "create", "alter", "truncate",
    "grant", "revoke", "call", "exec", "execute", "do", "load", "outfile", "dumpfile", "attach",
    "pragma", "set", "vacuum",
];

/// Whether running this workflow could do more than read and ask people.
pub(crate) fn runs_something(workflow: &Value) -> bool {
    match Shape::of(workflow) {
        Shape::Stages | Shape::Empty => false,
        Shape::Graph => !items(workflow, "nodes").is_empty(),
        Shape::Tasks | Shape::Chain => items(workflow, "tasks").iter().any(task_runs_something),
    }
}

fn task_runs_something(task: &Item<'_>) -> bool {
    let Some(action) = task.value.get("action").and_then(Value::as_str) else {
        // A task without action is a manual step, unless another tool's key says what it does.
        return ["type", "function", "command", "script", "handler"]
            .iter()
            .any(|key| task.value.get(key).is_some_and(|value| !value.is_null()));
    };
    let none = Value::Null;
    acts(action, task.value.get("params").unwrap_or(&none))
}

/// Whether an action with these parameters could do more than read and ask people.
pub(crate) fn acts(action: &str, params: &Value) -> bool {
    let parameter = |name: &str| params.get(name).and_then(Value::as_str);
    match action {
        _ if HARMLESS.contains(&action) => false,
        "sql.query" => parameter("sql").is_none_or(sql_may_write),
        "redis.command" => {
            let command = params.get("command").and_then(Value::as_array);
            !command.is_some_and(only_reads)
        }
        "elasticsearch.request" => !matches!(
            parameter("method").unwrap_or_default(),
            "GET" | "get" | "HEAD" | "head"
        ),
        _ => true,
    }
}

fn sql_may_write(sql: &str) -> bool {
    sql.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .any(|word| {
            WRITING_SQL
                .iter()
                .any(|writing| word.eq_ignore_ascii_case(writing))
        })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::{Document, Format};

    #[rstest]
    #[case(r#"{"stages": [{"id": "a"}]}"#, false)]
    #[case(
        r#"{"tasks": [{"id": "a", "action": "wait"}, {"id": "b", "action": "manual"}]}"#,
        false
    )]
    #[case(
        r#"{"tasks": [{"id": "a", "action": "sql.query", "params": {"sql": "SELECT 1"}}]}"#,
        false
    )]
    #[case(r#"{"tasks": [{"id": "a", "action": "sql.query", "params": {"sql": "select 1; drop table t"}}]}"#, true)]
    #[case(r#"{"tasks": [{"id": "a", "action": "sql.execute"}]}"#, true)]
    #[case(
        r#"{"tasks": [{"id": "a", "action": "redis.command", "params": {"command": ["GET", "k"]}}]}"#,
        false
    )]
    #[case(r#"{"tasks": [{"id": "a", "action": "redis.command", "params": {"command": ["SET", "k", "v"]}}]}"#, true)]
    #[case(r#"{"tasks": [{"id": "a", "action": "somebody.else"}]}"#, true)]
    #[case(r#"{"tasks": [{"id": "a"}]}"#, false)]
    #[case(r#"{"tasks": [{"id": "a", "type": "python"}]}"#, true)]
    #[case(r#"{"nodes": {"a": {"type": "tool_node"}}, "edges": []}"#, true)]
    fn what_asks_for_trust(#[case] text: &str, #[case] expected: bool) {
        let document = Document::parse(Format::Json, text.to_owned()).unwrap();
        assert_eq!(runs_something(document.value()), expected, "{text}");
    }
}
