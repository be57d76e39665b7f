//! The runs whose engine is killed: of every kind of work there is, each writing where its writes
//! can be counted.

/// One kind of run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) id: &'static str,
    pub(crate) text: &'static str,
    /// What it comes to.
    pub(crate) ends: &'static str,
    /// Tasks that write one row each into `unsafe_write`, its child's too.
    pub(crate) rows: &'static [&'static str],
    /// How many rows of `safe_write` are its own.
    pub(crate) safe_rows: usize,
    /// Whether its program appends one line to a file.
    pub(crate) line: bool,
}

/// Tasks that may be done again unasked, so that only many kills in a row make them ask.
pub(crate) const SAFE: [&str; 5] = ["safe", "pause", "file", "tried", "fails"];

/// The task a person does.
pub(crate) const BY_HAND: &str = "ask";

/// The task that starts a run: broken off, it has started none.
pub(crate) const STARTS_A_RUN: &str = "below";

/// The task whose program writes a line.
pub(crate) const PROGRAM: &str = "program";

/// The file it writes to, in the folder of its run.
pub(crate) const LINES: &str = "lines";

/// What others start.
pub(crate) const CHILD: &str = r#"{"id": "child", "name": "Child", "tasks": [
  {"id": "under", "action": "sql.execute", "dataSource": "local",
   "params": {"sql": "INSERT INTO unsafe_write VALUES (${context.n}, 'under')"}}]}"#;

pub(crate) const KINDS: [Kind; 3] = [
    // Writes that follow one another, safe and unsafe ones.
    Kind {
        id: "writes",
        text: r#"{"id": "writes", "name": "Writes", "tasks": [
  {"id": "first", "action": "sql.execute", "dataSource": "local",
   "params": {"sql": "INSERT INTO unsafe_write VALUES (${context.n}, 'first')"}},
  {"id": "safe", "action": "record.add", "dataSource": "local", "idempotent": true, "dependsOn": ["first"],
   "params": {"table": "safe_write", "values": {"n": "${context.n}"}}},
  {"id": "pause", "action": "wait", "params": {"ms": 5}, "dependsOn": ["safe"]},
  {"id": "last", "action": "sql.execute", "dataSource": "local", "dependsOn": ["pause"],
   "params": {"sql": "INSERT INTO unsafe_write VALUES (${context.n}, 'last')"}}]}"#,
        ends: "succeeded",
        rows: &["first", "last"],
        safe_rows: 1,
        line: false,
    },
    // A program, a file, another try after a pause, a child run, a branch, a person.
    Kind {
        id: "mixed",
        text: r#"{"id": "mixed", "name": "Mixed", "tasks": [
  {"id": "program", "action": "program.run", "params": {"program": "sh", "args": ["-c", "echo x >> lines"]}},
  {"id": "file", "action": "file.write", "params": {"path": "note", "text": "${context.n}"}, "dependsOn": ["program"]},
  {"id": "tried", "action": "program.run", "idempotent": true, "dependsOn": ["file"], "retry": {"limit": 1, "delay": 5},
   "params": {"program": "sh", "args": ["-c", "test -e tried || { touch tried; exit 1; }"]}},
  {"id": "below", "action": "workflow.run", "dependsOn": ["tried"],
   "params": {"workflow": "child", "context": {"n": "${context.n}"}}},
  {"id": "choice", "action": "branch", "dependsOn": ["below"],
   "params": {"when": [{"condition": "${context.n < 0}", "task": "other"}, {"task": "chosen"}]}},
  {"id": "other", "action": "sql.execute", "dataSource": "local",
   "params": {"sql": "INSERT INTO unsafe_write VALUES (${context.n}, 'other')"}},
  {"id": "chosen", "action": "sql.execute", "dataSource": "local",
   "params": {"sql": "INSERT INTO unsafe_write VALUES (${context.n}, 'chosen')"}},
  {"id": "ask", "action": "manual", "dependsOn": ["chosen"]},
  {"id": "end", "action": "sql.execute", "dataSource": "local", "dependsOn": ["ask"],
   "params": {"sql": "INSERT INTO unsafe_write VALUES (${context.n}, 'end')"}}]}"#,
        ends: "succeeded",
        rows: &["under", "chosen", "end"],
        safe_rows: 0,
        line: true,
    },
    // What fails and is undone.
    Kind {
        id: "undone",
        text: r#"{"id": "undone", "name": "Undone", "tasks": [
  {"id": "made", "action": "sql.execute", "dataSource": "local", "compensate": "unmade",
   "params": {"sql": "INSERT INTO unsafe_write VALUES (${context.n}, 'made')"}},
  {"id": "fails", "action": "program.run", "idempotent": true, "params": {"program": "false"}, "dependsOn": ["made"]},
  {"id": "unmade", "action": "sql.execute", "dataSource": "local",
   "params": {"sql": "INSERT INTO unsafe_write VALUES (${context.n}, 'unmade')"}}]}"#,
        ends: "failed",
        rows: &["made", "unmade"],
        safe_rows: 0,
        line: false,
    },
];
