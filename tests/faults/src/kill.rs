//! The kill sweep: a command is started again and again under `strace`, which kills it as it enters
//! a call for the n-th time, until it survives.
//!
//! `strace` counts for each thread by itself. The thread that writes the database makes fewer calls
//! than the main one, so calls on the database's files are swept by themselves as well.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};

use crate::Machine;
use crate::contents::contents;

/// Calls that change what is on disk, or who may. Between two of them the disk stays as it is, so
/// that a kill at any other call leaves what a kill at the next of these leaves.
const CHANGING: &[&str] = &[
    "chmod",
    "copy_file_range",
    "fallocate",
    "fchmod",
    "fchown",
    "fcntl",
    "fdatasync",
    "flock",
    "fsync",
    "ftruncate",
    "link",
    "linkat",
    "mkdir",
    "mkdirat",
    "open",
    "openat",
    "openat2",
    "pwrite64",
    "pwritev",
    "rename",
    "renameat",
    "renameat2",
    "rmdir",
    "sendfile",
    "symlink",
    "sync_file_range",
    "syncfs",
    "unlink",
    "unlinkat",
    "write",
    "writev",
];

/// A command to kill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// `db backup`.
    Backup,
    /// `db restore --force`.
    Restore,
    /// `flow import --on-conflict replace`.
    Import,
    /// `db undo` of a restore.
    Undo,
}

/// How much of a sweep.
#[derive(Debug, Clone, Copy)]
pub struct Extent {
    /// Every n-th call only; 1 for all.
    pub every: usize,
    /// Also calls that change nothing.
    pub all_calls: bool,
}

/// What came of a sweep.
#[derive(Debug, Default)]
pub struct Swept {
    /// Kinds of calls.
    pub calls: usize,
    /// How often the command was killed.
    pub kills: usize,
    /// What was not as promised, each with the call it was killed at.
    pub failures: Vec<String>,
}

/// Whether programs can be traced here.
pub fn can_trace() -> bool {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o", "/dev/null", "true"]);
    let status = strace.stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

impl Deed {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Backup, Self::Restore, Self::Import, Self::Undo];

    /// What to call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Backup => "db backup",
            Self::Restore => "db restore",
            Self::Import => "flow import",
            Self::Undo => "db undo",
        }
    }

    /// Sets the machine up so that the command has something to do, and gives its words.
    fn prepare(self, machine: &Machine) -> Result<Vec<String>> {
        let backups = machine.path("backups").display().to_string();
        for (id, text) in documents("old") {
            let file = machine.file(&format!("{id}.json"), &text)?;
            machine.done(&["flow", "create", &file])?;
        }
        let rule = machine.file("rule.mdc", "---\ndescription: look\n---\n# Look\n")?;
        machine.done(&["rule", "create", &rule])?;
        // A backup is killed in a folder that has none yet: even there it must be found again.
        let earlier = match self {
            Self::Backup => machine.path("earlier").display().to_string(),
            _ => backups.clone(),
        };
        let made = machine.done(&["db", "backup", "-o", &earlier])?;
        let made = made["target_dir"]
            .as_str()
            .context("a backup has a folder")?
            .to_owned();
        for (id, text) in documents("new") {
            let file = machine.file(&format!("{id}.json"), &text)?;
            machine.done(&["flow", "update", &id, &file])?;
        }
        machine.done(&["flow", "delete", "w1"])?;
        let words: Vec<&str> = match self {
            Self::Backup => vec!["db", "backup", "-o", &backups],
            Self::Restore => vec!["db", "restore", "--force", "-i", &made],
            Self::Import => {
                let documents = documents("imported");
                for (id, text) in documents {
                    machine.file(&format!("{id}.json"), &text)?;
                }
                machine.file(
                    "more.json",
                    r#"{"id": "more", "name": "More", "tasks": []}"#,
                )?;
                machine.file("broken.json", r#"{"id": "x", "tasks": ["#)?;
                let files = machine.path("files").display().to_string();
                return Ok(["flow", "import", "--on-conflict", "replace", &files]
                    .map(str::to_owned)
                    .into());
            }
            Self::Undo => {
                machine.done(&["db", "restore", "--force", "-i", &made])?;
                vec!["db", "undo"]
            }
        };
        Ok(words.into_iter().map(str::to_owned).collect())
    }
}

/// A few documents, one of them larger than a page of the database.
fn documents(age: &str) -> Vec<(String, String)> {
    let filler = "…".repeat(2000);
    (0..4)
        .map(|n| {
            let more = if n == 2 { filler.as_str() } else { "" };
            let text = format!(
                "{{\"id\": \"w{n}\", \"name\": \"Work {n} {age}\", \"note\": \"{more}\", \"tasks\": []}}"
            );
            (format!("w{n}"), text)
        })
        .collect()
}

/// Kills a command at its calls and looks at what is left, each time on a machine put back.
///
/// # Errors
/// When the machine cannot be set up or traced; what is not as promised is in the answer.
pub fn sweep(program: &Path, deed: Deed, extent: Extent) -> Result<Swept> {
    let machine = Machine::new(program)?;
    let words = deed.prepare(&machine)?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    machine.save()?;
    let counts = count_calls(&machine, &words)?;
    let database = machine.path("data/flowkeep.db");
    let after = contents(&database)?;
    machine.put_back()?;
    let before = contents(&database)?;
    ensure!(before != after, "{} does nothing", deed.name());
    machine.put_back()?;

    let states = States { before, after };
    let each = Each {
        machine: &machine,
        words: &words,
        called: deed.name(),
        all_calls: extent.all_calls,
    };
    each.killed(counts, |_| extent.every, || look(&machine, &states))
}

/// A command that is killed at each of its calls, on a machine that is put back each time.
pub(crate) struct Each<'m> {
    pub(crate) machine: &'m Machine,
    pub(crate) words: &'m [&'m str],
    /// What a fault calls it.
    pub(crate) called: &'m str,
    /// Also the calls that change nothing on the disk.
    pub(crate) all_calls: bool,
}

impl Each<'_> {
    /// Kills it at every call of a kind, or at every so many of them as `step` says of their number, the first and
    /// the last among them; `look` tells what is not as promised then.
    pub(crate) fn killed(
        &self,
        counts: BTreeMap<String, usize>,
        step: impl Fn(usize) -> usize,
        look: impl Fn() -> Result<Vec<String>>,
    ) -> Result<Swept> {
        let (machine, called) = (self.machine, self.called);
        let mut swept = Swept::default();
        for (call, count) in counts {
            if !self.all_calls && !CHANGING.contains(&call.as_str()) {
                continue;
            }
            swept.calls += 1;
            for on_database in [false, true] {
                for n in moments(count, step(count)) {
                    let killed = run_killed(machine, self.words, &call, n, on_database)?;
                    if !killed {
                        break;
                    }
                    swept.kills += 1;
                    let found = look()?;
                    let place = if on_database { " on the database" } else { "" };
                    let said = |fault| format!("{called}: killed at {call} {n}{place}: {fault}");
                    swept.failures.extend(found.into_iter().map(said));
                    machine.put_back()?;
                }
                machine.put_back()?;
            }
        }
        Ok(swept)
    }
}

/// At which of so many calls of a kind it is killed. Far more than were counted: it ends because the command
/// survives.
fn moments(count: usize, step: usize) -> impl Iterator<Item = usize> {
    let step = step.max(1);
    let most = count * 2 + 50;
    let before = (1..count).step_by(step);
    let after = (count + step..=most).step_by(step);
    before.chain(std::iter::once(count)).chain(after)
}

/// How often the busiest thread makes each call.
pub(crate) fn count_calls(machine: &Machine, words: &[&str]) -> Result<BTreeMap<String, usize>> {
    let log = machine.path("files/calls.log");
    let mut strace = Command::new("strace");
    strace
        .args(["-f", "-qq", "-e", "trace=%file,%desc,%network", "-o"])
        .arg(&log);
    strace
        .arg(machine.program())
        .arg("--json")
        .args(words)
        .stdout(Stdio::null());
    machine.equip(&mut strace);
    let status = strace.status().context("strace")?;
    ensure!(
        matches!(status.code(), Some(0 | 3)),
        "{words:?} under strace ended with {status}"
    );
    let text = std::fs::read_to_string(&log)?;
    std::fs::remove_file(log)?;
    let mut by_thread: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for line in text.lines() {
        let Some((thread, rest)) = line.split_once(' ') else {
            continue;
        };
        let Some((call, _)) = rest.trim_start().split_once('(') else {
            continue;
        };
        if call.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            *by_thread.entry((thread, call)).or_default() += 1;
        }
    }
    let mut most = BTreeMap::new();
    for ((_, call), count) in by_thread {
        let entry = most.entry(call.to_owned()).or_insert(0);
        *entry = count.max(*entry);
    }
    ensure!(most.contains_key("openat"), "strace saw no calls");
    Ok(most)
}

/// Runs the command so that it is killed as it enters `call` for the n-th time. Says whether it
/// was.
fn run_killed(
    machine: &Machine,
    words: &[&str],
    call: &str,
    n: usize,
    on_database: bool,
) -> Result<bool> {
    let mut strace = Command::new("strace");
    strace.args([
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        &format!("trace={call}"),
    ]);
    strace.args(["-e", &format!("inject={call}:signal=SIGKILL:when={n}")]);
    if on_database {
        for file in ["flowkeep.db", "flowkeep.db-wal", "flowkeep.db-shm"] {
            strace.arg("-P").arg(machine.path("data").join(file));
        }
    }
    strace
        .arg(machine.program())
        .arg("--json")
        .args(words)
        .stdout(Stdio::null());
    machine.equip(&mut strace);
    let status = strace.status()?;
    match status.code() {
        Some(0 | 3) => Ok(false),
        None | Some(137) => Ok(true),
        Some(code) => bail!("{words:?} with {call} {n} ended with {code}"),
    }
}

struct States {
    before: String,
    after: String,
}

/// What is not as promised after a kill.
fn look(machine: &Machine, states: &States) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    match contents(&machine.path("data/flowkeep.db")) {
        Ok(found) if found == states.before || found == states.after => {}
        Ok(_) => faults.push("the contents are neither those before nor those after".to_owned()),
        Err(error) => faults.push(format!("the database: {error:#}")),
    }
    let mut unfinished = Vec::new();
    for folder in machine.backups()? {
        let name = folder
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let text = folder.display().to_string();
        if name.ends_with(".partial") {
            if name.starts_with("flowkeep-backup-") {
                unfinished.push(text);
            }
        } else if !machine.as_saved(&folder)? {
            faults.push(format!("{name} is not as it was"));
        } else if machine.run(&["db", "verify", "-i", &text])?.1["ok"] != true {
            faults.push(format!("{name} has a final name and is not whole"));
        }
    }
    if !machine.as_saved(&machine.path("earlier"))? {
        faults.push("the earlier backup is not as it was".to_owned());
    }
    let (code, list) = machine.run(&["db", "list"])?;
    let listed: Vec<_> = list["unfinished"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|row| row["path"].as_str().map(str::to_owned))
        .collect();
    if code != 0 || listed != unfinished {
        faults.push(format!(
            "unfinished: {unfinished:?}, listed with exit {code}: {listed:?}"
        ));
    }
    let next = machine.file(
        "next.json",
        r#"{"id": "next", "name": "Next", "tasks": []}"#,
    )?;
    let (code, answer) = machine.run(&["flow", "create", &next])?;
    if code != 0 {
        faults.push(format!("the next command ended with {code}: {answer}"));
    }
    for entry in std::fs::read_dir(machine.path("data"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".partial") {
            faults.push(format!("{name} was left in the data folder"));
        }
    }
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_call_are_among_those_it_is_killed_at() {
        let up_to = |count, step| -> Vec<usize> {
            moments(count, step).take_while(|n| *n <= count).collect()
        };
        assert_eq!(up_to(1, 1), [1]);
        assert_eq!(up_to(4, 1), [1, 2, 3, 4]);
        assert_eq!(up_to(10, 4), [1, 5, 9, 10]);
        assert_eq!(up_to(9, 4), [1, 5, 9]);
        let last = moments(10, 4).last().unwrap();
        assert!(last > 60, "{last}");
    }
}
