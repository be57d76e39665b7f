//! Sleep is held off while a task writes, as a logind of the test's own on a bus of its own hears it.
#![cfg(target_os = "linux")]

use std::io::{BufRead as _, BufReader, PipeReader, Read as _};
use std::os::fd::OwnedFd as File;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use serde_json::json;
use zbus::blocking::connection::Builder;
use zbus::fdo;
use zbus::zvariant::OwnedFd;

use crate::flowkeep::Flowkeep;

/// More than any machine that is worth testing on needs; a bound, not a measure.
const LONG: Duration = Duration::from_secs(30);

/// A bus that ends with its handle.
struct Bus {
    daemon: Child,
    address: String,
}

impl Bus {
    fn start() -> Self {
        let mut daemon = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--nopidfile", "--print-address=1"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut address = String::new();
        let said = daemon.stdout.take().unwrap();
        BufReader::new(said).read_line(&mut address).unwrap();
        let address = address.trim().to_owned();
        Self { daemon, address }
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

/// What was asked, and the other end of what was given: at its end the hold is given back.
struct Asked {
    what: String,
    why: String,
    mode: String,
    held: Option<PipeReader>,
}

struct Logind {
    asked: Sender<Asked>,
    /// Whether whoever asks may hold sleep off altogether.
    may_block: bool,
}

#[zbus::interface(name = "org.freedesktop.login1.Manager")]
impl Logind {
    fn inhibit(&self, what: &str, who: &str, why: &str, mode: &str) -> fdo::Result<OwnedFd> {
        assert_eq!(who, "Flowkeep");
        let (held, given) =
            std::io::pipe().map_err(|error| fdo::Error::Failed(error.to_string()))?;
        let refused = mode == "block" && !self.may_block;
        let asked = Asked {
            what: what.to_owned(),
            why: why.to_owned(),
            mode: mode.to_owned(),
            held: (!refused).then_some(held),
        };
        let _ = self.asked.send(asked);
        if refused {
            return Err(fdo::Error::AccessDenied("only at the desk".to_owned()));
        }
        Ok(File::from(given).into())
    }
}

fn logind(bus: &Bus, may_block: bool) -> (zbus::blocking::Connection, Receiver<Asked>) {
    let (tell, asked) = channel();
    let logind = Logind {
        asked: tell,
        may_block,
    };
    let serving = Builder::address(bus.address.as_str())
        .unwrap()
        .name("org.freedesktop.login1")
        .unwrap()
        .serve_at("/org/freedesktop/login1", logind)
        .unwrap()
        .build()
        .unwrap();
    (serving, asked)
}

/// A program as a task, on this bus: it goes on until `end` is called.
struct Writing {
    flowkeep: Flowkeep,
    process: Child,
}

impl Writing {
    fn begin(bus: &Bus) -> Self {
        let flowkeep = Flowkeep::new();
        let script = format!(
            "until [ -e '{}' ]; do sleep 0.02; done",
            flowkeep.path("mark").display()
        );
        let params = json!({"program": "sh", "args": ["-c", script]}).to_string();
        let process = flowkeep
            .command(&["run", "task", "program.run", "--params", &params])
            .env("DBUS_SYSTEM_BUS_ADDRESS", &bus.address)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self { flowkeep, process }
    }

    fn end(mut self) {
        std::fs::write(self.flowkeep.path("mark"), "").unwrap();
        assert!(self.process.wait().unwrap().success());
    }
}

#[test]
#[ignore = "dbus-daemon has to be there"]
fn sleep_is_held_off_while_a_task_writes() {
    let bus = Bus::start();
    let (_serving, asked) = logind(&bus, true);
    let writing = Writing::begin(&bus);
    let asked = asked.recv_timeout(LONG).unwrap();
    assert_eq!(
        (asked.what.as_str(), asked.mode.as_str(), asked.why.as_str()),
        ("sleep", "block", "A task is writing")
    );
    writing.end();
    // It ends when nobody has the other end any more.
    let mut rest = Vec::new();
    asked.held.unwrap().read_to_end(&mut rest).unwrap();
}

#[test]
#[ignore = "dbus-daemon has to be there"]
fn where_it_may_not_be_held_off_it_is_delayed() {
    let bus = Bus::start();
    let (_serving, asked) = logind(&bus, false);
    let writing = Writing::begin(&bus);
    let modes: Vec<_> = asked.iter().take(2).map(|asked| asked.mode).collect();
    assert_eq!(modes, ["block", "delay"]);
    writing.end();
}
