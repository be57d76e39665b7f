//! `session restore --in-place`, killed as it enters a call for the n-th time: after the next start all files are as
//! they were before or all are back, and a kept file is never half of anything.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use crate::kill::{Each, count_calls};
use crate::{Machine, Swept};

/// Kills the putting back of a session's files, with so many tools among them, at each kind of call that changes
/// the disk, at most so often, evenly over its calls.
///
/// # Errors
/// When the machine cannot be set up or traced; what is not as promised is in the answer.
pub fn sweep_in_place(program: &Path, tools: usize, kills: usize) -> Result<Swept> {
    let machine = Machine::new(program)?;
    let root = machine.path("files/configs");
    let names: Vec<_> = (0..tools).map(|n| format!("tool_{n}")).collect();
    let entry = root.join("workflows/orders.yaml");
    put(&entry, "name: orders\ntool_set: office\n")?;
    let set = root.join("tool-sets/office.yaml");
    put(&set, &format!("tools: [{}]\n", names.join(", ")))?;
    let tool = |name: &String| root.join(format!("tools/{name}.yaml"));
    for name in &names {
        put(&tool(name), &format!("name: {name}\n"))?;
    }
    let after = texts(&root)?;
    let config = entry.display().to_string();
    let begun = machine.done(&["session", "create", &config])?;
    let id = begun["session_id"]
        .as_str()
        .context("a session has an id")?;
    // The half of them is another by now, one holds a key, and the one it begins with is gone.
    for name in names.iter().step_by(2) {
        put(&tool(name), &format!("name: {name}\nlimit: 1\n"))?;
    }
    put(&tool(&names[0]), &format!("api_key: {}\n", "k".repeat(30)))?;
    fs::remove_file(&entry)?;
    let before = texts(&root)?;
    machine.save()?;
    let words = ["session", "restore", id, "--in-place"];
    let counts = count_calls(&machine, &words)?;
    ensure!(texts(&root)? == after, "nothing was put back");
    machine.put_back()?;

    let each = Each {
        machine: &machine,
        words: &words,
        called: "session restore --in-place",
        all_calls: false,
    };
    let step = |count: usize| (count / kills).max(1);
    each.killed(counts, step, || {
        let mut faults = Vec::new();
        let (code, answer) = machine.run(&["session", "show", id])?;
        if code != 0 {
            faults.push(format!("the next command ended with {code}: {answer}"));
        }
        let now = texts(&root)?;
        if now != before && now != after {
            faults.push(format!("neither as it was nor as it should be: {now:?}"));
        }
        // It goes on as if nothing had been.
        let (code, answer) = machine.run(&words)?;
        if code != 0 || texts(&root)? != after {
            faults.push(format!("putting back again ended with {code}: {answer}"));
        }
        Ok(faults)
    })
}

fn put(path: &Path, text: &str) -> Result<()> {
    fs::create_dir_all(path.parent().context("a file is in a folder")?)?;
    Ok(fs::write(path, text)?)
}

/// All files below a folder, what is unfinished too.
fn texts(folder: &Path) -> Result<BTreeMap<PathBuf, String>> {
    let mut texts = BTreeMap::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                texts.insert(path.clone(), fs::read_to_string(path)?);
            }
        }
    }
    Ok(texts)
}
