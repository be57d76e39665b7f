//! The engine in this process: who holds its lock, and the engine itself while it is at work.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use flowkeep_core::notice::Channel;
use flowkeep_core::run::Status;
use flowkeep_engine::notices::{NoticeSender, SenderOptions};
use flowkeep_engine::sources::{Connected, Connections, LOCAL, Sqlite};
use flowkeep_engine::{Engine, EngineOptions, Scope};
use flowkeep_host::Secrets;
use flowkeep_store::RunFilter;

use crate::configuring::Configurations;
use crate::ownership::{AllRuns, EngineLock, Owner};
use crate::preparing::TaskFolders;
use crate::trouble_mark::{self, TroubleMark};
use crate::wording::Worded;
use crate::{Api, AppError, Face};

/// The engine's place in this process. The engine ends before its lock is given back.
#[derive(Default)]
pub(crate) struct EngineSeat {
    inside: Mutex<Inside>,
}

/// What is in it, in the order in which it ends: the engine first, which has tasks to stop, then whoever
/// tells people, who may be held up by others.
#[derive(Default)]
struct Inside {
    engine: Option<Engine>,
    /// Brings people what they are to hear of. Ending it takes two seconds at most.
    notices: Option<NoticeSender>,
    /// Says in other processes why it stands still; absent where that cannot be said.
    mark: Option<TroubleMark>,
    owner: Option<Owner>,
    /// Says in other processes that all runs are carried out here.
    all_runs: Option<AllRuns>,
    /// Whether it is at work for as long as the data folder is open.
    stays: bool,
    /// Whether this process is about to end, and carries nothing out any more.
    has_left: bool,
}

impl EngineSeat {
    pub(crate) fn new(owner: Option<Owner>) -> Self {
        Self {
            inside: Mutex::new(Inside {
                owner,
                ..Inside::default()
            }),
        }
    }

    /// How the engine is, told to other processes as well.
    fn share_trouble(inside: &mut Inside) {
        let trouble = inside.engine.as_ref().and_then(Engine::trouble);
        if let Some(mark) = &mut inside.mark {
            mark.say(trouble.map(AppError::from));
        }
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the tasks of a data folder can use.
///
/// # Errors
/// What the system says when a path cannot be made absolute.
pub(crate) fn connections(
    data_dir: &Path,
    secrets: &Arc<dyn Secrets>,
) -> Result<Arc<Connections>, AppError> {
    let local = Sqlite::made(LOCAL, data_dir.join("local.db"))
        .map_err(|error| AppError::new("internal").with("detail", error))?;
    let connections = Connections::new(vec![Arc::new(local)]);
    Ok(Arc::new(connections.with_secrets(Arc::clone(secrets))))
}

impl Api {
    /// What tasks can use now.
    ///
    /// # Errors
    /// What the database says.
    pub(crate) fn connected(&self) -> Result<Arc<Connected>, AppError> {
        Ok(self.connections.renew(&self.store)?)
    }

    /// Carries runs out in this process, unless another one owns the engine. Says whether an
    /// engine is at work here now; the one that was stays, whatever its scope. Where the engine is
    /// to stay it has all runs, whoever is the first to find that the former owner has gone.
    ///
    /// # Errors
    /// `data_folder_unwritable`; what the database says.
    pub(crate) fn engage(&self, scope: Scope) -> Result<bool, AppError> {
        self.may_write()?;
        let mut inside = self.seat.inside();
        if inside.has_left {
            return Ok(false);
        }
        if inside.engine.as_ref().is_some_and(Engine::has_ended) {
            inside.engine = None;
            inside.notices = None;
            inside.mark = None;
            inside.all_runs = None;
            inside.owner = None;
        }
        if let Some(engine) = &inside.engine {
            engine.wake();
            EngineSeat::share_trouble(&mut inside);
            self.say_all_runs(&mut inside);
            return Ok(true);
        }
        if inside.owner.is_none() {
            let Some(lock) = EngineLock::try_take(&self.data_dir)? else {
                return Ok(false);
            };
            inside.owner = Some(Owner::take(&self.store, lock, self.face)?);
        }
        if inside.mark.is_none() {
            let mark = TroubleMark::take(&self.data_dir);
            let told = |error| tracing::warn!(%error, "other processes are not told of the engine");
            inside.mark = mark.map_err(told).ok();
        }
        let Some(owner) = &mut inside.owner else {
            return Ok(false);
        };
        let epoch = owner.epoch(self.face)?;
        let scope = if inside.stays { Scope::All } else { scope };
        let options = self.engine_options(epoch, scope);
        inside.engine = Some(Engine::start(options)?);
        if scope == Scope::All {
            inside.notices = self.notice_sender(&Channel::ALL, Some(epoch));
        }
        self.say_all_runs(&mut inside);
        Ok(true)
    }

    /// What cannot be said now is tried at the next call.
    fn say_all_runs(&self, inside: &mut Inside) {
        if !inside.stays || inside.all_runs.is_some() {
            return;
        }
        match AllRuns::take(&self.data_dir) {
            Ok(taken) => inside.all_runs = taken,
            Err(error) => {
                tracing::warn!(code = error.code, %error, "other processes are not told of the engine");
            }
        }
    }

    fn engine_options(&self, epoch: i64, scope: Scope) -> EngineOptions {
        EngineOptions {
            store: Arc::clone(&self.store),
            data_dir: self.data_dir.clone(),
            clock: Arc::clone(&self.clock),
            awake: Arc::clone(&self.awake),
            epoch,
            scope,
            connections: Arc::clone(&self.connections),
            folders: Arc::new(TaskFolders {
                store: Arc::clone(&self.store),
                files: Arc::clone(&self.files),
                data_dir: self.data_dir.clone(),
                clock: Arc::clone(&self.clock),
            }),
            configurations: Arc::new(self.configurations()),
        }
    }

    /// Who looks after the configurations of runs.
    pub(crate) fn configurations(&self) -> Configurations {
        Configurations {
            store: Arc::clone(&self.store),
            files: Arc::clone(&self.files),
            data_dir: self.data_dir.clone(),
            clock: Arc::clone(&self.clock),
            secrets: Arc::clone(&self.secrets),
            belongings: Arc::clone(&self.belongings),
        }
    }

    /// Brings people what they are to hear of on these channels, for as long as the answer is held.
    /// Without it runs go on all the same.
    pub(crate) fn notice_sender(
        &self,
        channels: &[Channel],
        epoch: Option<i64>,
    ) -> Option<NoticeSender> {
        // In unit tests nothing comes to the screen of the person who runs them.
        let shown = |channel: &Channel| !cfg!(test) || *channel != Channel::Desktop;
        let wording = Worded {
            store: Arc::clone(&self.store),
        };
        let started = NoticeSender::start(SenderOptions {
            store: Arc::clone(&self.store),
            secrets: Arc::clone(&self.secrets),
            clock: Arc::clone(&self.clock),
            wording: Arc::new(wording),
            channels: channels.iter().copied().filter(shown).collect(),
            epoch,
        });
        let told = |error| tracing::error!(%error, "nobody is told of anything");
        started.map_err(told).ok()
    }

    /// Makes the engine of this process look at once for what is new.
    pub(crate) fn wake_engine(&self) {
        if let Some(engine) = &self.seat.inside().engine {
            engine.wake();
        }
    }

    /// Whether the engine of this process has said what it goes on with.
    pub(crate) fn has_taken_up(&self) -> bool {
        let inside = self.seat.inside();
        inside.engine.as_ref().is_none_or(Engine::has_taken_up)
    }

    /// Whether the engine's lock is this process's.
    pub(crate) fn holds_engine(&self) -> bool {
        self.seat.inside().owner.is_some()
    }

    /// Ends the engine of this process; what is under way is asked to stop.
    pub(crate) fn disengage(&self) {
        let mut inside = self.seat.inside();
        inside.engine = None;
        inside.notices = None;
        inside.mark = None;
        inside.all_runs = None;
    }

    /// Whether this process is about to end, and carries nothing out any more.
    pub(crate) fn has_left(&self) -> bool {
        self.seat.inside().has_left
    }

    /// Ends the engine of this process and gives its place to the next for good.
    pub(crate) fn vacate(&self) {
        let mut inside = self.seat.inside();
        *inside = Inside {
            has_left: true,
            ..Inside::default()
        };
    }

    /// Marks what stands there as under way though nobody carries it out: its owner is gone, and
    /// this process, which only passes by, could be the next. What cannot be marked stays as it is.
    pub(crate) fn mark_left(&self) {
        if !self.is_passing() || !self.holds_engine() || self.seat.inside().engine.is_some() {
            return;
        }
        let under_way = self.store.runs(&RunFilter {
            status: Some(Status::Running),
            limit: 1,
            ..RunFilter::default()
        });
        let marked = match under_way {
            Ok(page) if page.items.is_empty() => return,
            Ok(_) => self.engage(Scope::Nothing),
            Err(error) => Err(error.into()),
        };
        if let Err(error) = marked {
            tracing::warn!(code = error.code, %error, "what a dead owner left is not marked");
        }
        self.disengage();
    }

    /// Whether this process carries out only what somebody waits for, and not all there is.
    pub(crate) fn is_passing(&self) -> bool {
        !self.seat.inside().stays
    }

    /// Why nothing goes on in the engine, when that is so, whichever process owns it.
    ///
    /// # Errors
    /// That.
    pub fn engine_trouble(&self) -> Result<(), AppError> {
        let inside = self.seat.inside();
        let trouble = match (&inside.engine, &inside.owner) {
            (Some(engine), _) => engine.trouble().map(AppError::from),
            (None, Some(_)) => None,
            (None, None) => trouble_mark::read(&self.data_dir),
        };
        trouble.map_or(Ok(()), Err)
    }

    /// Carries out all runs there are and all that come, for as long as this is open, unless
    /// another process does. Says whether this one does.
    ///
    /// # Errors
    /// `data_folder_unwritable`; what the database says.
    pub fn run_engine(&self) -> Result<bool, AppError> {
        self.seat.inside().stays = true;
        self.engage(Scope::All)
    }

    /// Through which face runs are started.
    pub(crate) fn face(&self) -> Face {
        self.face
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};
    use std::time::{Duration, Instant};

    use flowkeep_core::RunId;
    use flowkeep_core::notice::Notice;
    use flowkeep_core::notice::webhook::Words;
    use flowkeep_core::run::Status;
    use flowkeep_engine::notices::Wording;
    use flowkeep_store::{NewRun, Store, StoreError};

    use super::*;
    use crate::Silent;
    use crate::bodies::{run_changes, run_overview};
    use crate::testing::open;
    use crate::types::{Nothing, RunRef};

    /// More than any machine that is worth testing on needs; a bound, not a measure.
    const LONG: Duration = Duration::from_secs(30);

    const TASKS: &str = r#"{"tasks": [{"id": "a", "action": "wait", "params": {"ms": 0}}]}"#;

    fn run(api: &Api) -> RunId {
        add(api, TASKS)
    }

    fn add(api: &Api, text: &str) -> RunId {
        let new = NewRun {
            workflow_id: Some("w".to_owned()),
            ..NewRun::of("W", text)
        };
        let added = api.store.write::<_, StoreError>(move |tx| tx.add_run(&new));
        added.unwrap().1
    }

    #[test]
    fn where_it_is_to_stay_a_persons_wish_that_finds_no_owner_begins_the_engine_of_all_runs() {
        let root = tempfile::tempdir().unwrap();
        let data = root.path().join("data");
        drop(open(&data));
        let other = EngineLock::try_take(&data).unwrap().unwrap();
        let api = open(&data);
        assert!(!api.run_engine().unwrap(), "another process owns it");
        let paused = run(&api);
        drop(other);
        // Before the keeper of the engine looks again.
        let id = paused.to_string();
        assert_eq!(
            run_changes::pause(&api, RunRef { id }).unwrap().status,
            Status::Paused
        );
        let other = run(&api);
        let since = Instant::now();
        while api.store.run(other).unwrap().unwrap().status != Status::Succeeded {
            assert!(since.elapsed() < LONG, "nobody carries it out");
            api.wake_engine();
            std::thread::yield_now();
        }
    }

    /// Says, when whoever has it ends, how a run is then.
    struct AtTheEnd {
        store: Arc<Store>,
        run: RunId,
        seen: Sender<Status>,
    }

    impl Wording for AtTheEnd {
        fn words(&self, _: &[Notice]) -> Words {
            Words {
                title: String::new(),
                text: String::new(),
            }
        }
    }

    impl Drop for AtTheEnd {
        fn drop(&mut self) {
            let run = self.store.run(self.run).unwrap().unwrap();
            self.seen.send(run.status).unwrap();
        }
    }

    #[test]
    fn the_engine_has_left_before_whoever_tells_people_is_asked_to() {
        for ends in [Api::disengage, Api::vacate] {
            let root = tempfile::tempdir().unwrap();
            let api = open(&root.path().join("data"));
            let run = add(
                &api,
                r#"{"tasks": [{"id": "a", "action": "wait", "params": {"ms": 3600000}}]}"#,
            );
            assert!(api.run_engine().unwrap());
            let since = Instant::now();
            while api.store.run(run).unwrap().unwrap().status != Status::Running {
                assert!(since.elapsed() < LONG, "nobody carries it out");
                std::thread::yield_now();
            }
            let (seen, told) = channel();
            let wording = AtTheEnd {
                store: Arc::clone(&api.store),
                run,
                seen,
            };
            let sender = NoticeSender::start(SenderOptions {
                store: Arc::clone(&api.store),
                secrets: Arc::clone(&api.secrets),
                clock: Arc::clone(&api.clock),
                wording: Arc::new(wording),
                channels: vec![Channel::Webhook],
                epoch: None,
            });
            api.seat.inside().notices = Some(sender.unwrap());
            ends(&api);
            assert_eq!(told.recv_timeout(LONG).unwrap(), Status::Interrupted);
        }
    }

    #[test]
    fn an_engine_that_has_ended_is_begun_again_by_the_process_that_had_it() {
        let root = tempfile::tempdir().unwrap();
        let api = open(&root.path().join("data"));
        assert!(api.run_engine().unwrap());
        let first = run(&api);
        let since = Instant::now();
        let comes_to_its_end = |id| {
            while api.store.run(id).unwrap().unwrap().status != Status::Succeeded {
                assert!(since.elapsed() < LONG, "nobody carries it out");
                // As the keeper of the engine does.
                assert!(api.run_engine().unwrap());
                std::thread::yield_now();
            }
        };
        comes_to_its_end(first);
        // At its next write it finds that it is the owner no more, and ends.
        let taken = api
            .store
            .write::<_, StoreError>(|tx| tx.take_ownership("somebody", 1));
        taken.unwrap();
        comes_to_its_end(run(&api));
    }

    #[test]
    fn whoever_waits_is_not_sent_away_by_what_passes() {
        let root = tempfile::tempdir().unwrap();
        let data = root.path().join("data");
        let api = open(&data);
        let until = |found: &dyn Fn() -> bool| {
            let since = Instant::now();
            while !found() {
                assert!(since.elapsed() < LONG, "it never came");
                std::thread::yield_now();
            }
        };
        let text = r#"{"tasks": [{"id": "a", "action": "wait", "params": {"ms": 50}},
            {"id": "b", "action": "wait", "params": {"ms": 0}, "dependsOn": ["a"]}]}"#;
        let id = add(&api, text);
        std::thread::scope(|scope| {
            let waits = scope.spawn(|| run_changes::wait(&api, &id.to_string(), &Silent));
            let status = || api.store.run(id).map(|run| run.unwrap().status);
            until(&|| status().unwrap() == Status::Running);
            // A database that is not where it was takes no commit.
            let (here, away) = (data.join("flowkeep.db"), data.join("away.db"));
            std::fs::rename(&here, &away).unwrap();
            until(&|| api.engine_trouble().is_err());
            std::fs::rename(&away, &here).unwrap();
            assert_eq!(waits.join().unwrap().unwrap().status, Status::Succeeded);
        });
    }

    #[test]
    fn what_keeps_the_engine_of_another_process_from_going_on_is_told() {
        let root = tempfile::tempdir().unwrap();
        let data = root.path().join("data");
        drop(open(&data));
        // As the lock of another process, though in this one: both open the file by themselves.
        let owner = EngineLock::try_take(&data).unwrap().unwrap();
        let mut mark = TroubleMark::take(&data).unwrap();
        let looks_on = open(&data);
        assert!(looks_on.engine_trouble().is_ok());
        mark.say(Some(AppError::new("no_space")));
        let shown = run_overview::engine(&looks_on, Nothing {}).unwrap();
        assert_eq!(shown.trouble.unwrap().code, "no_space");
        // Whoever wants something of a run is told at once.
        let id = run(&looks_on).to_string();
        let refused = run_changes::pause(&looks_on, RunRef { id }).unwrap_err();
        assert_eq!(refused.code, "no_space");
        // It died with that on its lips.
        std::mem::forget(mark);
        drop(owner);
        assert!(looks_on.run_engine().unwrap());
        assert!(looks_on.engine_trouble().is_ok());
        assert_eq!(trouble_mark::read(&data), None);
    }
}
