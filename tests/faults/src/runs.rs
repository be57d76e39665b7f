//! Runs whose engine is killed: at random moments, again and again, while they write where every
//! write can be counted.
//!
//! No run is lost. A write that is safe to repeat is there once, because it carries the same key
//! every time; only when it was killed three times in a row it waits as well. A write that is not
//! safe is never repeated unasked: the task waits, and the operator of this test says what is
//! written. What a person said and was told to be done is not asked again. An engine is that of all
//! runs or that of a command that waits; it is killed while it works, and that is made sure of.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use flowkeep_host::Timestamp;
use serde_json::{Value, json};

use crate::Machine;
use crate::mixed::{BY_HAND, CHILD, KINDS, Kind, LINES, PROGRAM, SAFE, STARTS_A_RUN};

/// So many kills of one attempt in a row, and even a safe one asks: it may be what kills the engine.
const SUSPICIOUS: u64 = 3;

/// Every so many kills a command that waits for its own run is what is killed.
const WAITING: usize = 4;

/// Of so many kills at least one has to break something off: else it was not work that was killed.
const IDLE: usize = 10;

/// So often the kills may miss what they are for.
const BOUTS: usize = 10;

/// No engine needs longer for what is left at the end.
const LONG: Duration = Duration::from_mins(5);

/// What came of it.
#[derive(Debug, Default)]
pub struct RunsKilled {
    /// How often an engine was killed.
    pub kills: usize,
    /// Runs that were started.
    pub runs: usize,
    /// Attempts that a kill broke off.
    pub broken_off: usize,
    /// How often the operator was asked about one that must not be repeated unasked.
    pub asked: usize,
    /// Answers of a person that were given beside a kill.
    pub answered: usize,
    /// What was not as promised.
    pub failures: Vec<String>,
}

/// One run that was started.
struct Started {
    id: String,
    kind: Kind,
    /// What it writes, so that its writes are known from others'.
    n: usize,
}

/// Kills an engine so many times; `seed` chooses the moments. When chance had it that nothing was
/// broken off that somebody has to be asked about, it goes on for as many kills again.
///
/// # Errors
/// When the program cannot be used at all, or the kills came when nothing was done.
pub fn kill_runs(program: &Path, kills: usize, seed: u64) -> Result<RunsKilled> {
    let mut beside = Beside {
        machine: Machine::new(program)?,
        started: Vec::new(),
        settled: 0,
        given: BTreeSet::new(),
        found: RunsKilled::default(),
    };
    beside.prepare()?;
    let latest = beside.one_round()?;
    let mut chance = seed;
    for _ in 0..BOUTS {
        for kill in 0..kills {
            chance = next(chance);
            let moment = Duration::from_micros(chance % latest);
            if kill % WAITING == WAITING - 1 {
                beside.kill_who_waits(moment)?;
            } else {
                beside.start_each()?;
                beside.kill_engine(moment)?;
            }
            beside.found.kills += 1;
        }
        beside.settle()?;
        if beside.found.hit() {
            beside.count()?;
            return Ok(beside.found);
        }
    }
    bail!("the kills came when nothing was done: {:?}", beside.found)
}

impl RunsKilled {
    /// Whether it was work that was killed.
    fn hit(&self) -> bool {
        self.broken_off >= self.kills.div_ceil(IDLE) && self.asked > 0
    }
}

/// Moments that are spread evenly enough.
const fn next(chance: u64) -> u64 {
    let mut bits = chance ^ 0x9e37_79b9_7f4a_7c15;
    bits ^= bits << 13;
    bits ^= bits >> 7;
    bits ^ (bits << 17)
}

/// Whoever stands beside the machine: starts, kills, answers, counts.
struct Beside {
    machine: Machine,
    started: Vec<Started>,
    /// So many of them have ended, and were looked at.
    settled: usize,
    /// Runs whose person has said that the work is done, and was told that this is kept.
    given: BTreeSet<String>,
    found: RunsKilled,
}

impl Beside {
    fn prepare(&self) -> Result<()> {
        for table in [
            "CREATE TABLE unsafe_write(n INTEGER, task TEXT)",
            "CREATE TABLE safe_write(id TEXT PRIMARY KEY, n INTEGER)",
        ] {
            self.sql("sql.execute", table)?;
        }
        for text in KINDS.iter().map(|kind| kind.text).chain([CHILD]) {
            let file = self.machine.file("workflow.json", text)?;
            self.machine.done(&["flow", "create", &file])?;
        }
        Ok(())
    }

    fn start_each(&mut self) -> Result<()> {
        for kind in KINDS {
            let n = self.started.len();
            let context = json!({"n": n}).to_string();
            let words = ["run", "start", kind.id, "--context", &context];
            let id = text(&self.machine.done(&words)?["run_id"])?;
            self.started.push(Started { id, kind, n });
        }
        self.found.runs = self.started.len();
        Ok(())
    }

    /// How long it takes from the first attempt to the last when runs of each kind are carried out
    /// beside one another, in microseconds: kills come within that.
    fn one_round(&mut self) -> Result<u64> {
        self.start_each()?;
        let mut engine = self.engine()?;
        let since = Instant::now();
        let mut open: Vec<&str> = self.started.iter().map(|run| run.id.as_str()).collect();
        let mut times = Vec::new();
        while let Some(id) = open.last() {
            ensure!(since.elapsed() < LONG, "run {id} does not come to an end");
            let shown = self.machine.done(&["run", "show", id])?;
            if ["queued", "running"].contains(&text(&shown["status"])?.as_str()) {
                continue;
            }
            open.pop();
            let tasks = shown["tasks"].as_array().into_iter().flatten();
            let attempts = tasks
                .filter_map(|task| task["attempts"].as_array())
                .flatten();
            let moments = attempts.flat_map(|one| [&one["started_at"], &one["ended_at"]]);
            times.extend(
                moments
                    .filter_map(Value::as_str)
                    .filter_map(Timestamp::read),
            );
        }
        stop(&mut engine)?;
        let first = times.iter().min().context("attempts")?.0;
        let last = times.iter().max().context("attempts")?.0;
        Ok(u64::try_from(last - first)?.max(1) * 1000)
    }

    fn kill_engine(&mut self, moment: Duration) -> Result<()> {
        let mut engine = self.engine()?;
        let person = self.person()?;
        std::thread::sleep(moment);
        stop(&mut engine)?;
        if let Some((run, mut person)) = person
            && person.wait()?.success()
        {
            self.found.answered += 1;
            self.given.insert(run);
        }
        Ok(())
    }

    /// A person who answers one run that waits for it, while the engine is at work.
    fn person(&self) -> Result<Option<(String, Child)>> {
        let waiting = self.machine.done(&["run", "list", "--status", "waiting"])?;
        for run in waiting["items"].as_array().into_iter().flatten() {
            let id = text(&run["id"])?;
            let shown = self.machine.done(&["run", "show", &id])?;
            let tasks = shown["tasks"].as_array().into_iter().flatten();
            let asks = |task: &Value| task["id"] == BY_HAND && task["status"] == "waiting";
            if tasks.clone().any(asks) {
                let words = ["run", "answer", &id, BY_HAND, "--approve"];
                let person = self.command(&words).stdout(Stdio::null()).spawn()?;
                return Ok(Some((id, person)));
            }
        }
        Ok(None)
    }

    /// Kills a command that carries its own run out. Before it has told of one there may be none.
    fn kill_who_waits(&mut self, moment: Duration) -> Result<()> {
        let (kind, n) = (KINDS[0], self.started.len());
        let context = json!({"n": n}).to_string();
        let words = ["run", "start", kind.id, "--context", &context, "--wait"];
        let mut waits = self.command(&words).stdout(Stdio::null()).spawn()?;
        std::thread::sleep(moment);
        stop(&mut waits)?;
        let newest = self.machine.done(&["run", "list", "--limit", "1"])?;
        let id = text(&newest["items"][0]["id"])?;
        let context = &self.machine.done(&["run", "show", &id])?["context"];
        if context["n"] == n {
            self.started.push(Started { id, kind, n });
        }
        self.found.runs = self.started.len();
        Ok(())
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(self.machine.program());
        command.arg("--json").args(words);
        self.machine.equip(&mut command);
        command
    }

    fn engine(&self) -> Result<Child> {
        let mut command = self.command(&["engine", "run"]);
        let mut engine = command.stdout(Stdio::piped()).spawn()?;
        let out = engine.stdout.take().context("it has a standard output")?;
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line)?;
        ensure!(!line.is_empty(), "the engine did not begin");
        Ok(engine)
    }

    /// Answers what waits until every run has ended.
    fn settle(&mut self) -> Result<()> {
        let mut engine = self.engine()?;
        let settled = self.settle_all();
        stop(&mut engine)?;
        settled
    }

    fn settle_all(&mut self) -> Result<()> {
        let since = Instant::now();
        for at in self.settled..self.started.len() {
            let (id, kind, n) = {
                let run = &self.started[at];
                (run.id.clone(), run.kind, run.n)
            };
            while !self.settle_one(&id, n, kind.ends)? {
                ensure!(since.elapsed() < LONG, "run {id} does not end");
                std::thread::sleep(Duration::from_millis(20));
            }
            self.settled = at + 1;
        }
        Ok(())
    }

    /// Answers what waits of one run and of those it started; says whether it has ended.
    fn settle_one(&mut self, run: &str, n: usize, ends: &str) -> Result<bool> {
        let shown = self.machine.done(&["run", "show", run])?;
        let tasks = shown["tasks"].as_array().cloned().unwrap_or_default();
        let status = text(&shown["status"])?;
        if ["succeeded", "failed", "cancelled"].contains(&status.as_str()) {
            if status != ends {
                let fault = format!("run {run} is {status}: {shown}");
                self.found.failures.push(fault);
            }
            let attempts = tasks.iter().filter_map(|task| task["attempts"].as_array());
            let broken_off = attempts.flatten().filter(|a| a["status"] == "interrupted");
            self.found.broken_off += broken_off.count();
            for child in tasks.iter().filter_map(|task| task["child"].as_str()) {
                self.settle_one(child, n, "succeeded")?;
            }
            return Ok(true);
        }
        for task in &tasks {
            let id = text(&task["id"])?;
            match task["status"].as_str() {
                Some("interrupted") if task["question"].is_object() => {
                    self.say_what_became(run, n, &id, &task["question"])?;
                }
                Some("waiting") if id == BY_HAND => self.approve(run)?,
                _ => {}
            }
            if let (Some(child), false) = (task["child"].as_str(), task["status"] == "succeeded") {
                let child = child.to_owned();
                if self.is_open(&child)? {
                    self.settle_one(&child, n, "succeeded")?;
                }
            }
        }
        Ok(false)
    }

    fn is_open(&self, run: &str) -> Result<bool> {
        let shown = self.machine.done(&["run", "show", run])?;
        Ok(shown["status"] != "succeeded")
    }

    fn approve(&mut self, run: &str) -> Result<()> {
        if self.given.contains(run) {
            let fault = format!("run {run} asks what it was told before");
            self.found.failures.push(fault);
        }
        self.given.insert(run.to_owned());
        self.machine
            .done(&["run", "answer", run, BY_HAND, "--approve"])?;
        Ok(())
    }

    /// Says what became of an attempt, as an operator would who looked at what was written.
    fn say_what_became(&mut self, run: &str, n: usize, task: &str, question: &Value) -> Result<()> {
        let times = question["times"].as_u64().context("a question")?;
        if SAFE.contains(&task) {
            if times < SUSPICIOUS {
                let fault = format!("{task} of {run} is safe and yet asks");
                self.found.failures.push(fault);
            }
        } else {
            self.found.asked += 1;
        }
        let written = match task {
            PROGRAM => self.lines(run) > 0,
            STARTS_A_RUN => false,
            _ => self.written(n, task)? > 0,
        };
        let word = if written { "--done" } else { "--rerun" };
        self.machine.done(&["run", "answer", run, task, word])?;
        Ok(())
    }

    fn lines(&self, run: &str) -> usize {
        let folder = self.machine.path("data/task-folders").join(run);
        std::fs::read_to_string(folder.join(LINES)).map_or(0, |text| text.lines().count())
    }

    fn written(&self, n: usize, task: &str) -> Result<u64> {
        let sql =
            format!("SELECT count(*) AS c FROM unsafe_write WHERE n = {n} AND task = '{task}'");
        let rows = self.sql("sql.query", &sql)?;
        rows[0]["c"].as_u64().context("a count")
    }

    /// Counts what is written.
    fn count(&mut self) -> Result<()> {
        let mut expected: BTreeMap<(usize, String), u64> = BTreeMap::new();
        for run in &self.started {
            for task in run.kind.rows {
                expected.insert((run.n, (*task).to_owned()), 1);
            }
            if run.kind.safe_rows > 0 {
                expected.insert((run.n, "safe".to_owned()), run.kind.safe_rows as u64);
            }
            let (lines, one) = (self.lines(&run.id), usize::from(run.kind.line));
            if lines != one {
                let fault = format!("{} of {} wrote {lines} lines", PROGRAM, run.id);
                self.found.failures.push(fault);
            }
        }
        let all = "SELECT n, task, count(*) AS c FROM unsafe_write GROUP BY n, task
             UNION ALL SELECT n, 'safe', count(*) FROM safe_write GROUP BY n";
        let rows = self.sql("sql.query", all)?;
        let mut found = BTreeMap::new();
        for row in rows.as_array().into_iter().flatten() {
            let n = usize::try_from(row["n"].as_u64().context("a number")?)?;
            let count = row["c"].as_u64().context("a count")?;
            found.insert((n, text(&row["task"])?), count);
        }
        for (what, count) in &found {
            if expected.get(what) != Some(count) {
                let fault = format!("{what:?} was written {count} times");
                self.found.failures.push(fault);
            }
        }
        for what in expected.keys().filter(|what| !found.contains_key(what)) {
            self.found.failures.push(format!("{what:?} is not written"));
        }
        if rows.as_array().is_none() {
            bail!("what was written cannot be read");
        }
        Ok(())
    }

    fn sql(&self, action: &str, sql: &str) -> Result<Value> {
        let params = json!({"sql": sql}).to_string();
        let done = self.machine.done(&[
            "run", "task", action, "--source", "local", "--params", &params,
        ])?;
        Ok(done["output"]["rows"].clone())
    }
}

/// Kills a process. One that has ended by itself needs none.
fn stop(process: &mut Child) -> Result<()> {
    process.kill()?;
    process.wait()?;
    Ok(())
}

fn text(value: &Value) -> Result<String> {
    Ok(value.as_str().context("a text")?.to_owned())
}
