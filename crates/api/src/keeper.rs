//! Whoever carries runs out for as long as the data folder is open, and what is seen to beside that.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use flowkeep_core::notice::Channel;
use flowkeep_engine::notices::NoticeSender;
use flowkeep_store::Watch;

use crate::bodies::{folder_clean_ups, history, run_change_many, session_clean_up};
use crate::log_copy::copy_log;
use crate::{Api, AppError, Silent};

/// How often it is looked whether the engine has an owner.
const LOOK_FOR_OWNER: Duration = Duration::from_secs(2);

/// How long what failed waits for its next try.
const AGAIN: Duration = Duration::from_hours(1);
const SOON: Duration = Duration::from_mins(1);

/// Keeps the engine at work in this process for as long as the data folder is open: at once, or
/// when the process that owns it now has ended.
pub fn keep_engine(api: &Arc<Api>) {
    if api.only_reads() {
        return;
    }
    let open = Arc::downgrade(api);
    let kept = move || {
        let mut keeper = Keeper::default();
        while let Some(api) = open.upgrade() {
            keeper.look(&api);
            drop(api);
            std::thread::sleep(LOOK_FOR_OWNER);
        }
    };
    let begun = std::thread::Builder::new()
        .name("engine-keeper".to_owned())
        .spawn(kept);
    if let Err(error) = begun {
        tracing::error!(%error, "the engine cannot begin");
    }
}

/// What is kept at work beside the engine.
#[derive(Default)]
struct Keeper {
    chores: Chores,
    /// Shows notices on the screen of this process while another one owns the engine.
    screen: Option<NoticeSender>,
}

impl Keeper {
    fn look(&mut self, api: &Arc<Api>) {
        match api.run_engine() {
            Ok(true) => {
                self.screen = None;
                self.chores.look(api);
            }
            Ok(false) if api.has_left() => self.screen = None,
            // Whoever owns the engine may have no screen; here is one.
            Ok(false) if self.screen.is_none() => {
                self.screen = api.notice_sender(&[Channel::Desktop], None);
            }
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(code = error.code, %error, "the engine cannot begin");
            }
        }
    }
}

/// What whoever carries runs out sees to from time to time. Each may take long, so it has a thread of its
/// own: the keeper goes on looking whether the engine has an owner.
#[derive(Default)]
pub(crate) struct Chores {
    cleaning: Chore,
    forgetting: Chore,
    tidying: Chore,
    thinning: Chore,
    copying: Chore,
    watch: Option<Watch>,
}

impl Chores {
    /// Begins what is due: the removal of what the settings call old, of archives and snapshots too, and the copy of our
    /// history in the log's folder.
    pub(crate) fn look(&mut self, api: &Arc<Api>) {
        let clean = |api: &Api| history::clean_up_when_due(api, &Silent);
        let due = || history::is_clean_up_due(api).unwrap_or_default();
        self.cleaning.look(api, ("clean-up", AGAIN), due, clean);
        let forget = |api: &Api| run_change_many::forget_when_due(api, &Silent);
        let due = || run_change_many::is_forgetting_due(api).unwrap_or_default();
        self.forgetting
            .look(api, ("forgetting", AGAIN), due, forget);
        let clean = |api: &Api| folder_clean_ups::clean_up_when_due(api, &Silent);
        let due = || folder_clean_ups::is_clean_up_due(api).unwrap_or_default();
        self.tidying
            .look(api, ("folder-clean-up", AGAIN), due, clean);
        let clean = |api: &Api| session_clean_up::clean_up_when_due(api, &Silent);
        let due = || session_clean_up::is_clean_up_due(api).unwrap_or_default();
        self.thinning
            .look(api, ("snapshot-clean-up", AGAIN), due, clean);
        let watch = &mut self.watch;
        let changed = || {
            if let Some(watch) = watch {
                return watch.changed().unwrap_or_default();
            }
            *watch = api.store.watch().ok();
            true
        };
        self.copying
            .look(api, ("log-copy", SOON), changed, copy_log);
    }
}

/// Something that is done when it is due, and not twice at once.
#[derive(Default)]
struct Chore {
    thread: Option<JoinHandle<Result<(), AppError>>>,
    failed: Option<Instant>,
}

impl Chore {
    fn look(
        &mut self,
        api: &Arc<Api>,
        (name, rest): (&'static str, Duration),
        due: impl FnOnce() -> bool,
        work: impl FnOnce(&Api) -> Result<(), AppError> + Send + 'static,
    ) {
        if self
            .thread
            .as_ref()
            .is_some_and(|thread| !thread.is_finished())
        {
            return;
        }
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(Err(error))) => {
                tracing::warn!(code = error.code, %error, name, "it failed and is tried again");
                self.failed = Some(Instant::now());
            }
            Some(Err(_)) => {
                tracing::error!(name, "it ended in a panic");
                self.failed = Some(Instant::now());
            }
            Some(Ok(Ok(()))) => self.failed = None,
            None => {}
        }
        match self.failed {
            Some(at) if at.elapsed() < rest => return,
            // What failed is due until it succeeds.
            Some(_) => self.failed = None,
            None if due() => {}
            None => return,
        }
        let api = Arc::clone(api);
        let begun = std::thread::Builder::new().name(name.to_owned());
        match begun.spawn(move || work(&api)) {
            Ok(thread) => self.thread = Some(thread),
            Err(error) => tracing::warn!(%error, name, "it cannot begin"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ownership::EngineLock;
    use crate::testing::open;

    #[test]
    fn a_process_that_ends_shows_nothing_on_its_screen_any_more() {
        let root = tempfile::tempdir().unwrap();
        let data = root.path().join("data");
        drop(open(&data));
        let other = EngineLock::try_take(&data).unwrap().unwrap();
        let api = Arc::new(open(&data));
        let mut keeper = Keeper::default();
        keeper.look(&api);
        assert!(keeper.screen.is_some(), "another process owns the engine");
        api.leave();
        keeper.look(&api);
        assert!(keeper.screen.is_none());
        drop(other);
        keeper.look(&api);
        assert!(keeper.screen.is_none() && !api.holds_engine());
    }
}
