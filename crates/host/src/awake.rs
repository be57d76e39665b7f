//! Holding the machine's sleep off while something is done that a sleep would break in two.
//!
//! Whoever is at it says so and goes on at once: a thread of its own asks the system, which may take
//! its time. A system that does not know of such wishes is asked once and then left alone; one that does
//! not answer just now is asked again at the next wish. Nobody is told: it goes to sleep as it always did.
//!
//! Absent on purpose: the lid and the power button, by which a person means it; and the screen.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// How long the hold outlasts the last that wanted it: what comes right after it asks for nothing.
const LINGERS: Duration = Duration::from_secs(2);

/// Says whether the machine may go to sleep.
pub trait Awake: Send + Sync {
    /// Holds sleep off from now on, or no longer. Answers at once.
    fn want(&self, awake: bool);
}

/// Leaves sleep as it is.
impl Awake for () {
    fn want(&self, _awake: bool) {}
}

/// What holds sleep off for as long as it is there.
type Hold = Box<dyn Send>;

/// Why the system gives no [`Hold`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    not(target_os = "linux"),
    expect(dead_code, reason = "each system says what it can tell")
)]
enum Refused {
    /// It knows of no such wishes, and never will.
    ForEver,
    /// It does not answer, or not now: it may be starting.
    Now,
}

/// Asks the system for a [`Hold`].
type AskForHold = Arc<dyn Fn() -> Result<Hold, Refused> + Send + Sync>;

/// The machine's own.
pub struct SystemAwake {
    ask: AskForHold,
    lingers: Duration,
    /// Who follows the wishes; absent in it when no thread could begin.
    wish: OnceLock<Option<Sender<bool>>>,
}

impl SystemAwake {
    /// Asks the system only once somebody wants something of it. `why` is what it tells people who
    /// ask what holds sleep off.
    pub fn new(why: String) -> Self {
        Self::asking(Arc::new(move || system::hold(&why)), LINGERS)
    }

    /// Asks `ask`; the hold stays `lingers` longer than it is wanted.
    fn asking(ask: AskForHold, lingers: Duration) -> Self {
        Self {
            ask,
            lingers,
            wish: OnceLock::new(),
        }
    }

    fn begin(&self) -> Option<Sender<bool>> {
        let (wish, wishes) = channel();
        let (ask, lingers) = (Arc::clone(&self.ask), self.lingers);
        let begun = std::thread::Builder::new()
            .name("awake".to_owned())
            .spawn(move || follow(&wishes, &ask, lingers));
        match begun {
            Ok(_) => Some(wish),
            Err(error) => {
                tracing::warn!(%error, "sleep is not held off");
                None
            }
        }
    }
}

impl Awake for SystemAwake {
    fn want(&self, awake: bool) {
        if let Some(wish) = self.wish.get_or_init(|| self.begin()) {
            // One that gave up listens no more.
            let _ = wish.send(awake);
        }
    }
}

/// Does what was last wished, until nobody can wish any more or the system never will.
fn follow(wishes: &Receiver<bool>, ask: &AskForHold, lingers: Duration) {
    let mut held: Option<Hold> = None;
    let mut wanted = false;
    loop {
        let wish = if held.is_some() && !wanted {
            wishes.recv_timeout(lingers)
        } else {
            wishes.recv().map_err(RecvTimeoutError::from)
        };
        match wish {
            Ok(wish) => wanted = wishes.try_iter().last().unwrap_or(wish),
            Err(RecvTimeoutError::Timeout) => held = None,
            Err(RecvTimeoutError::Disconnected) => return,
        }
        if wanted && held.is_none() {
            match ask() {
                Ok(given) => held = Some(given),
                Err(Refused::Now) => {}
                Err(Refused::ForEver) => return,
            }
        }
    }
}

#[cfg(target_os = "linux")]
mod system {
    //! logind's inhibitors. `block` is what a person at the desk may ask; others may only delay.

    use std::io;
    use std::time::Duration;

    use zbus::blocking::connection::Builder;
    use zbus::zvariant::OwnedFd;

    use super::{Hold, Refused};

    /// How long logind may take to answer.
    const PATIENCE: Duration = Duration::from_secs(5);

    /// What the bus says where nobody of that name is, and none can be started.
    const UNKNOWN: [&str; 2] = [
        "org.freedesktop.DBus.Error.ServiceUnknown",
        "org.freedesktop.DBus.Error.NameHasNoOwner",
    ];

    pub(super) fn hold(why: &str) -> Result<Hold, Refused> {
        let asked = ask("block", why).or_else(|error| match error {
            zbus::Error::MethodError(..) if refused(&error) == Refused::Now => ask("delay", why),
            other => Err(other),
        });
        asked
            .map(|inhibitor| Box::new(inhibitor) as Hold)
            .map_err(|error| {
                tracing::debug!(%error, "sleep cannot be held off here");
                refused(&error)
            })
    }

    /// Without a bus, or without a logind on it, there never will be one.
    fn refused(error: &zbus::Error) -> Refused {
        match error {
            zbus::Error::MethodError(name, ..) if UNKNOWN.contains(&name.as_str()) => {
                Refused::ForEver
            }
            zbus::Error::Address(_) => Refused::ForEver,
            zbus::Error::InputOutput(error) | zbus::Error::Connection(error, _)
                if error.kind() == io::ErrorKind::NotFound =>
            {
                Refused::ForEver
            }
            _ => Refused::Now,
        }
    }

    /// The connection is given back with the answer: what holds is the file.
    fn ask(mode: &str, why: &str) -> zbus::Result<OwnedFd> {
        let bus = Builder::system()?.method_timeout(PATIENCE).build()?;
        let answer = bus.call_method(
            Some("org.freedesktop.login1"),
            "/org/freedesktop/login1",
            Some("org.freedesktop.login1.Manager"),
            "Inhibit",
            &("sleep", "Flowkeep", why, mode),
        )?;
        answer.body().deserialize()
    }
}

#[cfg(target_os = "macos")]
mod system {
    //! `caffeinate`, which ends with its handle. Untried: it has not run on a Mac.

    use std::process::{Child, Command, Stdio};

    use super::{Hold, Refused};

    struct Caffeine(Child);

    impl Drop for Caffeine {
        fn drop(&mut self) {
            // It may have ended by itself; then there is nothing to end.
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    pub(super) fn hold(_why: &str) -> Result<Hold, Refused> {
        let process = std::process::id().to_string();
        let begun = Command::new("caffeinate")
            .args(["-i", "-s", "-w", &process])
            .stdin(Stdio::null())
            .spawn();
        begun
            .map(|child| Box::new(Caffeine(child)) as Hold)
            .map_err(|_| Refused::ForEver)
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
mod system {
    //! Where it takes a call that is not safe to make from Rust, sleep is left as it is.

    use super::{Hold, Refused};

    pub(super) fn hold(_why: &str) -> Result<Hold, Refused> {
        Err(Refused::ForEver)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    /// More than any machine that is worth testing on needs; a bound, not a measure.
    const LONG: Duration = Duration::from_secs(30);

    struct Told(Sender<&'static str>);

    impl Drop for Told {
        fn drop(&mut self) {
            let _ = self.0.send("released");
        }
    }

    /// A system that tells what it is asked, and answers so, the last of it for ever.
    fn asked(
        answers: &'static [Result<(), Refused>],
        lingers: Duration,
    ) -> (SystemAwake, Receiver<&'static str>) {
        let (tell, told) = channel();
        let next = std::sync::atomic::AtomicUsize::new(0);
        let ask: AskForHold = Arc::new(move || {
            let _ = tell.send("asked");
            let next = next.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let answer = answers[next.min(answers.len() - 1)];
            answer.map(|()| Box::new(Told(tell.clone())) as Hold)
        });
        (SystemAwake::asking(ask, lingers), told)
    }

    #[test]
    fn it_is_held_while_it_is_wanted_and_then_given_back() {
        let (awake, told) = asked(&[Ok(())], Duration::ZERO);
        for _ in 0..2 {
            awake.want(true);
            assert_eq!(told.recv_timeout(LONG), Ok("asked"));
            awake.want(true);
            awake.want(false);
            assert_eq!(told.recv_timeout(LONG), Ok("released"));
        }
    }

    #[test]
    fn what_comes_right_after_asks_for_nothing() {
        let (awake, told) = asked(&[Ok(())], LONG);
        for _ in 0..3 {
            awake.want(true);
            awake.want(false);
        }
        awake.want(true);
        drop(awake);
        assert_eq!(told.recv_timeout(LONG), Ok("asked"));
        assert_eq!(
            told.recv_timeout(LONG),
            Ok("released"),
            "its end gives it back"
        );
        assert!(told.recv_timeout(LONG).is_err(), "it was asked once");
    }

    #[test]
    fn a_system_that_does_not_answer_now_is_asked_at_the_next_wish() {
        let (awake, told) = asked(&[Err(Refused::Now), Ok(())], Duration::ZERO);
        awake.want(true);
        assert_eq!(told.recv_timeout(LONG), Ok("asked"));
        awake.want(false);
        awake.want(true);
        assert_eq!(told.recv_timeout(LONG), Ok("asked"));
        drop(awake);
        assert_eq!(told.recv_timeout(LONG), Ok("released"));
    }

    #[test]
    fn a_system_that_gives_none_is_asked_once() {
        let (awake, told) = asked(&[Err(Refused::ForEver)], Duration::ZERO);
        awake.want(true);
        assert_eq!(told.recv_timeout(LONG), Ok("asked"));
        awake.want(false);
        awake.want(true);
        drop(awake);
        assert_eq!(told.iter().count(), 0);
    }
}
