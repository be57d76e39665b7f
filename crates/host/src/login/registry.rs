//! The entry as Windows reads it: a value of the account's `Run` key, by the system's own `reg`.
//! Untried: it has not run on Windows.

use std::io;
use std::process::{Command, Output};

use super::LoginStart;

const RUN: &str = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run";

pub(super) fn is_on(entry: &LoginStart) -> io::Result<bool> {
    let asked = reg(&["query", RUN, "/v", &entry.name])?;
    let said = String::from_utf8_lossy(&asked.stdout);
    // It prints the name, the type and then the value as it is.
    let value = said.lines().find_map(|line| line.split_once("REG_SZ"));
    Ok(asked.status.success() && value.is_some_and(|(_, value)| value.trim() == line(entry)))
}

pub(super) fn switch_on(entry: &LoginStart) -> io::Result<()> {
    let line = line(entry);
    done(&reg(&[
        "add",
        RUN,
        "/v",
        &entry.name,
        "/t",
        "REG_SZ",
        "/d",
        &line,
        "/f",
    ])?)
}

pub(super) fn switch_off(entry: &LoginStart) -> io::Result<()> {
    if !reg(&["query", RUN, "/v", &entry.name])?.status.success() {
        return Ok(());
    }
    done(&reg(&["delete", RUN, "/v", &entry.name, "/f"])?)
}

/// No path on Windows has a quotation mark in it; a backslash before the closing one would hide it.
fn line(entry: &LoginStart) -> String {
    let quoted = entry.words.iter().map(|word| {
        let word = word.trim_end_matches('\\');
        format!("\"{word}\"")
    });
    quoted.collect::<Vec<_>>().join(" ")
}

fn reg(arguments: &[&str]) -> io::Result<Output> {
    Command::new("reg").args(arguments).output()
}

fn done(output: &Output) -> io::Result<()> {
    if output.status.success() {
        return Ok(());
    }
    Err(io::Error::other(
        String::from_utf8_lossy(&output.stderr).trim().to_owned(),
    ))
}
