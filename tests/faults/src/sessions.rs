//! `session create`, `snapshot`, `restore`, `forget`, `clean-up`, `move-store`, `scrub` and `import`, killed as they enter a call
//! for the n-th time: what was kept before is there byte for byte, what is counted is what is there, and a file that has
//! its final name is whole (reliability, rows 4 and 49).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use flowkeep_core::ObjectHash;
use rusqlite::{Connection, OpenFlags};
use walkdir::WalkDir;

use crate::kill::{Each, count_calls};
use crate::{Machine, Swept};

/// A command of sessions to kill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionDeed {
    /// Begins one, of a configuration nobody has kept.
    Create,
    /// Takes another snapshot, of a configuration that has changed.
    Snapshot,
    /// Brings a snapshot back into the session's own copy.
    Restore,
    /// Takes a session away, with what only it holds.
    Forget,
    /// Lets go of a snapshot between the first and the newest, and of what only it holds.
    CleanUp,
    /// Moves all that snapshots keep to another folder.
    MoveStore,
    /// Checks all that snapshots keep, of which something is damaged and can be had from files.
    Scrub,
    /// Brings two session files of earlier tools in, with the configuration they name.
    Import,
}

impl SessionDeed {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Create,
        Self::Snapshot,
        Self::Restore,
        Self::Forget,
        Self::CleanUp,
        Self::MoveStore,
        Self::Scrub,
        Self::Import,
    ];

    /// What to call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Create => "session create",
            Self::Snapshot => "session snapshot",
            Self::Restore => "session restore",
            Self::Forget => "session forget",
            Self::CleanUp => "session clean-up",
            Self::MoveStore => "session move-store",
            Self::Scrub => "session scrub",
            Self::Import => "session import",
        }
    }
}

/// A configuration, by the paths of its files.
type Files = BTreeMap<String, String>;

/// Kills a command of sessions at each kind of call that changes the disk, at most so often, evenly over its calls.
///
/// # Errors
/// When the machine cannot be set up or traced; what is not as promised is in the answer.
pub fn sweep_sessions(program: &Path, deed: SessionDeed, kills: usize) -> Result<Swept> {
    let machine = Machine::new(program)?;
    let place = Place::prepare(&machine, deed)?;
    let words: Vec<&str> = place.words.iter().map(String::as_str).collect();
    machine.save()?;
    let before = rows(&machine)?;
    let counts = count_calls(&machine, &words)?;
    ensure!(rows(&machine)? != before, "{} does nothing", deed.name());
    machine.put_back()?;
    let each = Each {
        machine: &machine,
        words: &words,
        called: deed.name(),
        all_calls: false,
    };
    let step = |count: usize| (count / kills).max(1);
    each.killed(counts, step, || place.look(&machine))
}

/// What is on the machine before the command.
struct Place {
    words: Vec<String>,
    /// By the id of a session: what may come back of it, and whether it has to be there.
    sessions: BTreeMap<String, Vec<Files>>,
    /// The session that may be gone.
    may_go: Option<String>,
    /// What a session that is not known yet may hold.
    new: Option<Files>,
    /// Whether all is as it should be only once it was done again.
    is_done_again: bool,
}

impl Place {
    fn prepare(machine: &Machine, deed: SessionDeed) -> Result<Self> {
        let (kept, other) = (tree("kept", 6), tree("other", 9));
        let config = write(machine, "kept", &kept)?;
        let first = create(machine, &config)?;
        let other_config = write(machine, "other", &other)?;
        let mut sessions = BTreeMap::from([(first.clone(), vec![kept.clone()])]);
        let (mut may_go, mut new) = (None, None);
        let elsewhere = elsewhere(machine).display().to_string();
        let earlier_files = machine.path("files/sessions").display().to_string();
        let words = match deed {
            SessionDeed::Create => {
                new = Some(other);
                vec!["session", "create", &other_config]
            }
            SessionDeed::Snapshot => {
                let changed = changed(machine, kept)?;
                sessions.entry(first.clone()).or_default().push(changed);
                vec!["session", "snapshot", &first]
            }
            SessionDeed::Restore => {
                changed(machine, kept)?;
                vec!["session", "restore", &first, "--use", "snapshot"]
            }
            SessionDeed::Forget => {
                let second = create(machine, &other_config)?;
                sessions.insert(second.clone(), vec![other]);
                machine.done(&["session", "restore", &second, "--use", "snapshot"])?;
                may_go = Some(second);
                vec!["session", "forget", may_go.as_deref().unwrap_or_default()]
            }
            SessionDeed::CleanUp => {
                // The second one's pack is mostly what only it has: it is written anew.
                let mut newest = kept;
                edit(&mut newest, "tools/kept_1.yaml", "version: 2\n")?;
                let mut second = newest.clone();
                edit(&mut second, "tools/kept_0.yaml", &unlike(200_000))?;
                for files in [&second, &newest] {
                    write(machine, "kept", files)?;
                    machine.done(&["session", "snapshot", &first])?;
                }
                sessions.insert(first, vec![newest]);
                vec!["session", "clean-up", "--older-than", "0d"]
            }
            SessionDeed::MoveStore => vec!["session", "move-store", &elsewhere],
            SessionDeed::Scrub => {
                damage(&machine.path("data/snapshots"))?;
                vec!["session", "scrub"]
            }
            SessionDeed::Import => {
                for id in ["s-1", "s-2"] {
                    earlier(machine, &earlier_files, id)?;
                    sessions.insert(id.to_owned(), vec![other.clone()]);
                }
                vec!["session", "import", &earlier_files]
            }
        };
        let words: Vec<_> = words.into_iter().map(str::to_owned).collect();
        Ok(Self {
            words,
            sessions,
            may_go,
            new,
            is_done_again: matches!(deed, SessionDeed::Scrub | SessionDeed::Import),
        })
    }

    /// What is not as promised after a kill.
    fn look(&self, machine: &Machine) -> Result<Vec<String>> {
        let mut faults = Vec::new();
        for tree in ["kept", "other"] {
            if !machine.as_saved(&machine.path("files").join(tree))? {
                faults.push(format!("the files of {tree} are not as they were"));
            }
        }
        if self.is_done_again {
            // At no moment is anything counted that is not there.
            faults.extend(miscounted(machine)?);
            faults.extend(self.again(machine)?);
        }
        let (code, list) = machine.run(&["session", "list", "--all"])?;
        if code != 0 {
            faults.push(format!("the list ended with {code}: {list}"));
        }
        let items = list["items"].as_array().cloned().unwrap_or_default();
        let ids: Vec<_> = items
            .iter()
            .filter_map(|item| item["id"].as_str())
            .collect();
        for id in self.sessions.keys() {
            if !ids.contains(&id.as_str()) && self.may_go.as_ref() != Some(id) {
                faults.push(format!("{id} is lost"));
            }
        }
        for (n, id) in ids.iter().enumerate() {
            let told = format!("back-{n}");
            let back = machine.path("files").join(&told);
            let text = back.display().to_string();
            let words = ["session", "restore", id, "--use", "snapshot", "--to", &text];
            let (code, answer) = machine.run(&words)?;
            let found = read(&back)?;
            let may_be = self.sessions.get(*id);
            let is_known = match may_be {
                Some(states) => states.contains(&found),
                None => self.new.as_ref() == Some(&found),
            };
            if code != 0 || !is_known {
                faults.push(format!("{id} came back with {code} as {found:?}: {answer}"));
            }
        }
        faults.extend(miscounted(machine)?);
        let stores = [machine.path("data/snapshots"), elsewhere(machine)];
        for store in &stores {
            faults.extend(broken(store)?);
        }
        if stores.iter().all(|store| store.exists()) {
            faults.push("there are two stores".to_owned());
        }
        // It goes on as if nothing had been.
        let may_go = self.may_go.as_ref();
        let is_move = self.words.iter().any(|word| word == "move-store");
        let is_moved = is_move && elsewhere(machine).exists();
        let is_done = is_moved || may_go.is_some_and(|id| !ids.contains(&id.as_str()));
        if !is_done && !self.is_done_again {
            faults.extend(self.again(machine)?);
        }
        faults.extend(miscounted(machine)?);
        for place in [machine.path("data"), machine.path("files")] {
            faults.extend(unfinished(&place)?);
        }
        Ok(faults)
    }

    /// The same once more; why it did not go well.
    fn again(&self, machine: &Machine) -> Result<Option<String>> {
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        let (code, answer) = machine.run(&words)?;
        Ok((code != 0).then(|| format!("the same again ended with {code}: {answer}")))
    }
}

/// Spoils a byte of all that is kept.
fn damage(store: &Path) -> Result<()> {
    for entry in WalkDir::new(store.join("objects")) {
        let entry = entry?;
        if entry
            .path()
            .extension()
            .is_some_and(|ending| ending == "zst")
        {
            let mut bytes = fs::read(entry.path())?;
            let middle = bytes.len() / 2;
            let byte = bytes.get_mut(middle).context("a pack has bytes")?;
            *byte = !*byte;
            fs::write(entry.path(), bytes)?;
        }
    }
    Ok(())
}

/// Writes a session file of an earlier tool, of work with the other configuration.
fn earlier(machine: &Machine, folder: &str, id: &str) -> Result<()> {
    fs::create_dir_all(folder)?;
    let text = serde_json::json!({
        "metadata": {"session_id": id, "workflow_config_path": "other/workflows/work.yaml", "status": "active"},
        "state": {"step": 1},
        "workflow_config": {"name": "other"},
    });
    machine.file(&format!("sessions/{id}.json"), &text.to_string())?;
    Ok(())
}

/// A workflow with so many tools.
fn tree(name: &str, tools: usize) -> Files {
    let mut files = Files::new();
    let names: Vec<_> = (0..tools).map(|n| format!("{name}_{n}")).collect();
    for tool in &names {
        let text = format!("name: {tool}\ndescription: what {tool} does for {name}\n");
        files.insert(format!("tools/{tool}.yaml"), text);
    }
    let workflow = format!("name: {name}\ntools: [{}]\n", names.join(", "));
    files.insert("workflows/work.yaml".to_owned(), workflow);
    files
}

/// Writes a configuration below `files`; the path of its workflow.
fn write(machine: &Machine, name: &str, files: &Files) -> Result<String> {
    let root = machine.path("files").join(name);
    for (path, text) in files {
        let file = root.join(path);
        fs::create_dir_all(file.parent().context("a file has a folder")?)?;
        fs::write(file, text)?;
    }
    Ok(root.join("workflows/work.yaml").display().to_string())
}

fn create(machine: &Machine, config: &str) -> Result<String> {
    let made = machine.done(&["session", "create", config])?;
    let id = made["session_id"].as_str().context("a session has an id")?;
    Ok(id.to_owned())
}

/// One tool is another, on the disk too.
fn changed(machine: &Machine, mut files: Files) -> Result<Files> {
    edit(&mut files, "tools/kept_0.yaml", "version: 2\n")?;
    write(machine, "kept", &files)?;
    Ok(files)
}

fn edit(files: &mut Files, path: &str, more: &str) -> Result<()> {
    files.get_mut(path).context("it is there")?.push_str(more);
    Ok(())
}

/// So many characters that do not get smaller much when they are packed.
fn unlike(characters: usize) -> String {
    let numbers = (1_u64..).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let digits = numbers.flat_map(|n| format!("{n:x}").into_bytes());
    let digits = digits.take(characters).map(char::from);
    std::iter::once("note: ")
        .flat_map(str::chars)
        .chain(digits)
        .chain(['\n'])
        .collect()
}

fn read(root: &Path) -> Result<Files> {
    let mut files = Files::new();
    if !root.exists() {
        return Ok(files);
    }
    for entry in WalkDir::new(root) {
        let entry = entry?;
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(root)?.display().to_string();
            files.insert(path, fs::read_to_string(entry.path())?);
        }
    }
    Ok(files)
}

/// Rows that are references, each counted, and the counts that are kept: read without the program.
fn miscounted(machine: &Machine) -> Result<Vec<String>> {
    let connection = open(machine)?;
    let check: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    let wrong: (u32, u32) = connection.query_row(
        "SELECT (SELECT count(*) FROM snapshot_object o WHERE refs <>
                   (SELECT count(*) FROM snapshot_entry e WHERE e.object = o.object)
                   + (SELECT count(*) FROM session s WHERE s.source = o.hash)),
                (SELECT count(*) FROM snapshot_tree t WHERE refs <>
                   (SELECT count(*) FROM snapshot s WHERE s.tree = t.tree))",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let mut faults = Vec::new();
    if check != "ok" {
        faults.push(format!("integrity_check: {check}"));
    }
    if wrong != (0, 0) {
        faults.push(format!("counts of objects and trees are wrong: {wrong:?}"));
    }
    Ok(faults)
}

/// What sessions and snapshots there are, where they were brought back, and what of the store is not whole.
fn rows(machine: &Machine) -> Result<Vec<String>> {
    let connection = open(machine)?;
    let mut statement = connection.prepare(
        "SELECT 'session ' || id || coalesce(overlay, '') FROM session
         UNION ALL SELECT 'snapshot ' || id FROM snapshot
         UNION ALL SELECT key || ' ' || value FROM setting WHERE key = 'snapshot_dir' ORDER BY 1",
    )?;
    let rows = statement.query_map([], |row| row.get(0))?;
    let mut told: Vec<String> = rows.collect::<Result<_, _>>()?;
    told.extend(broken(&machine.path("data/snapshots"))?);
    Ok(told)
}

/// Where the store is moved to.
fn elsewhere(machine: &Machine) -> PathBuf {
    machine.path("files/elsewhere")
}

fn open(machine: &Machine) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let path = machine.path("data/flowkeep.db");
    Ok(Connection::open_with_flags(path, flags)?)
}

/// Packs that are not what their names say.
fn broken(store: &Path) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    let objects = store.join("objects");
    if !objects.exists() {
        return Ok(faults);
    }
    for entry in WalkDir::new(objects) {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(hash) = name.strip_suffix(".zst") else {
            continue;
        };
        if ObjectHash::of(&fs::read(entry.path())?).to_string() != hash {
            faults.push(format!("{name} has a final name and is not whole"));
        }
    }
    Ok(faults)
}

fn unfinished(data: &Path) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for entry in WalkDir::new(data) {
        let entry = entry?;
        if entry.file_name().to_string_lossy().ends_with(".partial") {
            let path = entry.path().strip_prefix(data)?;
            faults.push(format!("{} was left", path.display()));
        }
    }
    Ok(faults)
}
