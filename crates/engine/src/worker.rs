//! Carrying one attempt out, from its parameters to what came of it.

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use flowkeep_core::folder::OWN_FOLDERS;
use flowkeep_core::json::print;
use flowkeep_core::run::expression::Fault;
use flowkeep_core::run::{Attempted, Definition, Level, Moment, Parked, TaskId};
use flowkeep_core::{Message, RunId, Secret, Sha256, Value, slug};
use flowkeep_host::{Awake, Clock, path_text, private_folder};
use flowkeep_store::{NewRun, Parent, Said, Store};

use crate::actions::{
    self, ActionError, Attempt, Caps, Done, HttpClient, Mask, Room, Said as Told, Stop, carry_out,
};
use crate::begin::{Beginning, Begun, begin, input_missing};
use crate::configuring::Configuring;
use crate::engine::Happened;
use crate::fallback::{Behind, Others, StandingIn, Turns, Using};
use crate::live::TaskFolder;
use crate::preparing::Preparing;
use crate::secrets::Revealing;
use crate::sources::{Chosen, Connections};
use crate::values::{Values, Whereabouts, evaluated};

/// How long an attempt that was stopped hard has to say so.
const LAST_WORD: Duration = Duration::from_secs(5);

/// So many runs inside one another are a circle that nobody ends.
const DEEPEST: u32 = 16;

/// What all attempts share.
pub(crate) struct Workplace {
    pub(crate) store: Arc<Store>,
    pub(crate) data_dir: PathBuf,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) awake: Arc<dyn Awake>,
    pub(crate) connections: Arc<Connections>,
    pub(crate) http: HttpClient,
    pub(crate) folders: Arc<dyn Preparing>,
    pub(crate) configurations: Arc<dyn Configuring>,
    pub(crate) report: Sender<Happened>,
    /// The owner's, which every write names.
    pub(crate) epoch: i64,
    /// Who brings a source up to date.
    pub(crate) turns: Turns,
    /// Which sources are not.
    pub(crate) behind: Behind,
}

/// One attempt to carry out.
pub(crate) struct Job {
    pub(crate) run: RunId,
    pub(crate) row: i64,
    pub(crate) depth: u32,
    pub(crate) task: TaskId,
    pub(crate) attempt: u32,
    pub(crate) key: String,
    pub(crate) definition: Arc<Definition>,
    pub(crate) context: Arc<Value>,
    pub(crate) whereabouts: Whereabouts,
    /// The task folder it works in; nothing for one of the run's own.
    pub(crate) folder: Option<Arc<TaskFolder>>,
    /// Whether its run belongs to a session, which has a configuration.
    pub(crate) is_configured: bool,
    pub(crate) source: Option<Result<Chosen, ActionError>>,
    /// What chooses another source when that is down; nothing where the task wants none.
    pub(crate) others: Option<Arc<Others>>,
    pub(crate) stop: Stop,
}

/// What came of an attempt.
#[derive(Debug)]
pub(crate) struct Came {
    pub(crate) result: Attempted,
    /// What it gave: JSON.
    pub(crate) output: Option<String>,
    /// The run it starts as its child.
    pub(crate) child: Option<Box<NewRun>>,
}

impl Came {
    pub(crate) fn of(result: Attempted) -> Self {
        Self {
            result,
            output: None,
            child: None,
        }
    }

    pub(crate) fn failed(error: ActionError) -> Self {
        Self::of(if error.unsure {
            Attempted::Unsure {
                error: error.message,
            }
        } else {
            Attempted::Failed {
                error: error.message,
                permanent: error.permanent,
            }
        })
    }

    /// It waits for a moment without anybody working on it.
    pub(crate) fn waiting(until: Moment) -> Self {
        Self {
            output: Some("{}".to_owned()),
            ..Self::of(Attempted::Parked(Parked::Until(until)))
        }
    }

    pub(crate) fn succeeded(output: &actions::Output, called: Option<TaskId>) -> Self {
        Self {
            output: Some(print(&output.value)),
            ..Self::of(Attempted::Succeeded { called })
        }
    }
}

/// Carries an attempt out and reports what came of it, whatever happens.
pub(crate) async fn work(place: Arc<Workplace>, job: Job) {
    let (run, task, attempt) = (job.run, job.task.clone(), job.attempt);
    let stop = job.stop.clone();
    let report = place.report.clone();
    let mut doing = tokio::spawn(async move { place.carry_out(&job).await });
    let stopped = async {
        stop.hard().await;
        tokio::time::sleep(LAST_WORD).await;
    };
    let came = tokio::select! {
        done = &mut doing => done.unwrap_or_else(|error| {
            tracing::error!(%error, "an attempt ended in a fault of ours");
            let message = Message::new("attempt_fault");
            Came::failed(ActionError::lasting(message))
        }),
        () = stopped => {
            doing.abort();
            Came::of(Attempted::Broken)
        }
    };
    // An engine that has gone finds the attempt broken off when it comes back.
    let _ = report.send(Happened::Attempted {
        run,
        task,
        attempt,
        came,
    });
}

impl Workplace {
    async fn carry_out(self: &Arc<Self>, job: &Job) -> Came {
        match self.try_carry_out(job).await {
            Ok(came) => came,
            Err(error) => Came::failed(error),
        }
    }

    async fn try_carry_out(self: &Arc<Self>, job: &Job) -> Result<Came, ActionError> {
        let Some(task) = job.definition.task(&job.task) else {
            return Err(ActionError::lasting(Message::new("attempt_fault")));
        };
        let source = job.source.clone().transpose()?;
        let password = source.as_ref().map_or(Ok(None), |chosen| {
            tokio::task::block_in_place(|| chosen.source.password())
        });
        let password = match password {
            Ok(password) => password,
            Err(secret) => return Ok(Came::of(Attempted::Locked { secret })),
        };
        let secrets = self.connections.secrets().map(AsRef::as_ref);
        let (values, mut secrets) = tokio::task::block_in_place(|| {
            let values = Values {
                secrets: Revealing::patient(secrets),
                store: &self.store,
                row: job.row,
                context: &job.context,
                whereabouts: &job.whereabouts,
                fresh: None,
                fault: RefCell::new(None),
            };
            let evaluated = evaluated(task.action, &task.params, &values);
            match values.fault.into_inner() {
                Some(error) => Err(unread(&error)),
                None => Ok((evaluated, values.secrets.revealed())),
            }
        })?;
        let params = match values {
            Ok(params) => params,
            Err(Fault::SecretLocked(secret)) => return Ok(Came::of(Attempted::Locked { secret })),
            Err(Fault::Wrong(message)) => return Err(ActionError::lasting(message)),
        };
        if task.action.name == "workflow.run" && !secrets.is_empty() {
            // What a run is started with is kept.
            let message = Message::new("secret_for_child");
            return Err(ActionError::lasting(message));
        }
        let with_secret = !secrets.is_empty();
        secrets.extend(password);
        let source = source.map(|own| self.standing_in(job, own, (with_secret, &secrets)));
        let mask = Mask::new(&secrets);
        let folder = self.folder(job, task.action.capabilities)?;
        let asked = job.is_configured && task.action.capabilities.contains(&"program");
        let configuration =
            asked.then(|| tokio::task::block_in_place(|| self.configurations.place(job.row)));
        let say = |level: Level, told: Told| self.say(job, level, hidden(&mask, told));
        let done = carry_out(Attempt {
            run: job.run,
            task: &job.task,
            action: task.action.name,
            params: &params,
            context: &job.context,
            key: &job.key,
            source: source.as_ref(),
            folder: &folder,
            configuration: configuration.flatten().as_deref(),
            room: self.room(job, mask.clone()),
            stop: job.stop.clone(),
            say: &say,
            http: &self.http,
            clock: self.clock.as_ref(),
        })
        .await
        .map_err(|error| ActionError {
            message: mask.message(error.message),
            ..error
        })?;
        match done {
            Done::Output { mut output, called } => {
                mask.value(&mut output.value);
                Ok(Came::succeeded(&output, called))
            }
            Done::Wait { ms } => Ok(Came::waiting(Moment(self.clock.now().0).after(ms))),
            Done::Child { workflow, context } => {
                tokio::task::block_in_place(|| self.child(job, workflow, &context))
            }
            Done::Stopped { undone } => Ok(Came::of(Attempted::Left { undone })),
        }
    }

    /// The source of an attempt, for which another one may stand in.
    fn standing_in(
        self: &Arc<Self>,
        job: &Job,
        own: Chosen,
        (with_secret, secrets): (bool, &[Secret]),
    ) -> Chosen {
        let using = Using {
            run: job.run,
            row: job.row,
            definition: Arc::clone(&job.definition),
            task: job.task.clone(),
            attempt: job.attempt,
            context: Arc::clone(&job.context),
            others: job.others.clone(),
            with_secret,
            secrets: secrets.to_vec(),
        };
        StandingIn::for_attempt(Arc::clone(self), using, own)
    }

    fn say(&self, job: &Job, level: Level, told: Told) {
        let said = match told {
            Told::Message(message) => Said::Message(message),
            Told::Line(line) => Said::Line(line),
        };
        let _ = self.report.send(Happened::Said {
            run: job.run,
            task: job.task.clone(),
            level,
            said,
        });
    }

    /// Where an attempt works: the task folder, which is never made, or the run's own, which is made for
    /// what works in it.
    fn folder(&self, job: &Job, capabilities: &[&str]) -> Result<PathBuf, ActionError> {
        let works_in_it = capabilities
            .iter()
            .any(|word| ["file", "program"].contains(word));
        if let Some(folder) = &job.folder {
            if works_in_it && !folder.path.is_dir() {
                let message = Message::new("folder_gone").with("folder", path_text(&folder.path));
                return Err(ActionError::passing(message));
            }
            return Ok(folder.path.clone());
        }
        let folder = self.data_dir.join(OWN_FOLDERS).join(job.run.to_string());
        if works_in_it {
            private_folder(&folder).map_err(|error| {
                let message = Message::new("folder_not_made")
                    .with("path", folder.display())
                    .with("reason", error);
                ActionError::passing(message)
            })?;
        }
        Ok(folder)
    }

    fn room(&self, job: &Job, mask: Mask) -> Room {
        let hash = Sha256::of(job.task.as_str().as_bytes()).to_string();
        Room {
            caps: Caps::default(),
            overflow: self.data_dir.join("outputs").join(job.run.to_string()),
            prefix: format!("{}-{}-{}", slug(job.task.as_str()), &hash[..8], job.attempt),
            mask,
        }
    }

    fn child(&self, job: &Job, workflow: String, context: &Value) -> Result<Came, ActionError> {
        if job.depth >= DEEPEST {
            let message = Message::new("child_too_deep").with("limit", DEEPEST);
            return Err(ActionError::lasting(message));
        }
        let named = workflow.clone();
        // Whoever reads why it could not begin is led to that workflow.
        let refused =
            |message: Message| Err(ActionError::lasting(message.with("workflow", &named)));
        let beginning = Beginning {
            workflow,
            context: print(context),
            ..Beginning::default()
        };
        let begun = begin(&self.store, &self.connections.now(), &beginning);
        let Begun {
            mut new,
            trusted,
            lacks,
        } = match begun.map_err(|error| unread(&error))? {
            Ok(begun) => begun,
            Err(why) => return refused(why.0),
        };
        if let Some(message) = input_missing(&new.workflow_name, &lacks) {
            return refused(message);
        }
        if !trusted {
            return refused(Message::new("trust_required").with("name", &new.workflow_name));
        }
        if let Some(folder) = new.start.folder {
            let held = self.store.held_folder(folder);
            if let Some(held) = held.map_err(|error| unread(&error))? {
                return Err(ActionError::passing(held.message()));
            }
        }
        "workflow".clone_into(&mut new.face);
        new.parent = Some(Parent {
            run: job.row,
            task: job.task.clone(),
            attempt: job.attempt,
            depth: job.depth + 1,
        });
        Ok(Came {
            child: Some(Box::new(new)),
            ..Came::of(Attempted::Parked(Parked::Child))
        })
    }
}

/// What an attempt says, without its secrets.
fn hidden(mask: &Mask, told: Told) -> Told {
    match told {
        Told::Message(message) => Told::Message(mask.message(message)),
        Told::Line(line) => Told::Line(mask.text(line)),
    }
}

/// Our own database does not answer; another try may find it well.
pub(crate) fn unread(error: &flowkeep_store::StoreError) -> ActionError {
    tracing::warn!(%error, "what an attempt needs could not be read");
    ActionError::passing(Message::new("database_not_read").with("reason", error))
}
