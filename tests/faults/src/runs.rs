//! Runs whose engine is killed: at random moments, again and again, while they write into a target
//! database where every write can be counted.
//!
//! No run is lost. A write that is safe to repeat is there once, because it carries the same key
//! every time; only when it was killed three times in a row it waits as well. A write that is not
//! safe is never repeated unasked: the task waits, and the operator of this test says what the
//! target database says.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use crate::Machine;

/// Each run writes once unsafely, once safely, waits a little, and writes unsafely again.
const WORKFLOW: &str = r#"{"id": "mixed", "name": "Mixed", "tasks": [
  {"id": "first", "action": "sql.execute", "dataSource": "local",
   "params": {"sql": "INSERT INTO unsafe_write VALUES (${context.n}, 'first')"}},
  {"id": "safe", "action": "record.add", "dataSource": "local", "idempotent": true, "dependsOn": ["first"],
   "params": {"table": "safe_write", "values": {"n": "${context.n}"}}},
  {"id": "pause", "action": "wait", "params": {"ms": 5}, "dependsOn": ["safe"]},
  {"id": "last", "action": "sql.execute", "dataSource": "local", "dependsOn": ["pause"],
   "params": {"sql": "INSERT INTO unsafe_write VALUES (${context.n}, 'last')"}}]}"#;

/// Runs that are started before each kill.
const RUNS: usize = 3;

/// The latest moment of a kill, in milliseconds after the engine has begun.
const LATEST: u64 = 120;

/// So many kills of one attempt in a row, and even a safe one asks: it may be what kills the engine.
const SUSPICIOUS: u64 = 3;

/// No engine needs longer for what is left at the end.
const LONG: Duration = Duration::from_mins(5);

/// What came of it.
#[derive(Debug, Default)]
pub struct RunsKilled {
    /// How often the engine was killed.
    pub kills: usize,
    /// Runs that were started.
    pub runs: usize,
    /// Attempts that a kill broke off.
    pub broken_off: usize,
    /// Of those, how often the operator was asked.
    pub asked: usize,
    /// What was not as promised.
    pub failures: Vec<String>,
}

/// Kills the engine so many times; `seed` chooses the moments.
///
/// # Errors
/// When the program cannot be used at all.
pub fn kill_runs(program: &std::path::Path, kills: usize, seed: u64) -> Result<RunsKilled> {
    let machine = Machine::new(program)?;
    for table in [
        "CREATE TABLE unsafe_write(n INTEGER, task TEXT)",
        "CREATE TABLE safe_write(id TEXT PRIMARY KEY, n INTEGER)",
    ] {
        sql(&machine, "sql.execute", table)?;
    }
    let file = machine.file("mixed.json", WORKFLOW)?;
    machine.done(&["flow", "create", &file])?;
    let mut found = RunsKilled::default();
    let mut chance = seed;
    let mut started = Vec::new();
    for _ in 0..kills {
        for _ in 0..RUNS {
            let context = json!({"n": started.len()}).to_string();
            let run = machine.done(&["run", "start", "mixed", "--context", &context])?;
            started.push(text(&run["run_id"])?);
        }
        let mut engine = engine(&machine)?;
        chance = next(chance);
        std::thread::sleep(Duration::from_millis(chance % LATEST));
        engine.kill()?;
        engine.wait()?;
        found.kills += 1;
    }
    found.runs = started.len();
    let mut engine = engine(&machine)?;
    let settled = settle(&machine, &started, &mut found);
    engine.kill()?;
    engine.wait()?;
    settled?;
    count(&machine, &started, &mut found)?;
    Ok(found)
}

/// Moments that are spread evenly enough.
const fn next(chance: u64) -> u64 {
    let mut bits = chance ^ 0x9e37_79b9_7f4a_7c15;
    bits ^= bits << 13;
    bits ^= bits >> 7;
    bits ^ (bits << 17)
}

fn engine(machine: &Machine) -> Result<Child> {
    let mut command = Command::new(machine.program());
    command.args(["--json", "engine", "run"]);
    machine.equip(&mut command);
    let mut engine = command.stdout(Stdio::piped()).spawn()?;
    let out = engine.stdout.take().context("it has a standard output")?;
    let mut line = String::new();
    BufReader::new(out).read_line(&mut line)?;
    ensure!(!line.is_empty(), "the engine did not begin");
    Ok(engine)
}

/// Answers what waits until every run has ended.
fn settle(machine: &Machine, started: &[String], found: &mut RunsKilled) -> Result<()> {
    let since = Instant::now();
    for (n, run) in started.iter().enumerate() {
        loop {
            let shown = machine.done(&["run", "show", run])?;
            let status = text(&shown["status"])?;
            match status.as_str() {
                "succeeded" => {
                    let attempts = shown["tasks"].as_array().into_iter().flatten();
                    let attempts =
                        attempts.flat_map(|task| task["attempts"].as_array().into_iter().flatten());
                    found.broken_off += attempts
                        .filter(|attempt| attempt["status"] == "interrupted")
                        .count();
                    break;
                }
                "waiting" => answer(machine, run, n, &shown, found)?,
                "failed" | "cancelled" => {
                    found
                        .failures
                        .push(format!("run {run} is {status}: {shown}"));
                    break;
                }
                _ if since.elapsed() > LONG => bail!("run {run} stays {status}"),
                _ => std::thread::sleep(Duration::from_millis(20)),
            }
        }
    }
    Ok(())
}

/// Says what became of a write, as an operator would who looked into the target database.
fn answer(
    machine: &Machine,
    run: &str,
    n: usize,
    shown: &Value,
    found: &mut RunsKilled,
) -> Result<()> {
    let tasks = shown["tasks"].as_array().into_iter().flatten();
    for task in tasks.filter(|task| task["status"] == "interrupted") {
        let id = text(&task["id"])?;
        let times = task["question"]["times"].as_u64().context("a question")?;
        if (id == "safe" || id == "pause") && times < SUSPICIOUS {
            found
                .failures
                .push(format!("{id} of {run} is safe and yet asks"));
        }
        let written = written(machine, n, &id)?;
        let word = if written > 0 { "--done" } else { "--rerun" };
        machine.done(&["run", "answer", run, &id, word])?;
        found.asked += 1;
    }
    Ok(())
}

fn written(machine: &Machine, n: usize, task: &str) -> Result<u64> {
    let rows = sql(
        machine,
        "sql.query",
        &format!("SELECT count(*) AS n FROM unsafe_write WHERE n = {n} AND task = '{task}'"),
    )?;
    rows[0]["n"].as_u64().context("a count")
}

/// Counts what is in the target database.
fn count(machine: &Machine, started: &[String], found: &mut RunsKilled) -> Result<()> {
    let wrong = "SELECT n, task, count(*) AS c FROM unsafe_write GROUP BY n, task HAVING c <> 1
         UNION ALL SELECT n, 'safe', count(*) AS c FROM safe_write GROUP BY n HAVING c <> 1";
    for row in sql(machine, "sql.query", wrong)?
        .as_array()
        .into_iter()
        .flatten()
    {
        found.failures.push(format!("not written once: {row}"));
    }
    let totals =
        "SELECT (SELECT count(*) FROM unsafe_write) AS u, (SELECT count(*) FROM safe_write) AS s";
    let totals = sql(machine, "sql.query", totals)?;
    let expected = json!({"u": 2 * started.len(), "s": started.len()});
    if totals[0] != expected {
        found
            .failures
            .push(format!("{} instead of {expected}", totals[0]));
    }
    Ok(())
}

fn sql(machine: &Machine, action: &str, sql: &str) -> Result<Value> {
    let params = json!({"sql": sql}).to_string();
    let done = machine.done(&[
        "run", "task", action, "--source", "local", "--params", &params,
    ])?;
    Ok(done["output"]["rows"].clone())
}

fn text(value: &Value) -> Result<String> {
    Ok(value.as_str().context("a text")?.to_owned())
}
