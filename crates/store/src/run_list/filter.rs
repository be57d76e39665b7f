//! Which runs a list is of, and how the database is asked for them.

use flowkeep_core::RunId;
use flowkeep_core::run::Status;
use rusqlite::types::Value as Sql;

use crate::run::first_id;
use crate::run_overview::{ASKS, NEEDS_A_LOOK};

/// Which runs.
#[derive(Debug, Clone, Default)]
pub struct RunFilter {
    /// Of this workflow.
    pub workflow: Option<String>,
    /// Of this status.
    pub status: Option<Status>,
    /// Those that need a person, for this.
    pub needs: Option<RunNeed>,
    /// Those that this began.
    pub begun_by: Option<BegunBy>,
    /// Those that used the data source of this name.
    pub source: Option<String>,
    /// Those that an agent of this name carried a task of out.
    pub agent: Option<String>,
    /// Milliseconds; made at or after.
    pub since: Option<i64>,
    /// Milliseconds; made before.
    pub until: Option<i64>,
    /// Milliseconds; made or ended at or after.
    pub touched_since: Option<i64>,
    /// In whose texts (messages, errors, what it was started with, names and ids) all of these are:
    /// expressions of `core::search_words`.
    pub words: Option<Vec<String>>,
    /// Whether the oldest comes first.
    pub oldest_first: bool,
    /// Behind this one.
    pub after: Option<RunId>,
    /// Rows of the page.
    pub limit: u32,
    /// So many runs are looked at for the page, so that what hardly any run meets does not go through the
    /// whole history at once; all of them unless told.
    pub most: Option<u32>,
    /// Whether to count them.
    pub count: RunCount,
}

/// Whether the runs of a filter are counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RunCount {
    /// They are not.
    #[default]
    No,
    /// To so many; exactly where that costs nothing more.
    To(u32),
    /// All of them, however long that takes.
    All,
}

/// What began a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BegunBy {
    /// A person.
    Person,
    /// Its schedule.
    Schedule,
    /// An event.
    Event,
    /// A task of another run.
    Run,
}

impl BegunBy {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Schedule => "schedule",
            Self::Event => "event",
            Self::Run => "run",
        }
    }
}

/// What a run needs a person for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunNeed {
    /// A task asks.
    Answer,
    /// It failed, and its workflow has not succeeded since.
    Look {
        /// Milliseconds; made at or after.
        since: i64,
    },
}

/// Conditions on `run`, and what is bound in them.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    texts: Vec<String>,
    pub(super) values: Vec<Sql>,
}

impl Conditions {
    /// One more; each `?` in it is the value.
    pub(super) fn add(&mut self, condition: &str, value: impl Into<Sql>) {
        self.values.push(value.into());
        let place = format!("?{}", self.values.len());
        self.texts.push(condition.replace('?', &place));
    }

    /// All of them so far; what is bound in them stays, and others may follow.
    pub(super) fn take_sql(&mut self) -> String {
        let texts = std::mem::take(&mut self.texts);
        if texts.is_empty() {
            "1".to_owned()
        } else {
            texts.join(" AND ")
        }
    }
}

const USED: &str =
    "EXISTS (SELECT 1 FROM run_used u WHERE u.kind = '{}' AND u.name = ? AND u.id = run.id)";

/// In which order of the database the runs of a filter are walked: the first of these that it asks for. An
/// index that names fewer of them comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    /// Few enough to be put in order each time.
    Asking,
    /// By what they used.
    Used(&'static str),
    WorkflowAndStatus,
    Workflow,
    Status,
    BegunBy,
    /// All of them.
    Ids,
}

impl RunFilter {
    pub(super) fn stream(&self) -> Stream {
        match self {
            Self {
                needs: Some(RunNeed::Answer),
                ..
            } => Stream::Asking,
            Self {
                source: Some(_), ..
            } => Stream::Used("source"),
            Self { agent: Some(_), .. } => Stream::Used("agent"),
            Self {
                workflow: Some(_),
                status: Some(_),
                ..
            } => Stream::WorkflowAndStatus,
            Self {
                workflow: Some(_), ..
            } => Stream::Workflow,
            Self {
                status: Some(_), ..
            }
            | Self {
                needs: Some(RunNeed::Look { .. }),
                ..
            } => Stream::Status,
            Self {
                begun_by: Some(_), ..
            } => Stream::BegunBy,
            _ => Stream::Ids,
        }
    }

    /// From where the stream's runs are read, and what makes them its own.
    pub(super) fn driven(&self, stream: Stream, conditions: &mut Conditions) -> &'static str {
        let (workflow, status) = (self.workflow.as_deref(), self.status.map(Status::as_str));
        let status = status.or(self.needs.map(|_| Status::Failed.as_str()));
        match stream {
            Stream::Asking => {
                conditions.texts.push(ASKS.to_owned());
                "run"
            }
            Stream::Used(kind) => {
                let name = if kind == "source" {
                    &self.source
                } else {
                    &self.agent
                };
                conditions.texts.push(format!("used.kind = '{kind}'"));
                conditions.add("used.name = ?", name.clone());
                "run_used AS used CROSS JOIN run USING (id)"
            }
            Stream::WorkflowAndStatus => {
                conditions.add("workflow_id = ?", workflow.map(str::to_owned));
                conditions.add("status = ?", status.map(str::to_owned));
                "run INDEXED BY run_by_workflow_status"
            }
            Stream::Workflow => {
                conditions.add("workflow_id = ?", workflow.map(str::to_owned));
                "run INDEXED BY run_by_workflow"
            }
            Stream::Status => {
                conditions.add("status = ?", status.map(str::to_owned));
                "run INDEXED BY run_by_status"
            }
            Stream::BegunBy => {
                conditions.add(
                    "begun_by = ?",
                    self.begun_by.map(|by| by.as_str().to_owned()),
                );
                "run INDEXED BY run_by_beginning"
            }
            Stream::Ids => "run",
        }
    }

    /// All that is asked of a run but its words and its place.
    pub(crate) fn conditions(&self) -> (String, Vec<Sql>) {
        let mut conditions = Conditions::default();
        self.add_rest(None, &mut conditions);
        (conditions.take_sql(), conditions.values)
    }

    /// What is asked of a run beside what makes it one of the stream's.
    pub(super) fn add_rest(&self, stream: Option<Stream>, conditions: &mut Conditions) {
        let walked = |streams: &[Stream]| stream.is_some_and(|stream| streams.contains(&stream));
        if let Some(workflow) = &self.workflow
            && !walked(&[Stream::Workflow, Stream::WorkflowAndStatus])
        {
            conditions.add("workflow_id = ?", workflow.clone());
        }
        if let Some(status) = self.status
            && !walked(&[Stream::Status, Stream::WorkflowAndStatus])
        {
            conditions.add("status = ?", status.as_str().to_owned());
        }
        if let Some(by) = self.begun_by
            && !walked(&[Stream::BegunBy])
        {
            conditions.add("begun_by = ?", by.as_str().to_owned());
        }
        for (kind, name) in [("source", &self.source), ("agent", &self.agent)] {
            if let Some(name) = name
                && !walked(&[Stream::Used(kind)])
            {
                conditions.add(&USED.replace("{}", kind), name.clone());
            }
        }
        if let Some(since) = self.since {
            conditions.add("created_at >= ?", since);
        }
        if let Some(until) = self.until {
            conditions.add("created_at < ?", until);
        }
        if let Some(since) = self.touched_since {
            // As two conditions, each of which has its index.
            conditions.add("(created_at >= ? OR ended_at >= ?)", since);
        }
        match self.needs {
            Some(RunNeed::Look { since }) => {
                conditions.add(NEEDS_A_LOOK, since);
                conditions.add("run.id >= ?", first_id(since));
            }
            Some(RunNeed::Answer) if !walked(&[Stream::Asking]) => {
                conditions.texts.push(ASKS.to_owned());
            }
            Some(RunNeed::Answer) | None => {}
        }
    }
}
