//! Programs that were started here and are still there, whoever started them may have ended since: they are told
//! by what stands in their environment.
//!
//! Other people's processes are seen by root alone. On systems other than Linux none is.

use std::io;

/// A program that is still there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningProgram {
    /// The number the system has for it.
    pub process: u32,
    /// What the system calls it.
    pub name: String,
    /// When it began, as the system counts: numbers are given anew some day.
    started: u64,
}

impl RunningProgram {
    /// Whether it is still there.
    #[cfg(not(target_os = "linux"))]
    pub fn is_still_there(&self) -> bool {
        false
    }

    /// Whether it is still there.
    #[cfg(target_os = "linux")]
    pub fn is_still_there(&self) -> bool {
        linux::standing(self.process).is_some_and(|(_, now)| now.started == self.started)
    }
}

/// The first of the programs that have all of these in their environment.
///
/// # Errors
/// That this system does not say.
#[cfg(not(target_os = "linux"))]
pub fn running_with(_: &[(&str, &str)]) -> io::Result<Option<RunningProgram>> {
    Err(io::ErrorKind::Unsupported.into())
}

/// The first of the programs that have all of these in their environment.
///
/// # Errors
/// That the system does not say.
#[cfg(target_os = "linux")]
pub fn running_with(environment: &[(&str, &str)]) -> io::Result<Option<RunningProgram>> {
    let wanted: Vec<String> = environment
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let has_all = |process: &u32| {
        // One that has ended, or is another person's, has none.
        let Ok(found) = std::fs::read(format!("/proc/{process}/environ")) else {
            return false;
        };
        let has = |one: &String| {
            found
                .split(|byte| *byte == 0)
                .any(|it| it == one.as_bytes())
        };
        wanted.iter().all(has)
    };
    let processes = std::fs::read_dir("/proc")?.filter_map(Result::ok);
    let numbers = processes.filter_map(|process| process.file_name().to_str()?.parse().ok());
    let running = numbers.filter(has_all).filter_map(linux::standing);
    // What it started has the same environment, and is soon gone; numbers begin anew some day.
    let first = running.min_by_key(|(leads, program)| (!leads, program.process));
    Ok(first.map(|(_, program)| program))
}

#[cfg(target_os = "linux")]
mod linux {
    use super::RunningProgram;

    /// Whether a process leads a group of its own, what it is called and when it began. One that has ended and
    /// that nobody has taken leave of yet is none.
    pub(super) fn standing(process: u32) -> Option<(bool, RunningProgram)> {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        // The name stands in brackets and may have some in it: `12 (sh) S PARENT GROUP …`.
        let (before, after) = stat.rsplit_once(')')?;
        let (_, name) = before.split_once('(')?;
        let fields: Vec<_> = after.split_whitespace().collect();
        if matches!(*fields.first()?, "Z" | "X") {
            return None;
        }
        let leads = *fields.get(2)? == process.to_string();
        let program = RunningProgram {
            process,
            name: name.to_owned(),
            started: fields.get(19)?.parse().ok()?,
        };
        Some((leads, program))
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_program_is_found_by_its_environment_for_as_long_as_it_is_there() {
        let mark = ulid::Ulid::generate().to_string();
        let mark = [("FLOWKEEP_TEST", mark.as_str()), ("FLOWKEEP_TASK", "a")];
        assert_eq!(running_with(&mark).unwrap(), None);
        let mut program = Command::new("cat")
            .envs(mark)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let found = loop {
            // What was just started has its environment a moment later.
            match running_with(&mark).unwrap() {
                Some(found) if found.name == "cat" => break found,
                _ => std::thread::yield_now(),
            }
        };
        assert_eq!(found.process, program.id());
        assert_eq!(
            running_with(&[mark[0], ("FLOWKEEP_TASK", "b")]).unwrap(),
            None
        );
        assert!(found.is_still_there());
        let earlier = RunningProgram {
            started: found.started - 1,
            ..found.clone()
        };
        assert!(!earlier.is_still_there(), "its number was given anew");
        drop(program.stdin.take());
        program.wait().unwrap();
        assert_eq!(running_with(&mark).unwrap(), None);
        assert!(!found.is_still_there());
    }
}
