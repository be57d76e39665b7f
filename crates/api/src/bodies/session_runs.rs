//! Runs of sessions: one that begins with what stands in a configuration, and one that goes on with it.

use std::path::Path;
use std::time::Instant;

use flowkeep_core::configuration::ConfigPath;
use flowkeep_core::run::{Definition, From, Start, Status, repeat};
use flowkeep_core::session::SessionStatus;
use flowkeep_core::{Document, Format, Kind, MAX_DOCUMENT_BYTES, decode, secret};
use flowkeep_engine::{
    Wanted, definition_invalid, definition_of, input_missing, lacking, state_of,
};
use flowkeep_files::configuration::format_of;
use flowkeep_host::{Folder, path_text};
use flowkeep_store::{KeptRun, NewRun, SessionRecord};

use super::run_changes::{
    LOOK, PATIENCE, add_run, add_run_of, again, let_go_on, may_be_retried, retry, told, want,
};
use super::run_folders;
use super::run_trust::{Untrusted, Word, asked_by, settle_start};
use crate::apart::in_time;
use crate::types::{RetryDefinition, RunRetryInput, RunStatus};
use crate::{Api, AppError};

/// What stands in the file that a configuration begins with, as something that can run.
pub(super) struct Entry {
    name: String,
    format: Format,
    text: String,
    definition: Definition,
}

/// What the definition in a document is called.
fn name_in(document: &Document) -> Option<String> {
    let name = document.value().get("name")?.as_str()?.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

fn stem_of(config: &ConfigPath) -> String {
    let name = config.file_name();
    name.rsplit_once('.')
        .map_or(name, |(stem, _)| stem)
        .to_owned()
}

/// What a session is called that begins with a file: as the definition in it, so that its run has no other name. What
/// is too large, cannot be understood or holds keys says nothing of itself.
pub(super) fn name_of(api: &Api, root: &Path, config: &ConfigPath) -> String {
    let (place, path) = (root.to_owned(), config.clone());
    let bytes = in_time(api.most, root, move |_| {
        let folder = Folder::open(&place).map_err(flowkeep_host::ReadError::Io);
        let read = folder
            .and_then(|folder| folder.read(Path::new(path.as_str()), MAX_DOCUMENT_BYTES as u64));
        Ok::<_, AppError>(read.ok())
    });
    let told = || {
        let bytes = bytes.ok().flatten()?;
        let format = format_of(config)?;
        let text = match secret::masked(Some(format), &bytes) {
            Some(masked) => masked.bytes,
            None => bytes,
        };
        let (text, _) = decode(&text)?;
        name_in(&Document::parse(format, text).ok()?)
    };
    told().unwrap_or_else(|| stem_of(config))
}

impl Entry {
    /// Reads the file `config` below `root`.
    ///
    /// # Errors
    /// What the disk says; `config_not_text`, `config_holds_keys`, `definition_invalid`.
    pub(super) fn read(api: &Api, root: &Path, config: &ConfigPath) -> Result<Self, AppError> {
        let (place, path) = (root.to_owned(), config.clone());
        let bytes = in_time(api.most, root, move |_| {
            let folder = Folder::open(&place).map_err(flowkeep_host::ReadError::Io);
            folder
                .and_then(|folder| folder.read(Path::new(path.as_str()), MAX_DOCUMENT_BYTES as u64))
                .map_err(|error| AppError::new("config_not_read").with("detail", error))
        });
        let file = path_text(&root.join(config.as_str()));
        let bytes = bytes.map_err(|error| error.with("path", &file))?;
        let format = format_of(config).unwrap_or(Format::Yaml);
        // What was kept of a definition may be spelled otherwise than the file it stands for was called.
        let is_json = bytes.trim_ascii_start().starts_with(b"{");
        let format = match format {
            Format::Json if !is_json => Format::Yaml,
            format => format,
        };
        let masked = secret::masked(Some(format), &bytes);
        if let Some(place) = masked.and_then(|masked| masked.places.into_iter().next()) {
            return Err(AppError::new("config_holds_keys")
                .with("path", file)
                .with("line", place.line));
        }
        let not_text = || AppError::new("config_not_text").with("path", &file);
        let (text, _) = decode(&bytes).ok_or_else(not_text)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
        let document = Document::parse(format, text.clone())
            .map_err(|why| AppError::from(why).with("path", &file))?;
        let name = name_in(&document).unwrap_or_else(|| stem_of(config));
        let definition = Definition::read(document.value())
            .map_err(|found| AppError::from(definition_invalid(&name, &found)))?;
        Ok(Self {
            name,
            format,
            text,
            definition,
        })
    }

    /// What the workflow of a run says today.
    ///
    /// # Errors
    /// `no_such_workflow`, `definition_invalid`.
    fn present(api: &Api, run: &KeptRun) -> Result<Self, AppError> {
        let gone = || AppError::new("no_such_workflow");
        let id = run.workflow_id.as_deref().ok_or_else(gone)?;
        let record = api.store.document(Kind::Workflow, id)?.ok_or_else(gone)?;
        let kept = api.store.text(record.row, record.revision)?;
        let kept = kept.ok_or_else(gone)?;
        let document = Document::parse(kept.format, kept.text.clone())?;
        let definition = Definition::read(document.value())
            .map_err(|found| AppError::from(definition_invalid(&run.workflow_name, &found)))?;
        Ok(Self {
            name: run.workflow_name.clone(),
            format: kept.format,
            text: kept.text,
            definition,
        })
    }

    /// Takes somebody's word for what it would carry out, or asks for it. What stands in a file is from elsewhere.
    fn trusted(&self, api: &Api, word: &Word) -> Result<(), AppError> {
        let asked = Untrusted {
            workflow: "",
            name: &self.name,
            format: self.format,
            text: &self.text,
            values: None,
            is_own: false,
        };
        settle_start(api, &asked, word)
    }

    /// A run of it.
    ///
    /// # Errors
    /// `input_missing`, `folder_unknown`, `folder_ambiguous`, `folder_in_use`, `trust_required`.
    pub(super) fn run(self, api: &Api, context: String, word: &Word) -> Result<NewRun, AppError> {
        let mut start = Start {
            folder: run_folders::meant(api, self.definition.task_folder.clone())?,
            ..Start::default()
        };
        let lacks = lacking(&self.definition, &start, &context);
        if let Some(missing) = input_missing(&self.name, &lacks) {
            return Err(missing.into());
        }
        run_folders::taken(api, &mut start, None)?;
        self.trusted(api, word)?;
        Ok(NewRun {
            format: self.format,
            context,
            start,
            actor: api.actor()?,
            face: api.face().as_str().to_owned(),
            ..NewRun::of(self.name, self.text)
        })
    }

    /// Whether a run of it may take the place of one that has not ended.
    ///
    /// # Errors
    /// `session_question_open` where nobody knows what a step came to, `session_still_runs` while one is carried
    /// out; as [`Entry::run`].
    fn may_follow(&self, api: &Api, before: &KeptRun) -> Result<(), AppError> {
        let unreadable = || AppError::new("run_not_readable");
        let then = definition_of(&api.store, before)?.ok_or_else(unreadable)?;
        let state = state_of(&api.store, before, &then)?;
        let task_in = |status: Status| {
            let mut named = then.tasks().iter().zip(&state.tasks);
            let found = named.find(|(_, task)| task.status() == status);
            found.map(|(task, _)| task.name.clone())
        };
        if let Some(task) = task_in(Status::Interrupted) {
            return Err(AppError::new("session_question_open").with("task", task));
        }
        if let Some(task) = task_in(Status::Running) {
            return Err(AppError::new("session_still_runs").with("task", task));
        }
        let lacks = lacking(&self.definition, &Start::default(), &before.context);
        if let Some(missing) = input_missing(&self.name, &lacks) {
            return Err(missing.into());
        }
        run_folders::meant(api, self.definition.task_folder.clone())?;
        Ok(())
    }

    /// A run that goes on where `before` ended, with what succeeded in it; and the names of that.
    fn run_after(
        self,
        api: &Api,
        before: &KeptRun,
        word: &Word,
    ) -> Result<(NewRun, Vec<String>), AppError> {
        let unreadable = || AppError::new("run_not_readable");
        let then = definition_of(&api.store, before)?.ok_or_else(unreadable)?;
        let state = state_of(&api.store, before, &then)?;
        let start = repeat(&then, &state, &self.definition, &From::Failed, &[], &[]);
        let mut start = start.map_err(|refused| AppError::from(refused.0))?;
        let folder = api.store.run_folder(before.row)?;
        let folder = folder.map(|held| held.folder.to_string());
        let folder = folder.or_else(|| self.definition.task_folder.clone());
        start.folder = run_folders::meant(api, folder)?;
        run_folders::taken(api, &mut start, None)?;
        self.trusted(api, word)?;
        let carried = self.definition.tasks().iter();
        let carried = carried.filter(|task| start.carried.contains(&task.id));
        let taken_over = carried.map(|task| task.name.clone()).collect();
        let new = again(api, before, self.text, before.context.clone(), start)?;
        let new = NewRun {
            format: self.format,
            ..new
        };
        Ok((new, taken_over))
    }
}

/// How the work of a session goes on.
pub(super) struct WentOn {
    /// Its run.
    pub(super) run: RunStatus,
    /// The run before it, where this is a new one.
    pub(super) follows: Option<String>,
    /// The steps that the new one need not do again, by their names.
    pub(super) taken_over: Vec<String>,
}

impl WentOn {
    fn with(run: RunStatus) -> Self {
        Self {
            run,
            follows: None,
            taken_over: Vec::new(),
        }
    }
}

/// Goes on with the work of a session, with the file it begins with as it stands below `place`: its run goes on
/// where that says the same. Else what has succeeded of it is taken over by a new one.
///
/// # Errors
/// As [`Entry::read`] and [`Entry::run`]; `session_completed`; `session_run_gone` where nobody can tell any more what
/// was done; where the definition is another one, `session_question_open` and `session_still_runs`.
pub(super) fn go_on(
    api: &Api,
    session: &SessionRecord,
    (place, config): (&Path, &ConfigPath),
    word: &Word,
) -> Result<WentOn, AppError> {
    if session.status == SessionStatus::Completed {
        return Err(AppError::new("session_completed").with("session", &session.name));
    }
    let entry = Entry::read(api, place, config)?;
    let run = match session.run {
        Some(run) => api.store.run(run)?,
        None => None,
    };
    let Some(run) = run else {
        if session.ended_at.is_some() {
            return Err(AppError::new("session_run_gone").with("session", &session.name));
        }
        let context = session.state.clone().unwrap_or_else(|| "{}".to_owned());
        let new = entry.run(api, context, word)?;
        return add_run_of(api, new, Some(session.id.clone())).map(WentOn::with);
    };
    let is_same = api.store.definition_text(&run)? == entry.text;
    if !run.status.is_final() {
        if is_same {
            return resumed(api, &run, word).map(WentOn::with);
        }
        // Asked before anything of the run is ended.
        entry.may_follow(api, &run)?;
        entry.trusted(api, word)?;
        ended(api, &run)?;
    }
    let before = api.store.run_at(run.row)?.unwrap_or(run);
    let (new, taken_over) = entry.run_after(api, &before, word)?;
    Ok(WentOn {
        run: add_run(api, new)?,
        follows: Some(before.id.to_string()),
        taken_over,
    })
}

/// Goes on with the work of a session that is the session of a run of a workflow: with the definition that run has,
/// or with the workflow's present one (`is_present`).
///
/// # Errors
/// As [`go_on`]; `session_own_run_gone`.
pub(super) fn go_on_with_run(
    api: &Api,
    session: &SessionRecord,
    is_present: bool,
    word: &Word,
) -> Result<WentOn, AppError> {
    if session.status == SessionStatus::Completed {
        return Err(AppError::new("session_completed").with("session", &session.name));
    }
    let run = session.run.map(|run| api.store.run(run)).transpose()?;
    let gone = || AppError::new("session_own_run_gone").with("session", &session.name);
    let run = run.flatten().ok_or_else(gone)?;
    let present = is_present.then(|| Entry::present(api, &run)).transpose()?;
    let text = api.store.definition_text(&run)?;
    let other = present.filter(|entry| entry.text != text);
    if !run.status.is_final() {
        let Some(other) = &other else {
            return resumed(api, &run, word).map(WentOn::with);
        };
        // Asked before anything of the run is ended.
        other.may_follow(api, &run)?;
        may_be_retried(api, &run, word)?;
        ended(api, &run)?;
    }
    let again = RunRetryInput {
        id: run.id.to_string(),
        from: None,
        context: None,
        skip: None,
        definition: Some(match other {
            Some(_) => RetryDefinition::Current,
            None => RetryDefinition::Old,
        }),
        trust: Some(word.trust),
        shown: word.shown.clone(),
        continue_anyway: None,
    };
    let next = retry(api, again)?;
    Ok(WentOn {
        taken_over: taken_over(api, &next)?,
        run: next,
        follows: Some(run.id.to_string()),
    })
}

/// The steps that a run need not do again, by their names.
fn taken_over(api: &Api, run: &RunStatus) -> Result<Vec<String>, AppError> {
    let unreadable = || AppError::new("run_not_readable");
    let id = run.run_id.parse().map_err(|_| unreadable())?;
    let run = api.store.run(id)?.ok_or_else(unreadable)?;
    let definition = definition_of(&api.store, &run)?.ok_or_else(unreadable)?;
    let tasks = definition.tasks().iter();
    let carried = tasks.filter(|task| run.start.carried.contains(&task.id));
    Ok(carried.map(|task| task.name.clone()).collect())
}

/// Lets a run go on; one that does already has what was wanted.
fn resumed(api: &Api, run: &KeptRun, word: &Word) -> Result<RunStatus, AppError> {
    let with = api.configurations().of_own_copy(run)?;
    let wanted = match with {
        Some((level, message)) => Wanted::ResumeWith { level, message },
        None => Wanted::Resume,
    };
    match let_go_on(api, run, word, &wanted) {
        Err(error) if error.code == "run_is_not_paused" => {
            let now = api.store.run_at(run.row)?;
            Ok(told(now.as_ref().unwrap_or(run)))
        }
        answered => answered.map_err(|error| asked_by(error, "trust_it")),
    }
}

/// Ends a run, and waits until it has.
fn ended(api: &Api, run: &KeptRun) -> Result<(), AppError> {
    want(api, &run.id.to_string(), &Wanted::Cancel)?;
    let since = Instant::now();
    loop {
        let now = api.store.run_at(run.row)?;
        if now.is_none_or(|now| now.status.is_final()) {
            return Ok(());
        }
        if since.elapsed() > PATIENCE {
            return Err(AppError::new("session_run_not_ended").retryable());
        }
        std::thread::sleep(LOOK);
    }
}
