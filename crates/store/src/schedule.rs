//! What starts workflows beside people: what their texts say of it (`document.starts_by`) and what
//! is kept beside them, whether it is paused and up to when its times are done.
//!
//! A run that starts by itself, and that its time is done, are one transaction: a time is neither
//! started twice nor lost, wherever the process dies.
//!
//! Absent on purpose: the clock, and what a cron line means (`core::schedule`).

use flowkeep_core::notice::{Notice, NoticeKind};
use flowkeep_core::run::Moment;
use flowkeep_core::trigger::Trigger;
use flowkeep_core::{Document, Message, RunId, starts_by};
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, named_params};

use crate::document::format_of;
use crate::run::{json_of, to_json};
use crate::{NewRun, Store, StoreError, Tag, Tx, said_once};

/// How soon people are told again that a workflow did not start, for the same reason: less than a day,
/// which may be an hour short.
const MISSED_AGAIN: i64 = 20 * 3_600_000;

/// Why nothing starts by itself at present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paused {
    /// Somebody wanted so.
    Person,
    /// The workflow came with an import or a restore.
    BroughtIn,
    /// It was there before anything started by itself.
    Before,
    /// The clock jumped by so many milliseconds.
    Clock(i64),
}

impl Paused {
    /// How it is kept, and what it is called between the faces.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::BroughtIn => "brought_in",
            Self::Before => "before",
            Self::Clock(_) => "clock",
        }
    }

    const fn jumped(self) -> Option<i64> {
        match self {
            Self::Clock(jumped) => Some(jumped),
            Self::Person | Self::BroughtIn | Self::Before => None,
        }
    }

    fn of(word: &str, jumped: Option<i64>) -> Self {
        match word {
            "person" => Self::Person,
            "before" => Self::Before,
            "clock" => Self::Clock(jumped.unwrap_or_default()),
            _ => Self::BroughtIn,
        }
    }
}

/// A workflow that something starts beside people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleRecord {
    /// The workflow.
    pub workflow_id: String,
    /// What it is called.
    pub name: String,
    /// What starts it.
    pub trigger: Trigger,
    /// Up to here all times were started, or said.
    pub looked_at: Moment,
    /// Why nothing starts it at present.
    pub paused: Option<Paused>,
    /// Why nothing was started the last time.
    pub trouble: Option<Message>,
    /// Times nobody made up for and nobody has been told of.
    pub missed: u32,
    /// The latest of them.
    pub last_missed: Option<Moment>,
    /// The time of the last run that started by itself.
    pub last_started: Option<Moment>,
    /// That run.
    pub last_run: Option<String>,
}

/// What a look at the clock came to for one schedule.
#[derive(Debug, Clone, Default)]
pub struct ScheduleLook {
    /// Runs to start, each for its time.
    pub start: Vec<NewRun>,
    /// Times that nothing makes up for.
    pub missed: u32,
    /// The latest of them.
    pub last_missed: Option<Moment>,
    /// Why nothing can be started.
    pub trouble: Option<Message>,
}

/// What an event came to.
#[derive(Debug, Clone, Default)]
pub struct Listened {
    /// The runs that were made.
    pub started: Vec<RunId>,
    /// Workflows that listen and did not start, and why.
    pub refused: Vec<(String, Message)>,
}

/// Something that happened and that a workflow may listen to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRecord {
    /// Its number.
    pub event: i64,
    /// What it is called.
    pub name: String,
    /// What its runs are started with: a JSON object.
    pub context: String,
    /// How many runs led to it, each by its end.
    pub chain: u32,
    /// When.
    pub at: Moment,
}

const COLUMNS: &str = "d.id, d.name, d.starts_by, s.looked_at, s.paused, s.jumped, s.trouble, \
    s.missed, s.last_missed, s.last_started, s.last_run";

const STARTING: &str = "FROM document d JOIN schedule s ON s.workflow_id = d.id
    WHERE d.starts_by NOT NULL AND d.deleted_at IS NULL AND d.kind = 'workflow'";

fn record(row: &Row<'_>) -> rusqlite::Result<ScheduleRecord> {
    let moment = |column| row.get::<_, Option<i64>>(column).map(|at| at.map(Moment));
    let paused: Option<String> = row.get(4)?;
    let jumped = row.get(5)?;
    let trouble: Option<String> = row.get(6)?;
    Ok(ScheduleRecord {
        workflow_id: row.get(0)?,
        name: row.get(1)?,
        trigger: json_of(2, &row.get::<_, String>(2)?)?,
        looked_at: Moment(row.get(3)?),
        paused: paused.map(|word| Paused::of(&word, jumped)),
        trouble: trouble.map(|text| json_of(6, &text)).transpose()?,
        missed: row.get(7)?,
        last_missed: moment(8)?,
        last_started: moment(9)?,
        last_run: row.get(10)?,
    })
}

impl Store {
    /// Every workflow that something starts beside people, paused ones too. What cannot be read is
    /// left out.
    ///
    /// # Errors
    /// What the database says.
    pub fn schedules(&self) -> Result<Vec<ScheduleRecord>, StoreError> {
        let reader = self.reader()?;
        let mut statement =
            reader.prepare_cached(&format!("SELECT {COLUMNS} {STARTING} ORDER BY d.document"))?;
        readable(statement.query_map([], record)?)
    }

    /// What starts one workflow beside people; nothing where only people do, and where it cannot be read.
    ///
    /// # Errors
    /// What the database says.
    pub fn schedule(&self, workflow: &str) -> Result<Option<ScheduleRecord>, StoreError> {
        let reader = self.reader()?;
        let sql = format!("SELECT {COLUMNS} {STARTING} AND d.id = ?1");
        let mut statement = reader.prepare_cached(&sql)?;
        Ok(readable(statement.query_map([workflow], record)?)?.pop())
    }

    /// The workflows that listen to an event and are not paused.
    ///
    /// # Errors
    /// What the database says.
    pub fn listeners(&self, event: &str) -> Result<Vec<String>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT d.id FROM document d JOIN schedule s ON s.workflow_id = d.id
             WHERE d.starts_by NOT NULL AND d.deleted_at IS NULL
               AND d.starts_by ->> '$.event.name' = ?1 AND s.paused IS NULL
             UNION SELECT d.id FROM document d JOIN schedule s ON s.workflow_id = d.id
             WHERE d.kind = 'workflow' AND d.id = ?1 AND d.deleted_at IS NULL
               AND d.starts_by = '{\"event\":{}}' AND s.paused IS NULL",
        )?;
        let rows = statement.query_map([event], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many runs led to one, or to the one it is a part of; nothing where there is no such run.
    ///
    /// # Errors
    /// What the database says.
    pub fn chain_of(&self, run: RunId) -> Result<Option<u32>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "WITH RECURSIVE above(run, parent, start) AS (
               SELECT run, parent, start FROM run WHERE id = ?1
               UNION ALL SELECT r.run, r.parent, r.start
               FROM run r JOIN above ON r.run = above.parent)
             SELECT max(coalesce(start ->> '$.chain', 0)) FROM above",
        )?;
        Ok(statement.query_row([run.to_string()], |row| row.get(0))?)
    }

    /// What happened and has started nothing yet, in its order.
    ///
    /// # Errors
    /// What the database says.
    pub fn events(&self) -> Result<Vec<EventRecord>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader
            .prepare_cached("SELECT event, name, context, chain, at FROM event ORDER BY event")?;
        let rows = statement.query_map([], |row| {
            Ok(EventRecord {
                event: row.get(0)?,
                name: row.get(1)?,
                context: row.get(2)?,
                chain: row.get(3)?,
                at: Moment(row.get(4)?),
            })
        })?;
        readable(rows)
    }
}

impl Tx<'_> {
    /// What is kept beside a workflow of what starts it.
    pub(crate) fn kept_starts(&self, workflow: &str) -> Result<Option<String>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT starts_by FROM schedule WHERE workflow_id = ?1")?;
        let kept = statement
            .query_row([workflow], |row| row.get(0))
            .optional()?;
        Ok(kept.flatten())
    }

    /// Keeps beside a workflow what its text now says of what starts it. What is new or says another
    /// thing begins now; what came from elsewhere waits for somebody to switch it on.
    pub(crate) fn keep_schedule(
        &self,
        workflow: &str,
        starts_by: Option<&str>,
        paused: Option<Paused>,
    ) -> Result<(), StoreError> {
        // A row is kept once there was one: what comes back is as it was left.
        self.connection
            .prepare_cached(
                "INSERT INTO schedule(workflow_id, starts_by, looked_at, paused)
                 SELECT ?1, ?2, ?3, ?4
                 WHERE ?2 NOT NULL OR EXISTS (SELECT 1 FROM schedule WHERE workflow_id = ?1)
                 ON CONFLICT DO UPDATE SET paused = coalesce(paused, excluded.paused),
                   trouble = NULL, starts_by = excluded.starts_by, looked_at = excluded.looked_at",
            )?
            .execute((workflow, starts_by, self.now().0, paused.map(Paused::word)))?;
        self.tag(&Tag::Schedule);
        Ok(())
    }

    /// Writes down what a look at the clock came to: runs and that their times are done, or nothing
    /// at all where somebody has changed or paused the schedule since it was looked at. Answers
    /// the runs.
    ///
    /// # Errors
    /// What the database says.
    pub fn look_at_schedule(
        &self,
        seen: &ScheduleRecord,
        at: Moment,
        look: &ScheduleLook,
    ) -> Result<Vec<RunId>, StoreError> {
        let taken = self
            .connection
            .prepare_cached(
                "UPDATE schedule SET looked_at = :at, trouble = :trouble,
                   missed = missed + :missed, last_missed = coalesce(:last_missed, last_missed)
                 WHERE workflow_id = :id AND looked_at = :seen AND paused IS NULL
                   AND starts_by = :starts_by AND EXISTS (
                     SELECT 1 FROM document d WHERE d.kind = 'workflow' AND d.id = workflow_id
                       AND d.starts_by = :starts_by AND d.deleted_at IS NULL)",
            )?
            .execute(named_params! {
                ":id": seen.workflow_id,
                ":at": at.0,
                ":seen": seen.looked_at.0,
                ":starts_by": to_json(&seen.trigger)?,
                ":missed": look.missed,
                ":last_missed": look.last_missed.map(|at| at.0),
                ":trouble": look.trouble.as_ref().map(to_json).transpose()?,
            })?;
        if taken == 0 {
            return Ok(Vec::new());
        }
        self.tag(&Tag::Schedule);
        if look.missed > 0 {
            let times = || Message::new("notice_missed_times").with("count", look.missed);
            let why = look.trouble.clone().unwrap_or_else(times);
            let due = look.last_missed.unwrap_or(at);
            self.note_missed(&seen.workflow_id, due, why)?;
        }
        let mut started = Vec::new();
        for new in &look.start {
            let time = new.start.due.unwrap_or(at);
            started.extend(self.start_or_tell(&seen.workflow_id, time, new)?.ok());
        }
        Ok(started)
    }

    /// Starts what listens to an event. Answers the runs, and which workflows did not start because their
    /// task folder is in use.
    ///
    /// # Errors
    /// What the database says.
    pub fn start_listeners(&self, runs: &[NewRun]) -> Result<Listened, StoreError> {
        let mut listened = Listened::default();
        for new in runs {
            let now = Moment(self.now().0);
            // Only a workflow listens.
            let workflow = new.workflow_id.as_deref().unwrap_or_default();
            match self.start_or_tell(workflow, now, new)? {
                Ok(id) => listened.started.push(id),
                Err(why) => listened.refused.push((workflow.to_owned(), why)),
            }
        }
        Ok(listened)
    }

    /// Makes a run that nobody starts by hand. Where its task folder is in use, that it did not start is
    /// told instead.
    fn start_or_tell(
        &self,
        workflow: &str,
        at: Moment,
        new: &NewRun,
    ) -> Result<Result<RunId, Message>, StoreError> {
        match self.add_run(new) {
            Ok((_, id)) => {
                self.note_started(workflow, at, id)?;
                Ok(Ok(id))
            }
            Err(StoreError::FolderInUse(held)) => {
                let why = held.message();
                self.event_missed(workflow, at, &why)?;
                Ok(Err(why))
            }
            Err(error) => Err(error),
        }
    }

    /// Says why a workflow could not be started by itself; said once, in a notice, too.
    ///
    /// # Errors
    /// What the database says.
    pub fn schedule_trouble(&self, workflow: &str, why: &Message) -> Result<(), StoreError> {
        if self.schedule_hindered(workflow, why)? {
            self.note_missed(workflow, Moment(self.now().0), why.clone())?;
        }
        Ok(())
    }

    /// Says why a workflow would not start by itself, before anything was missed; whether that is news.
    ///
    /// # Errors
    /// What the database says.
    pub fn schedule_hindered(&self, workflow: &str, why: &Message) -> Result<bool, StoreError> {
        let told = self
            .connection
            .prepare_cached(
                "UPDATE schedule SET trouble = ?2 WHERE workflow_id = ?1 AND trouble IS NOT ?2",
            )?
            .execute((workflow, to_json(why)?))?;
        if told > 0 {
            self.tag(&Tag::Schedule);
        }
        Ok(told > 0)
    }

    /// Something happened that was to start a workflow and did not: counts it as missed, and says why.
    ///
    /// # Errors
    /// What the database says.
    pub fn event_missed(
        &self,
        workflow: &str,
        at: Moment,
        why: &Message,
    ) -> Result<(), StoreError> {
        let told = self
            .connection
            .prepare_cached(
                "UPDATE schedule SET trouble = ?3, missed = missed + 1, last_missed = ?2
                 WHERE workflow_id = ?1",
            )?
            .execute((workflow, at.0, to_json(why)?))?;
        if told > 0 {
            self.tag(&Tag::Schedule);
            self.note_missed(workflow, at, why.clone())?;
        }
        Ok(())
    }

    /// Notes that a workflow did not start when it should have: each night again, and not each minute
    /// for the same reason.
    fn note_missed(&self, id: &str, due: Moment, why: Message) -> Result<(), StoreError> {
        let told_of = format!("{id}/{}@", why.code);
        let mut statement = self.connection.prepare_cached(
            "SELECT 1 FROM notice WHERE kind = 'missed' AND substr(subject, 1, length(?1)) = ?1
               AND abs(CAST(substr(subject, length(?1) + 1) AS INTEGER) - ?2) < ?3 LIMIT 1",
        )?;
        let told = statement.query_row((&told_of, due.0, MISSED_AGAIN), |_| Ok(()));
        if told.optional()?.is_some() {
            return Ok(());
        }
        let sql = "SELECT name FROM document WHERE kind = 'workflow' AND id = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let name: Option<String> = statement.query_row([id], |row| row.get(0)).optional()?;
        let name = name.as_deref().unwrap_or(id);
        // It is news from now on, whenever it should have been.
        let now = Moment(self.now().0);
        let notice = Notice {
            why: Some(why),
            due: (due != now).then_some(due),
            ..Notice::new(NoticeKind::Missed, now).of_workflow(Some(id), name)
        };
        self.note(&format!("{told_of}{}", due.0), &notice)?;
        Ok(())
    }

    /// Takes an event away that has started what it starts; says whether it was still there.
    ///
    /// # Errors
    /// What the database says.
    pub fn take_event(&self, event: i64) -> Result<bool, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("DELETE FROM event WHERE event = ?1")?;
        Ok(statement.execute([event])? > 0)
    }

    /// Pauses one workflow that something starts beside people, or all that go on. Answers how many.
    /// A clock that jumped is no matter of what listens to events.
    ///
    /// # Errors
    /// What the database says.
    pub fn pause_schedules(&self, workflow: Option<&str>, why: Paused) -> Result<u32, StoreError> {
        // A person's word stands above what Flowkeep found.
        let changed = self.connection.execute(
            "UPDATE schedule SET paused = ?2, jumped = ?3, switched_off_by = NULL
             WHERE (?1 IS NULL OR workflow_id = ?1) AND starts_by NOT NULL
               AND (?2 <> 'clock' OR starts_by ->> '$.schedule' NOT NULL)
               AND (paused IS NULL OR (?2 = 'person' AND paused <> 'person'))",
            (workflow, why.word(), why.jumped()),
        )?;
        if changed > 0 {
            self.tag(&Tag::Schedule);
            if let Paused::Clock(_) = why {
                let at = Moment(self.now().0);
                let notice = Notice {
                    why: Some(Message::new("notice_held")),
                    ..Notice::new(NoticeKind::Missed, at)
                };
                self.note(&format!("held@{}", at.0), &notice)?;
            }
        }
        Ok(u32::try_from(changed).unwrap_or(u32::MAX))
    }

    /// Lets a workflow start by itself again that is paused for this reason. Its times begin now.
    /// Answers whether it was.
    ///
    /// # Errors
    /// What the database says.
    pub fn resume_schedule(&self, workflow: &str, paused: Paused) -> Result<bool, StoreError> {
        let changed = self.connection.execute(
            "UPDATE schedule SET paused = NULL, jumped = NULL, trouble = NULL, looked_at = ?2,
               switched_off_by = NULL
             WHERE paused = ?3 AND starts_by NOT NULL AND workflow_id = ?1",
            (workflow, self.now().0, paused.word()),
        )?;
        if changed > 0 {
            self.tag(&Tag::Schedule);
        }
        Ok(changed > 0)
    }

    /// Somebody has been told of so many times that were missed, and of why; what was missed since
    /// they looked stays.
    ///
    /// # Errors
    /// What the database says.
    pub fn schedule_seen(&self, workflow: &str, missed: u32) -> Result<(), StoreError> {
        let sql = "UPDATE schedule SET missed = max(missed - ?2, 0),
               trouble = iif(missed > ?2, trouble, NULL)
             WHERE workflow_id = ?1 AND (missed > 0 OR trouble NOT NULL)";
        if self.connection.execute(sql, (workflow, missed))? > 0 {
            self.tag(&Tag::Schedule);
        }
        Ok(())
    }

    pub(crate) fn note_started(
        &self,
        workflow: &str,
        at: Moment,
        run: RunId,
    ) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE schedule SET last_started = ?2, last_run = ?3, trouble = NULL
                 WHERE workflow_id = ?1",
            )?
            .execute((workflow, at.0, run.to_string()))?;
        self.tag(&Tag::Schedule);
        Ok(())
    }
}

/// Keeps the end of a run for those who listen to it, before it is written down: of a run that
/// somebody or something began, not of one that another run began as its child.
pub(crate) fn keep_end(
    connection: &Connection,
    row: i64,
    status: &str,
    at: Moment,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO event(name, at, context, chain)
             SELECT e.name, ?3, json_object('run_id', e.id, 'workflow_id', e.workflow_id,
               'status', ?2), e.chain
             FROM (SELECT 'run.' || ?2 || ':' || r.workflow_id AS name, r.id, r.workflow_id,
                     coalesce(r.start ->> '$.chain', 0) + 1 AS chain
                   FROM run r WHERE r.run = ?1 AND r.ended_at IS NULL AND r.parent IS NULL
                     AND r.workflow_id NOT NULL) e
             WHERE EXISTS (SELECT 1 FROM document d
               WHERE d.starts_by NOT NULL AND d.deleted_at IS NULL
                 AND d.starts_by ->> '$.event.name' = e.name)",
        )?
        .execute((row, status, at.0))?;
    Ok(())
}

/// For a database of a version in which nothing started by itself: what its texts say. It does
/// not begin by itself, nobody here has seen it start.
pub(crate) fn derive(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    // What is deleted may come back.
    let mut statement =
        transaction.prepare("SELECT document, content FROM document WHERE kind = 'workflow'")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let rows: Vec<(i64, i64)> = rows.collect::<Result<_, _>>()?;
    let mut found = Vec::new();
    for (row, content) in rows {
        // What cannot be read starts nothing, and keeps nobody from the rest.
        match starts_of(transaction, row, content) {
            Ok(Some((id, starts_by))) => found.push((row, id, starts_by)),
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, row, "what starts a workflow cannot be read"),
        }
    }
    for (row, id, starts_by) in found {
        transaction.execute(
            "UPDATE document SET starts_by = ?2 WHERE document = ?1",
            (row, &starts_by),
        )?;
        transaction.execute(
            "INSERT INTO schedule(workflow_id, starts_by, looked_at, paused)
             VALUES (?1, ?2, 0, 'before')",
            (id, starts_by),
        )?;
    }
    Ok(())
}

/// The id of a workflow and what starts it, if anything does.
fn starts_of(
    transaction: &Transaction<'_>,
    row: i64,
    content: i64,
) -> Result<Option<(String, String)>, StoreError> {
    let mut text = transaction.prepare_cached("SELECT text FROM content WHERE content = ?1")?;
    let text: String = text.query_row([content], |row| row.get(0))?;
    let mut words =
        transaction.prepare_cached("SELECT id, format FROM document WHERE document = ?1")?;
    let (id, format) = words.query_row([row], |row| Ok((row.get(0)?, format_of(row, 1)?)))?;
    let document = Document::parse(format, text).ok();
    Ok(document.and_then(|document| Some((id, starts_by(&document)?))))
}

/// Rows that can be read; one that cannot keeps nobody from the others.
fn readable<T>(rows: impl Iterator<Item = rusqlite::Result<T>>) -> Result<Vec<T>, StoreError> {
    let mut found = Vec::new();
    for row in rows {
        match row {
            Ok(row) => found.push(row),
            Err(
                error @ (rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::Utf8Error(..)),
            ) => {
                if said_once::is_new(&error.to_string()) {
                    tracing::warn!(%error, "what starts a workflow cannot be read");
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(found)
}
