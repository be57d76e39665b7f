//! `program.run`: a program and its arguments, no shell.
//!
//! It starts in the attempt's folder with nothing to read and an environment of its own: what the
//! machine needs (`PATH`, `HOME`, language, time zone), `FLOWKEEP_RUN`, `FLOWKEEP_TASK`,
//! `FLOWKEEP_IDEMPOTENCY_KEY`, for a run of a session `FLOWKEEP_CONFIG`, and what the task gives. It leads a process group, so that stopping
//! it stops what it started: asked first (`SIGTERM`), ended at the hard stop (`SIGKILL`). What still
//! holds its output after it has ended is ended with it.
//!
//! Absent on purpose: what left the group by its own doing. On systems without process groups the
//! program alone is stopped.

mod group;
mod stream;

use std::io::{self, ErrorKind};
use std::pin::pin;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use flowkeep_core::Message;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use self::group::Group;
use self::stream::{Lines, Stream};
use super::params::Params;
use super::{ActionError, Attempt, Done, Output, Stop};

/// How long the output may stay open after the program has ended.
const HELD: Duration = Duration::from_secs(1);

/// What a program finds of the machine's environment.
const INHERITED: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LANGUAGE",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "TMPDIR",
    "XDG_RUNTIME_DIR",
];

/// What programs on Windows cannot start without.
const INHERITED_ON_WINDOWS: &[&str] = &[
    "SYSTEMROOT",
    "WINDIR",
    "PATHEXT",
    "COMSPEC",
    "TEMP",
    "TMP",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
    "PROGRAMDATA",
];

pub(super) async fn carry_out(
    attempt: &Attempt<'_>,
    params: &Params<'_>,
) -> Result<Done, ActionError> {
    let program = params.needed("program")?;
    let accept = params.words("accept")?;
    let mut child = start(attempt, params, program)?;
    let group = Group::of(&child);
    let lines = Lines::new(attempt);
    let mut stdout = Stream::new(attempt, "stdout");
    let mut stderr = Stream::new(attempt, "stderr");
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let reading =
        async { tokio::try_join!(stdout.read(out, &lines), stderr.read(err, &lines)).map(|_| ()) };
    let Some(exit) = follow(&mut child, &group, &attempt.stop, reading).await? else {
        return Ok(Done::Stopped { undone: false });
    };
    let exit = exit.map_err(|error| not_started(program, &error))?;
    // What went wrong is told where errors are, by most programs.
    let said = stderr.said().or_else(|| stdout.said());
    judge(program, exit, &accept, said)?;
    let (stdout, stdout_overflow) = stdout.finish()?;
    let (stderr, stderr_overflow) = stderr.finish()?;
    let mut output = Output::of([
        ("exit_code", exit.code().map(i64::from).into()),
        ("stdout", stdout.into()),
        ("stderr", stderr.into()),
    ]);
    output.overflow(stdout_overflow);
    output.overflow(stderr_overflow);
    Ok(output.into())
}

/// Goes with a program to its end and says how it ended; nothing when it was stopped.
async fn follow(
    child: &mut Child,
    group: &Group,
    stop: &Stop,
    reading: impl Future<Output = Result<(), ActionError>>,
) -> Result<Option<io::Result<ExitStatus>>, ActionError> {
    let mut reading = pin!(reading);
    let mut read = None;
    let (mut asked, mut ended) = (false, false);
    let exit = loop {
        tokio::select! {
            exit = child.wait() => break exit,
            result = &mut reading, if read.is_none() => {
                if result.is_err() {
                    group.end();
                }
                read = Some(result);
            }
            () = stop.soft(), if !asked => {
                asked = true;
                group.ask();
            }
            () = stop.hard(), if !ended => {
                ended = true;
                group.end();
            }
        }
    };
    if read.is_none() {
        read = timeout(HELD, &mut reading).await.ok();
    }
    if read.is_none() {
        group.end();
        // Who left the group may hold it still; what came until now is the output.
        read = timeout(HELD, &mut reading).await.ok();
    }
    if asked || ended {
        // Also who neither heard nor holds the output.
        group.end();
        return Ok(None);
    }
    group.leave();
    read.unwrap_or(Ok(())).map(|()| Some(exit))
}

fn start(attempt: &Attempt<'_>, params: &Params<'_>, program: &str) -> Result<Child, ActionError> {
    let mut command = Command::new(program);
    command
        .args(params.words("args")?)
        .env_clear()
        .current_dir(attempt.folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    for name in INHERITED.iter().chain(INHERITED_ON_WINDOWS) {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
        .env("FLOWKEEP_RUN", attempt.run.to_string())
        .env("FLOWKEEP_TASK", attempt.task.as_str())
        .env("FLOWKEEP_IDEMPOTENCY_KEY", attempt.key)
        .envs(
            attempt
                .configuration
                .map(|place| ("FLOWKEEP_CONFIG", place)),
        )
        .envs(params.named_words("env")?);
    #[cfg(unix)]
    command.process_group(0);
    if !attempt.folder.is_dir() {
        // Else the system would say of the program that there is none.
        let message = Message::new("folder_unreachable")
            .with("path", flowkeep_host::path_text(attempt.folder))
            .with("reason", ErrorKind::NotFound);
        return Err(ActionError::passing(message));
    }
    command
        .spawn()
        .map_err(|error| not_started(program, &error))
}

fn not_started(program: &str, error: &io::Error) -> ActionError {
    let message = match error.kind() {
        ErrorKind::NotFound => Message::new("program_missing"),
        ErrorKind::PermissionDenied => Message::new("program_not_allowed"),
        ErrorKind::InvalidInput => Message::new("program_words_wrong"),
        _ => Message::new("program_not_started").with("reason", error),
    };
    ActionError::passing(message.with("program", program))
}

/// How it ended: a failure says what it printed last.
fn judge(
    program: &str,
    exit: ExitStatus,
    accept: &[&str],
    said: Option<String>,
) -> Result<(), ActionError> {
    let mut message = match exit.code() {
        Some(0) => return Ok(()),
        Some(code) if accept.contains(&code.to_string().as_str()) => return Ok(()),
        Some(code) => Message::new("program_failed").with("exit_code", code),
        None => Message::new("program_killed").with("signal", group::signal(exit)),
    };
    if let Some(said) = said {
        message = message.with("said", said);
    }
    Err(ActionError::passing(message.with("program", program)))
}
