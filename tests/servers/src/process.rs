//! A program that runs for as long as its value is there.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

/// More than any machine that is worth testing on needs; a bound, not a measure.
const LONG: Duration = Duration::from_mins(3);

/// A folder that the server's user owns, and the servers that run in it.
pub(crate) struct Home {
    folder: tempfile::TempDir,
}

/// A running server. Dropped, it is ended at once: nothing it holds is worth an orderly end.
pub(crate) struct Process {
    child: Child,
}

impl Home {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = Self { folder };
        Self::own(home.path());
        home
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// A file for the server to read.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.join(name);
        std::fs::write(&path, text).unwrap();
        Self::own(&path);
        path
    }

    /// Gives a path to the user the server runs as.
    fn own(path: &Path) {
        if is_root() {
            let id = |flag: &str| {
                let said = Command::new("id").args([flag, "nobody"]).output().unwrap();
                String::from_utf8(said.stdout).unwrap().trim().parse().ok()
            };
            std::os::unix::fs::chown(path, id("-u"), id("-g")).unwrap();
        }
    }

    /// The program, as a user without rights and no longer than this process.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL"]);
        if is_root() {
            command.args(["--reuid", "nobody", "--regid", "nogroup", "--clear-groups"]);
        }
        // What servers put aside for a moment is not beside that of others.
        command
            .arg("--")
            .arg(program)
            .current_dir(self.path())
            .env("TMPDIR", self.path());
        command
    }

    /// Runs a program to its end.
    pub(crate) fn run(command: &mut Command) {
        let ended = command.stdin(Stdio::null()).output();
        let ended = ended.unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success(), "{command:?}: {said}");
    }
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

/// Where a program is. Ends the test when it is missing, and says what brings it.
pub(crate) fn needed(program: &str, package: &str) -> PathBuf {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<_> = std::env::split_paths(&paths).collect();
    places.push("/usr/sbin".into());
    let mut files = places.iter().map(|place| place.join(program));
    files.find(|file| file.is_file()).unwrap_or_else(|| {
        panic!("{program} is missing. Next: sudo apt-get install {package}, or scripts/setup test")
    })
}

impl Process {
    /// Starts a server and waits until it says so on a line of its own.
    pub(crate) fn start(command: &mut Command, ready: &str) -> Self {
        command.stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn();
        let mut child = child.unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let (lines, said) = channel();
        follow(child.stdout.take().unwrap(), lines.clone());
        follow(child.stderr.take().unwrap(), lines);
        let process = Self { child };
        wait_for(ready, &said);
        process
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // One that has ended by itself needs no more.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads to the end, so that the server never waits for a reader.
fn follow(from: impl Read + Send + 'static, lines: Sender<String>) {
    std::thread::spawn(move || {
        for line in BufReader::new(from).split(b'\n') {
            let Ok(line) = line else { return };
            let _ = lines.send(String::from_utf8_lossy(&line).into_owned());
        }
    });
}

fn wait_for(ready: &str, said: &Receiver<String>) {
    let since = Instant::now();
    let mut all = String::new();
    loop {
        match said.recv_timeout(LONG.saturating_sub(since.elapsed())) {
            Ok(line) if line.contains(ready) => return,
            Ok(line) => {
                all.push_str(&line);
                all.push('\n');
            }
            Err(RecvTimeoutError::Disconnected) => panic!("the server ended:\n{all}"),
            Err(RecvTimeoutError::Timeout) => panic!("the server never said “{ready}”:\n{all}"),
        }
    }
}
