//! Asking an attempt to stop.

use tokio::sync::watch;

/// How urgently an attempt is to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Asked {
    Not,
    Softly,
    Hard,
}

/// The engine's end: asks one attempt to stop.
#[derive(Debug)]
pub struct Stopper(watch::Sender<Asked>);

/// The attempt's end. It never wakes up once its [`Stopper`] is gone unasked.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<Asked>);

impl Stopper {
    /// Both ends, nothing asked yet.
    pub fn new() -> (Self, Stop) {
        let (sender, receiver) = watch::channel(Asked::Not);
        (Self(sender), Stop(receiver))
    }

    /// Asks to stop: what can finish in an orderly way may.
    pub fn soft(&self) {
        self.ask(Asked::Softly);
    }

    /// Stops without asking.
    pub fn hard(&self) {
        self.ask(Asked::Hard);
    }

    fn ask(&self, how: Asked) {
        // Never back from hard to soft.
        self.0.send_if_modified(|asked| {
            let more = *asked < how;
            if more {
                *asked = how;
            }
            more
        });
    }
}

impl Stop {
    /// Whether the attempt was asked to stop, in either way.
    pub fn is_asked(&self) -> bool {
        *self.0.borrow() > Asked::Not
    }

    /// Comes back once the attempt is asked to stop, in either way.
    pub async fn soft(&self) {
        self.at_least(Asked::Softly).await;
    }

    /// Comes back once the attempt is to stop without being asked.
    pub async fn hard(&self) {
        self.at_least(Asked::Hard).await;
    }

    async fn at_least(&self, how: Asked) {
        let mut receiver = self.0.clone();
        if receiver.wait_for(|asked| *asked >= how).await.is_err() {
            // Whoever could ask is gone: nobody ever will.
            std::future::pending::<()>().await;
        }
    }
}
