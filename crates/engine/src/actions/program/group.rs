//! The processes a program stands for.

use std::process::ExitStatus;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::process::Child;

/// The group a program leads. Dropped while the program may still run (its attempt was dropped),
/// it ends the group.
pub(super) struct Group {
    #[cfg(unix)]
    leader: Option<rustix::process::Pid>,
    left: AtomicBool,
}

impl Group {
    pub(super) fn of(child: &Child) -> Self {
        #[cfg(not(unix))]
        let _ = child;
        Self {
            #[cfg(unix)]
            leader: child
                .id()
                .and_then(|id| i32::try_from(id).ok())
                .and_then(rustix::process::Pid::from_raw),
            left: AtomicBool::new(false),
        }
    }

    /// Asks all of them to end.
    pub(super) fn ask(&self) {
        #[cfg(unix)]
        self.tell(rustix::process::Signal::TERM);
    }

    /// Ends all of them.
    pub(super) fn end(&self) {
        #[cfg(unix)]
        self.tell(rustix::process::Signal::KILL);
    }

    /// The program has ended; what it left behind on purpose may stay.
    pub(super) fn leave(&self) {
        self.left.store(true, Ordering::Relaxed);
    }

    #[cfg(unix)]
    fn tell(&self, signal: rustix::process::Signal) {
        if let Some(leader) = self.leader
            && let Err(error) = rustix::process::kill_process_group(leader, signal)
            && error != rustix::io::Errno::SRCH
        {
            tracing::warn!(%error, "a program could not be told to end");
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if !self.left.load(Ordering::Relaxed) {
            self.end();
        }
    }
}

/// The number of the signal that ended a program; nothing where there are none.
#[cfg(unix)]
pub(super) fn signal(exit: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt as _;
    exit.signal()
        .map(|signal| signal.to_string())
        .unwrap_or_default()
}

/// The number of the signal that ended a program; nothing where there are none.
#[cfg(not(unix))]
pub(super) fn signal(_: ExitStatus) -> String {
    String::new()
}
