//! The source of one attempt, and another one in its place when it is down.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use flowkeep_core::json::print;
use flowkeep_core::run::fallback::{Failure, may_fall_back};
use flowkeep_core::run::route::{PassedOver, Wanted};
use flowkeep_core::run::{Definition, Level, Moment, Task, TaskId};
use flowkeep_core::{Message, RunId, Secret, Value};
use flowkeep_store::{AssignedSource, NewFallenWrite, RunWrite, Said, Tx};

use super::{Caught, Doubt, Written, ask_about, catch_up, record};
use crate::actions::{ActionError, Done, Mask, Room, Stop};
use crate::engine::Happened;
use crate::round::NotKept;
use crate::sources::{Chosen, Doing, Operation, Source};
use crate::worker::{Workplace, unread};

/// The attempt a source is used by.
pub(crate) struct Using {
    pub(crate) run: RunId,
    pub(crate) row: i64,
    pub(crate) definition: Arc<Definition>,
    pub(crate) task: TaskId,
    pub(crate) attempt: u32,
    pub(crate) context: Arc<Value>,
    /// What chooses another source; nothing where the task wants none.
    pub(crate) others: Option<Arc<Others>>,
    /// Whether a secret stands in its parameters: it cannot be kept for later then.
    pub(crate) with_secret: bool,
    /// What is hidden in all that comes back.
    pub(crate) secrets: Vec<Secret>,
}

/// What chooses another source, beside the rules.
pub(crate) struct Others {
    pub(crate) workflow: Arc<str>,
    /// What the task's agent can do; nothing where no agent was needed.
    pub(crate) able: Option<BTreeSet<String>>,
    /// How busy the sources were when the attempt began.
    pub(crate) load: HashMap<String, u64>,
}

/// The source of one attempt.
pub(crate) struct StandingIn {
    place: Arc<Workplace>,
    using: Using,
    own: Chosen,
}

impl StandingIn {
    /// The same choice, behind which another source can stand in.
    pub(crate) fn for_attempt(place: Arc<Workplace>, using: Using, own: Chosen) -> Chosen {
        let (rule, passed_over) = (own.rule.clone(), own.passed_over.clone());
        Chosen {
            source: Arc::new(Self { place, using, own }),
            rule,
            passed_over,
        }
    }

    async fn try_perform(
        &self,
        operation: Operation,
        room: Room,
        stop: Stop,
    ) -> Result<Done, ActionError> {
        let using = &self.using;
        let allowed = using.others.as_deref();
        let allowed = allowed.zip(using.definition.task(&using.task));
        let Some((others, task)) = allowed else {
            return self.on_its_own(operation, room, &stop).await;
        };
        let own = self.on_its_own(operation.clone(), room.clone(), &stop);
        let error = match own.await {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        let reads = operation.only_reads();
        let code = &error.message.code;
        // What is kept for later must not hold a secret.
        let keepable = reads || !using.with_secret;
        if error.unsure
            || !keepable
            || stop.is_asked()
            || !may_fall_back(&task.routing, task.action, reads, code)
        {
            return Err(error);
        }
        if !reads && Written::of(&operation).is_none() {
            let only_there = Message::new("run_add_without_key");
            self.say(only_there.with("source", self.own.source.name()));
            return Err(error);
        }
        self.elsewhere((others, task), &operation, &room, &stop, error)
            .await
    }

    /// On the source it was chosen for; how that is, is known from then on.
    async fn on_its_own(
        &self,
        operation: Operation,
        room: Room,
        stop: &Stop,
    ) -> Result<Done, ActionError> {
        let done = self.after_others(operation, room, stop).await;
        self.seen(&done);
        done
    }

    /// On the source it was chosen for, after what others took for that.
    async fn after_others(
        &self,
        operation: Operation,
        room: Room,
        stop: &Stop,
    ) -> Result<Done, ActionError> {
        let own = self.own.source.as_ref();
        let reads = operation.only_reads();
        let Some(doubts) = self.up_to_date(own, &operation, stop).await? else {
            return Ok(Done::Stopped { undone: true });
        };
        let done = own.perform(operation, room, stop.clone()).await;
        if !reads && matches!(done, Ok(Done::Output { .. })) {
            self.it_writes(doubts);
        }
        done
    }

    /// Notes what this tells of the source it was chosen for: that it is down, or is no more.
    fn seen(&self, done: &Result<Done, ActionError>) {
        let (place, name) = (&self.place, self.own.source.name());
        let at = place.clock.now().0;
        let noted = tokio::task::block_in_place(|| match done {
            Ok(Done::Output { .. }) => place.connections.note_answering(&place.store, at, name),
            Err(error) if Failure::of(&error.message.code) == Failure::Down => {
                let why = Mask::new(&self.using.secrets).message(error.message.clone());
                place.connections.note(&place.store, at, name, Err(why))
            }
            _ => Ok(()),
        });
        if let Err(error) = noted {
            tracing::warn!(%error, "what was seen of a source cannot be written");
        }
    }

    /// A source, with what others took for it: what of that it did not take; nothing where it was asked
    /// to stop before.
    ///
    /// # Errors
    /// As [`catch_up`]; `record_behind` where an older write of the very record has yet to come there:
    /// the operation would be overtaken by it later.
    async fn up_to_date(
        &self,
        source: &dyn Source,
        operation: &Operation,
        stop: &Stop,
    ) -> Result<Option<Vec<Doubt>>, ActionError> {
        let doubts = match catch_up(&self.place, source, stop).await {
            Ok(Caught::Up { doubts }) => doubts,
            Ok(Caught::Stopped) => return Ok(None),
            // It may still be read.
            Err(error)
                if operation.only_reads()
                    && Failure::of(&error.message.code) == Failure::Unable =>
            {
                return Ok(Some(Vec::new()));
            }
            Err(error) => return Err(error),
        };
        if let Some(written) = Written::of(operation)
            && self.is_record_behind(source.name(), &written)?
        {
            // Nothing newer goes past it, so it is not waited for whether the source takes others.
            let key = print(written.key);
            let is_it = |doubt: &Doubt| {
                let write = &doubt.write.write;
                write.table == written.table && write.key == key
            };
            ask_about(&self.place, doubts.into_iter().filter(is_it).collect())?;
            // One that is down says so, and is stood in for.
            let at = (written.table, written.key);
            record(source, at, &self.place.data_dir, stop).await?;
            let message = Message::new("record_behind")
                .with("source", source.name())
                .with("table", written.table)
                .with("key", print(written.key));
            return Err(ActionError::passing(message));
        }
        Ok(Some(doubts))
    }

    /// Whether a source has yet to get an older write of the same record. What this task left open itself
    /// it does anew.
    fn is_record_behind(&self, source: &str, written: &Written<'_>) -> Result<bool, ActionError> {
        let (place, using) = (&self.place, &self.using);
        let found = tokio::task::block_in_place(|| {
            if !place.behind.has(&place.store, source)? {
                return Ok(false);
            }
            let key = print(written.key);
            let (record, by) = ((written.table, key.as_str()), (using.run, &using.task));
            place.store.is_record_behind(source, record, by)
        });
        found.map_err(|error| unread(&error))
    }

    /// What a source did not take is to blame, as it takes others.
    fn it_writes(&self, doubts: Vec<Doubt>) {
        if let Err(error) = ask_about(&self.place, doubts) {
            let code = error.message.code;
            tracing::warn!(code, "what a source refuses is not noted");
        }
    }

    /// On the first other source that can and answers. `error`: why its own does not.
    async fn elsewhere(
        &self,
        (others, task): (&Others, &Task),
        operation: &Operation,
        room: &Room,
        stop: &Stop,
        error: ActionError,
    ) -> Result<Done, ActionError> {
        let mut passed_over = self.own.passed_over.clone();
        let mut tried = self.place.connections.same_place(self.own.source.name());
        // What is said and kept here has not gone through the attempt's own mask yet.
        let why = room.mask.message(error.message.clone());
        pass_over(&mut passed_over, self.own.source.name(), &why);
        while let Some((other, before)) = self.next((others, task), &tried) {
            tried.push(other.name().to_owned());
            for one in before {
                if passed_over.iter().all(|known| known.source != one.source) {
                    passed_over.push(one);
                }
            }
            let password = tokio::task::block_in_place(|| other.password());
            let Ok(password) = password else {
                // It waits for its own.
                let why = Message::new("source_without_password").with("source", other.name());
                pass_over(&mut passed_over, other.name(), &why);
                continue;
            };
            let stands_in = StandsIn {
                whole: self,
                action: task.action.name,
                other: other.as_ref(),
                password,
                why: &why,
            };
            let done = stands_in.perform(operation, room, stop, &passed_over).await;
            match done {
                Err(fault)
                    if !fault.unsure && Failure::of(&fault.message.code) == Failure::Down =>
                {
                    let why = room.mask.message(fault.message);
                    pass_over(&mut passed_over, other.name(), &why);
                }
                Err(fault) if fault.unsure => return Err(fault),
                Err(_) if stop.is_asked() => break,
                Err(fault) => {
                    let said = Message::new("run_stand_in_failed")
                        .with("source", self.own.source.name())
                        .with("took", other.name());
                    self.say(said.because(room.mask.message(fault.message)));
                    break;
                }
                done => return done,
            }
        }
        Err(error)
    }

    /// The next source to try, by the rules, and what they passed over before it.
    fn next(
        &self,
        (others, task): (&Others, &Task),
        tried: &[String],
    ) -> Option<(Arc<dyn Source>, Vec<PassedOver>)> {
        let wanted = Wanted {
            routing: &task.routing,
            action: task.action,
            workflow: &others.workflow,
            context: &self.using.context,
        };
        let able = |kind: &str| others.able.as_ref().is_none_or(|able| able.contains(kind));
        let load = |name: &str| others.load.get(name).copied().unwrap_or_default();
        let connected = self.place.connections.now();
        connected.fall_back(&wanted, load, able, tried)
    }

    fn say(&self, said: Message) {
        let _ = self.place.report.send(Happened::Said {
            run: self.using.run,
            task: self.using.task.clone(),
            level: Level::Warning,
            said: Said::Message(said),
        });
    }

    /// Writes down, before it acts, that another source does it.
    fn keep(&self, took: AssignedSource, write: Option<NewFallenWrite>) -> Result<(), ActionError> {
        let (name, is_kept) = (took.name.clone(), write.is_some());
        self.assign(took, write)?;
        if is_kept {
            self.place.behind.add(self.own.source.name());
        }
        self.place.connections.used(&name);
        Ok(())
    }

    /// Takes back what another source surely did not do; else somebody would be asked about it.
    fn take_back(&self) {
        let own = AssignedSource {
            name: self.own.source.name().to_owned(),
            rule: self.own.rule.clone(),
            passed_over: self.own.passed_over.clone(),
        };
        if let Err(error) = self.assign(own, None) {
            let code = error.message.code;
            tracing::warn!(code, "a write that was not done stays kept");
        }
    }

    /// Writes down which source the attempt uses from now on, and what that is about to take.
    fn assign(
        &self,
        source: AssignedSource,
        write: Option<NewFallenWrite>,
    ) -> Result<(), ActionError> {
        let using = &self.using;
        let name = source.name.clone();
        let fell_back = RunWrite::FellBack {
            task: using.task.clone(),
            number: using.attempt,
            source,
            write: write.map(Box::new),
        };
        let (row, run) = (using.row, using.run);
        let now = Moment(self.place.clock.now().0);
        self.place
            .write_as_owner(move |tx| Ok(tx.write_run(row, run, now, &[fell_back])?))?;
        let _ = self.place.report.send(Happened::FellBack {
            run,
            task: using.task.clone(),
            attempt: using.attempt,
            source: name,
        });
        Ok(())
    }
}

impl Workplace {
    /// Writes what an attempt has to be sure of before it goes on.
    ///
    /// # Errors
    /// Why it is not written; then it must not go on.
    pub(crate) fn write_as_owner(
        &self,
        write: impl FnOnce(&Tx<'_>) -> Result<(), NotKept> + Send + 'static,
    ) -> Result<(), ActionError> {
        let epoch = self.epoch;
        let owned = move |tx: &Tx<'_>| {
            if tx.owns(epoch)? {
                write(tx)
            } else {
                Err(NotKept::Lost)
            }
        };
        let kept = tokio::task::block_in_place(|| self.store.write(owned));
        kept.map_err(|why| match why {
            NotKept::Store(error) => unread(&error),
            // Whoever owns the engine now finds the attempt broken off.
            NotKept::Lost => ActionError::passing(Message::new("attempt_fault")),
        })
    }
}

/// One other source, asked to stand in.
struct StandsIn<'a> {
    whole: &'a StandingIn,
    /// What the task does.
    action: &'static str,
    other: &'a dyn Source,
    password: Option<Secret>,
    /// Why the task's own does not do it.
    why: &'a Message,
}

impl StandsIn<'_> {
    async fn perform(
        &self,
        operation: &Operation,
        room: &Room,
        stop: &Stop,
        passed_over: &[PassedOver],
    ) -> Result<Done, ActionError> {
        let mask = Mask::new(self.password.as_slice());
        let hidden = |error: ActionError| ActionError {
            message: mask.message(error.message),
            ..error
        };
        let reads = operation.only_reads();
        // It may itself have been stood in for.
        let up = self.whole.up_to_date(self.other, operation, stop).await;
        let Some(doubts) = up.map_err(hidden)? else {
            return Ok(Done::Stopped { undone: true });
        };
        let write = self.write(operation, stop).await.map_err(hidden)?;
        let assigned = AssignedSource {
            name: self.other.name().to_owned(),
            rule: "fallback".to_owned(),
            passed_over: passed_over.to_vec(),
        };
        self.whole.keep(assigned, write)?;
        let mut secrets = self.whole.using.secrets.clone();
        secrets.extend(self.password.clone());
        let room = Room {
            mask: Mask::new(&secrets),
            ..room.clone()
        };
        let done = self.other.perform(operation.clone(), room, stop.clone());
        let done = done.await;
        let surely_not = match &done {
            Err(error) => !error.unsure,
            Ok(Done::Stopped { undone }) => *undone,
            Ok(_) => false,
        };
        if surely_not {
            self.whole.take_back();
        }
        let mut done = done.map_err(hidden)?;
        if let Done::Output { output, .. } = &mut done {
            mask.value(&mut output.value);
            self.tell(reads);
            if !reads {
                self.whole.it_writes(doubts);
            }
        }
        Ok(done)
    }

    /// Tells that it stood in.
    fn tell(&self, reads: bool) {
        let code = if reads {
            "run_read_fell_back"
        } else {
            "run_write_fell_back"
        };
        let said = Message::new(code)
            .with("source", self.whole.own.source.name())
            .with("took", self.other.name());
        self.whole.say(said.because(self.why.clone()));
    }

    /// What has to be kept of a write, with what the record is now where it stands in; nothing of
    /// what only reads.
    async fn write(
        &self,
        operation: &Operation,
        stop: &Stop,
    ) -> Result<Option<NewFallenWrite>, ActionError> {
        let Some(written) = Written::of(operation) else {
            return Ok(None);
        };
        let folder = &self.whole.place.data_dir;
        let before = if written.changes() {
            let at = (written.table, written.key);
            record(self.other, at, folder, stop).await?
        } else {
            None
        };
        let operation =
            serde_json::to_string(operation).map_err(|error| unread(&io(error).into()))?;
        Ok(Some(NewFallenWrite {
            source: self.whole.own.source.name().to_owned(),
            action: self.action.to_owned(),
            table: written.table.to_owned(),
            key: print(written.key),
            operation,
            before: before.map(|before| print(&written.touched(&before))),
        }))
    }
}

fn io(error: serde_json::Error) -> std::io::Error {
    error.into()
}

fn pass_over(passed_over: &mut Vec<PassedOver>, source: &str, why: &Message) {
    passed_over.retain(|one| one.source != source);
    passed_over.push(PassedOver {
        source: source.to_owned(),
        why: why.clone(),
    });
}

impl Source for StandingIn {
    fn name(&self) -> &str {
        self.own.source.name()
    }

    fn kind(&self) -> &'static str {
        self.own.source.kind()
    }

    fn password(&self) -> Result<Option<Secret>, String> {
        self.own.source.password()
    }

    fn version(&self) -> Doing<'_, String> {
        self.own.source.version()
    }

    fn perform(&self, operation: Operation, room: Room, stop: Stop) -> Doing<'_, Done> {
        Box::pin(self.try_perform(operation, room, stop))
    }
}
