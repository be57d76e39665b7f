//! `folder archive` and `folder put-back`, killed as they enter a call for the n-th time: after the next start
//! every file is at one known place, and the record tells it (reliability, row 3).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::kill::{Each, count_calls};
use crate::{Machine, Swept};

/// Kills the archiving of a folder with so many files at each kind of call that changes the disk, at most
/// so often, evenly over its calls.
///
/// # Errors
/// When the machine cannot be set up or traced; what is not as promised is in the answer.
pub fn sweep_folder(program: &Path, files: usize, kills: usize) -> Result<Swept> {
    let names: Vec<String> = (0..files)
        .map(|n| match n {
            0 => "table_list.txt".to_owned(),
            1 => "backup_info.json".to_owned(),
            n => format!("table_{n}.ddl"),
        })
        .collect();
    let texts = names
        .iter()
        .map(|name| (name.clone(), format!("this is {name}")));
    let (machine, folder, id) = adopted(program, texts)?;
    machine.save()?;
    let words = ["folder", "archive", id.as_str()];
    let counts = count_calls(&machine, &words)?;
    let after = places(&folder)?;
    ensure!(after.0.len() == 1, "nothing was archived");
    machine.put_back()?;

    let each = Each {
        machine: &machine,
        words: &words,
        called: "folder archive",
        all_calls: false,
    };
    let step = |count: usize| (count / kills).max(1);
    each.killed(counts, step, || look(&machine, &folder, &id, &names))
}

/// Kills the putting back of an archive with so many files in the same way: afterwards the folder is as it was
/// or as it should be, and the archive is whole.
///
/// # Errors
/// As [`sweep_folder`].
pub fn sweep_put_back(program: &Path, files: usize, kills: usize) -> Result<Swept> {
    let then = (0..files).map(|n| (format!("table_{n}.ddl"), format!("then {n}")));
    let (machine, folder, id) = adopted(program, then)?;
    let id = id.as_str();
    let made = machine.done(&["folder", "archive", id])?;
    let archive = made["archive"].as_str().context("an archive has a name")?;
    let archived = texts(&folder.join(archive))?;
    // Half of them are there again and others; the rest is gone.
    for n in 0..files / 2 {
        fs::write(folder.join(format!("table_{n}.ddl")), format!("now {n}"))?;
    }
    fs::write(folder.join("new.csv"), "now")?;
    let before = texts(&folder)?;
    machine.save()?;
    let words = ["folder", "put-back", id, archive];
    let counts = count_calls(&machine, &words)?;
    let after = texts(&folder)?;
    ensure!(after.len() == files, "nothing was put back");
    machine.put_back()?;

    let each = Each {
        machine: &machine,
        words: &words,
        called: "folder put-back",
        all_calls: false,
    };
    let step = |count: usize| (count / kills).max(1);
    each.killed(counts, step, || {
        let mut faults = Vec::new();
        let (code, answer) = machine.run(&["folder", "archives", id])?;
        if code != 0 {
            faults.push(format!("the next command ended with {code}: {answer}"));
        }
        if texts(&folder.join(archive))? != archived {
            faults.push("the archive is not whole".to_owned());
        }
        let now = texts(&folder)?;
        if now != before && now != after {
            faults.push(format!("neither as it was nor as it should be: {now:?}"));
        }
        let (found, unfinished) = places(&folder)?;
        faults.extend(unfinished.iter().map(|name| format!("{name} was left")));
        let made_way = found.iter().filter(|(name, _)| *name != archive);
        let made_way: Vec<_> = made_way.flat_map(|(_, told)| told.values()).collect();
        let says = |text: &String| {
            let mut files = made_way.iter();
            files.any(|(_, path)| fs::read_to_string(path).is_ok_and(|found| found == *text))
        };
        if now == after {
            let missing = before.iter().filter(|(_, text)| !says(text));
            faults.extend(missing.map(|(name, _)| format!("{name} of before is lost")));
        }
        // It goes on as if nothing had been.
        let (code, answer) = machine.run(&words)?;
        if code != 0 || texts(&folder)? != after {
            faults.push(format!("putting back again ended with {code}: {answer}"));
        }
        Ok(faults)
    })
}

/// A machine with a task folder that holds these files: it, the folder, and the id of that.
fn adopted(
    program: &Path,
    files: impl Iterator<Item = (String, String)>,
) -> Result<(Machine, PathBuf, String)> {
    let machine = Machine::new(program)?;
    let flow = machine.file("w.json", r#"{"id": "w", "name": "W", "tasks": []}"#)?;
    machine.done(&["flow", "create", &flow])?;
    let folder = machine.path("files/task");
    fs::create_dir(&folder)?;
    for (name, text) in files {
        fs::write(folder.join(name), text)?;
    }
    let path = folder.display().to_string();
    let made = machine.done(&["folder", "adopt", "w", &path])?;
    let id = made["id"].as_str().context("a folder has an id")?;
    let id = id.to_owned();
    Ok((machine, folder, id))
}

/// The files right in a folder, by name.
fn texts(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut texts = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_file() {
            texts.insert(name, fs::read_to_string(entry.path())?);
        }
    }
    Ok(texts)
}

/// What is not as promised after a kill and the next start.
fn look(machine: &Machine, folder: &Path, id: &str, names: &[String]) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    let (code, list) = machine.run(&["folder", "archives", id])?;
    if code != 0 {
        faults.push(format!("the next command ended with {code}: {list}"));
    }
    faults.extend(misplaced(folder, names));
    // It goes on as if nothing had been.
    let (code, answer) = machine.run(&["folder", "archive", id])?;
    if code != 0 {
        faults.push(format!("archiving again ended with {code}: {answer}"));
    }
    faults.extend(misplaced(folder, names));
    Ok(faults)
}

/// Archives by name, each with what its record tells: how, and where the file is, by its name in the
/// folder; and what is unfinished.
type Places = (
    BTreeMap<String, BTreeMap<String, (String, PathBuf)>>,
    Vec<String>,
);

fn places(folder: &Path) -> Result<Places> {
    let mut archives = BTreeMap::new();
    let mut unfinished = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !entry.file_type()?.is_dir() {
            continue;
        }
        if name.ends_with(".partial") {
            unfinished.push(name);
            continue;
        }
        let record = fs::read(entry.path().join("backup_info.json"))
            .with_context(|| format!("{name} has no record"))?;
        let record: Value = serde_json::from_slice(&record)?;
        let files = record["files"].as_array().context("a record lists files")?;
        let mut told = BTreeMap::new();
        for file in files {
            let own = file["name"].as_str().unwrap_or_default();
            let own_there = file["archived_as"].as_str().unwrap_or(own);
            let how = file["how"].as_str().unwrap_or_default().to_owned();
            told.insert(own.to_owned(), (how, entry.path().join(own_there)));
        }
        archives.insert(name, told);
    }
    Ok((archives, unfinished))
}

/// The files that are not at one known place.
fn misplaced(folder: &Path, names: &[String]) -> Vec<String> {
    let (archives, unfinished) = match places(folder) {
        Ok(found) => found,
        Err(error) => return vec![format!("{error:#}")],
    };
    let mut faults: Vec<String> = unfinished
        .iter()
        .map(|name| format!("{name} was left"))
        .collect();
    for name in names {
        let says = |path: &Path| fs::read_to_string(path).ok() == Some(format!("this is {name}"));
        let here = says(&folder.join(name));
        let there: Vec<_> = archives
            .values()
            .filter_map(|told| told.get(name))
            .collect();
        let held = there.iter().filter(|(_, path)| says(path)).count();
        let moved = there.iter().any(|(how, _)| how == "moved");
        let known = held == there.len() && here != moved && (here || held == 1);
        if !known {
            faults.push(format!("{name} is here: {here}, in archives: {there:?}"));
        }
    }
    faults
}
