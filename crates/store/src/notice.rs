//! What people are to be told: rows written in the transaction of what they tell of, and what
//! became of them on each channel. Whoever sends marks a row once it is sent, so that what a crash
//! breaks off is sent again: at most once too often, never not at all.
//!
//! Absent on purpose: what is noticed (`core::notice`), words, sending.

use flowkeep_core::connection::said_of;
use flowkeep_core::notice::{Channel, Notice, NoticeKind};
use flowkeep_core::run::{Moment, Question, TaskId};
use flowkeep_core::{Message, RunId};
use rusqlite::{OptionalExtension as _, Row, named_params};

use crate::notice_channel::is_active;
use crate::run::{json_of, to_json};
use crate::run_overview::failure;
use crate::{Store, StoreError, Tag, Tx, setting};

/// The key of the setting that says what is told and how (`core::notice::Notices`).
pub(crate) const SETTING: &str = "notices";

/// What became of a notice on a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// It is still to go out.
    Pending,
    /// It went out.
    Sent,
    /// It did not, and is not tried again by itself.
    Failed,
}

impl DeliveryState {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }

    fn of(word: &str) -> Self {
        match word {
            "sent" => Self::Sent,
            "failed" => Self::Failed,
            _ => Self::Pending,
        }
    }
}

/// A notice on a channel.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Number of the notice.
    pub notice: i64,
    /// The channel.
    pub channel: Channel,
    /// What is told.
    pub content: Notice,
    /// What became of it.
    pub state: DeliveryState,
    /// How often it was tried.
    pub tries: u32,
    /// Not before this.
    pub due: Moment,
    /// Why the last try failed.
    pub reason: Option<Message>,
    /// The addresses that have yet to get it, where others have it.
    pub receivers: Option<Vec<String>>,
    /// When it went out, to some at least, or was given up.
    pub ended_at: Option<Moment>,
    /// Whether it asks for something that has been done meanwhile.
    pub is_answered: bool,
    /// The secret that its run still waits for, where that is what it tells of.
    pub secret: Option<String>,
}

/// A try on a channel that failed.
#[derive(Debug, Clone, Copy)]
pub struct FailedTry<'a> {
    /// The channel.
    pub channel: Channel,
    /// The numbers of what was tried, and when each is tried again; without a moment it is given up.
    pub tried: &'a [(i64, Option<Moment>)],
    /// When it failed.
    pub at: Moment,
    /// Why.
    pub why: &'a Message,
}

const COLUMNS: &str =
    "n.notice, d.channel, n.content, d.state, d.tries, d.due, d.reason, d.receivers,
      d.ended_at, n.kind = 'waiting' AND NOT EXISTS (
        SELECT 1 FROM run r JOIN run_task t USING (run)
        WHERE r.id = n.content ->> '$.run' AND (t.task = n.content ->> '$.task'
            OR n.subject = r.id || '/secret/' || (t.state ->> '$.phase.locked.secret'))
          AND t.status IN ('waiting', 'interrupted') AND r.ended_at IS NULL),
      (SELECT t.state ->> '$.phase.locked.secret' FROM run r JOIN run_task t USING (run)
        WHERE n.kind = 'waiting' AND r.id = n.content ->> '$.run'
          AND n.subject = r.id || '/secret/' || (t.state ->> '$.phase.locked.secret') LIMIT 1)
    FROM notice_delivery d JOIN notice n USING (notice)";

/// A row that cannot be read comes from a newer program and is left to it.
fn delivery(row: &Row<'_>) -> rusqlite::Result<Option<Delivery>> {
    let channel: String = row.get(1)?;
    let content: String = row.get(2)?;
    let (Some(channel), Ok(content)) = (Channel::of(&channel), json_of(2, &content)) else {
        return Ok(None);
    };
    let (reason, receivers): (Option<String>, Option<String>) = (row.get(6)?, row.get(7)?);
    Ok(Some(Delivery {
        notice: row.get(0)?,
        channel,
        content,
        state: DeliveryState::of(&row.get::<_, String>(3)?),
        tries: row.get(4)?,
        due: Moment(row.get(5)?),
        reason: reason.and_then(|reason| serde_json::from_str(&reason).ok()),
        receivers: receivers.and_then(|receivers| serde_json::from_str(&receivers).ok()),
        ended_at: row.get::<_, Option<i64>>(8)?.map(Moment),
        is_answered: row.get(9)?,
        secret: row.get(10)?,
    }))
}

impl Store {
    /// When the next of what still has to go out on a channel is due; nothing where nothing is.
    ///
    /// # Errors
    /// What the database says.
    pub fn notices_due(&self, channel: Channel) -> Result<Option<Moment>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT min(due) FROM notice_delivery WHERE channel = ?1 AND state = 'pending'",
        )?;
        let due: Option<i64> = statement.query_row([channel.as_str()], |row| row.get(0))?;
        Ok(due.map(Moment))
    }

    /// What is to go out on a channel now, the oldest first, at most `limit` of it.
    ///
    /// # Errors
    /// What the database says.
    pub fn notices_waiting(
        &self,
        channel: Channel,
        now: Moment,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(&format!(
            "SELECT {COLUMNS} WHERE d.channel = ?1 AND d.state = 'pending' AND d.due <= ?2
             ORDER BY d.notice LIMIT ?3"
        ))?;
        let rows = statement.query_map((channel.as_str(), now.0, limit), delivery)?;
        let rows: Vec<_> = rows.collect::<Result<_, _>>()?;
        Ok(rows.into_iter().flatten().collect())
    }

    /// When messages went out on a channel since a moment, or were given up, the newest last. What went
    /// out together is one.
    ///
    /// # Errors
    /// What the database says.
    pub fn notices_sent(&self, channel: Channel, since: Moment) -> Result<Vec<Moment>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT DISTINCT ended_at FROM notice_delivery
             WHERE channel = ?1 AND ended_at > ?2 ORDER BY ended_at",
        )?;
        let rows = statement.query_map((channel.as_str(), since.0), |row| row.get(0))?;
        let rows: Vec<i64> = rows.collect::<Result<_, _>>()?;
        Ok(rows.into_iter().map(Moment).collect())
    }

    /// What is told and what is not yet, the newest first, at most `limit` of it. What no screen has shown
    /// is left out: it is shown in a moment or never.
    ///
    /// # Errors
    /// What the database says.
    pub fn notices(&self, unsent: bool, limit: u32) -> Result<Vec<Delivery>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(&format!(
            "SELECT {COLUMNS} WHERE {TOLD} AND (NOT ?1 OR {UNSENT})
             ORDER BY d.notice DESC, d.channel LIMIT ?2"
        ))?;
        let rows = statement.query_map((unsent, limit), delivery)?;
        let rows: Vec<_> = rows.collect::<Result<_, _>>()?;
        Ok(rows.into_iter().flatten().collect())
    }

    /// How many notices there are, and how many of them could not be sent.
    ///
    /// # Errors
    /// What the database says.
    pub fn count_notices(&self) -> Result<(u32, u32), StoreError> {
        let sql = format!(
            "SELECT count(*), count(*) FILTER (WHERE {UNSENT}) FROM notice_delivery d WHERE {TOLD}"
        );
        let count = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
        Ok(self.reader()?.query_row(&sql, [], count)?)
    }

    /// When the first document came here that is no example; nothing where there is none. One that a
    /// restore brought is as old as it was there, but came no earlier than the first that was done
    /// here.
    ///
    /// # Errors
    /// What the database says.
    pub fn first_document_at(&self) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT max(min(created_at), coalesce(
               (SELECT at FROM operation WHERE NOT came_in ORDER BY id LIMIT 1), 0))
             FROM document WHERE deleted_at IS NULL AND NOT example";
        Ok(self.reader()?.query_row(sql, [], |row| row.get(0))?)
    }
}

/// All but those that wait for a screen.
const TOLD: &str = "NOT (d.channel = 'desktop' AND d.state = 'pending' AND d.reason IS NULL)";

/// Those that failed for good, and those that wait after a try that failed.
const UNSENT: &str = "(d.state = 'failed' OR (d.state = 'pending' AND d.reason NOT NULL))";

impl Tx<'_> {
    /// Notes something for people, on every channel that is switched on and wanted for it. What was
    /// noted before under this subject is not noted again. Says whether anybody will hear of it.
    ///
    /// # Errors
    /// What the database says.
    pub fn note(&self, subject: &str, notice: &Notice) -> Result<bool, StoreError> {
        let notices = setting::notices(self.connection)?;
        if !notices.tells(notice.kind, notice.workflow_id.as_deref()) {
            return Ok(false);
        }
        let mut channels = Vec::new();
        for channel in Channel::ALL {
            if is_active(self.connection, &notices, channel)? {
                channels.push(channel);
            }
        }
        if channels.is_empty() {
            return Ok(false);
        }
        let noted = self
            .connection
            .prepare_cached(
                "INSERT OR IGNORE INTO notice(at, kind, subject, content) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute((notice.at.0, notice.kind.as_str(), subject, to_json(notice)?))?;
        if noted == 0 {
            return Ok(false);
        }
        let number = self.connection.last_insert_rowid();
        let mut statement = self.connection.prepare_cached(
            "INSERT INTO notice_delivery(notice, channel, state, due)
             VALUES (?1, ?2, 'pending', ?3)",
        )?;
        for channel in channels {
            // At once, whatever the clock says by then.
            statement.execute((number, channel.as_str(), 0))?;
        }
        self.tag(&Tag::Notice);
        Ok(true)
    }

    /// Notes that a run failed: one that nobody else's run waits for.
    pub(crate) fn note_failed(&self, row: i64, run: RunId, at: Moment) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT workflow_id, workflow_name FROM run
             WHERE run = ?1 AND parent IS NULL AND workflow_id NOT NULL",
        )?;
        let found = statement
            .query_row([row], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((id, name)) = found else {
            return Ok(());
        };
        let (id, name): (String, String) = (id, name);
        let failed = failure(self.connection, row)?;
        let (task, why) = failed.map_or((None, None), |(task, why)| (task, Some(why)));
        let notice = Notice {
            run: Some(run.to_string()),
            task,
            why,
            ..Notice::new(NoticeKind::Failed, at).of_workflow(Some(&id), &name)
        };
        self.note(&run.to_string(), &notice)?;
        Ok(())
    }

    /// Notes that a person is asked about a task: each question once.
    pub(crate) fn note_asked(
        &self,
        (row, run): (i64, RunId),
        at: Moment,
        (task, attempt): (&TaskId, u32),
        question: Question,
    ) -> Result<(), StoreError> {
        let (subject, why) = match question {
            Question::Work => (format!("{run}/{task}/{attempt}"), "notice_waits_answer"),
            Question::Interrupted => (
                format!("{run}/{task}/{attempt}/interrupted"),
                "notice_waits_decision",
            ),
        };
        self.note_waiting((row, run), at, task, (&subject, Message::new(why)))
    }

    /// Notes that a task waits for a secret: each secret once a run.
    pub(crate) fn note_locked(
        &self,
        (row, run): (i64, RunId),
        at: Moment,
        task: &TaskId,
        secret: &str,
    ) -> Result<(), StoreError> {
        let subject = format!("{run}/secret/{secret}");
        let why = said_of(secret, "notice_waits_secret", "notice_waits_password");
        self.note_waiting((row, run), at, task, (&subject, why))
    }

    fn note_waiting(
        &self,
        (row, run): (i64, RunId),
        at: Moment,
        task: &TaskId,
        (subject, why): (&str, Message),
    ) -> Result<(), StoreError> {
        let sql = "SELECT workflow_id, workflow_name FROM run WHERE run = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let (id, name): (Option<String>, String) =
            statement.query_row([row], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let notice = Notice {
            run: Some(run.to_string()),
            task: Some(task.clone()),
            why: Some(why),
            ..Notice::new(NoticeKind::Waiting, at).of_workflow(id.as_deref(), &name)
        };
        self.note(subject, &notice)?;
        Ok(())
    }

    /// Marks what went out together. `but`: who did not get it all the same.
    ///
    /// # Errors
    /// What the database says.
    pub fn notices_went_out(
        &self,
        channel: Channel,
        notices: &[i64],
        at: Moment,
        but: Option<&Message>,
    ) -> Result<(), StoreError> {
        let json = but.map(to_json).transpose()?;
        let mut statement = self.connection.prepare_cached(
            "UPDATE notice_delivery SET state = 'sent', tries = tries + 1, reason = ?4,
               ended_at = ?3 WHERE notice = ?1 AND channel = ?2 AND state = 'pending'",
        )?;
        for notice in notices {
            statement.execute((notice, channel.as_str(), at.0, &json))?;
        }
        self.channel_used(channel, at, but)
    }

    /// Takes what nobody has told yet for oneself to tell; answers what is left of it. For a channel
    /// on which several processes tell.
    ///
    /// # Errors
    /// What the database says.
    pub fn take_notices(
        &self,
        channel: Channel,
        notices: &[i64],
        at: Moment,
    ) -> Result<Vec<i64>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "UPDATE notice_delivery SET state = 'sent', tries = tries + 1, ended_at = ?3
             WHERE notice = ?1 AND channel = ?2 AND state = 'pending'",
        )?;
        let mut taken = Vec::new();
        for notice in notices {
            if statement.execute((notice, channel.as_str(), at.0))? > 0 {
                taken.push(*notice);
            }
        }
        self.tag(&Tag::Notice);
        Ok(taken)
    }

    /// Writes down that a try failed. The others that wait on this channel wait as long: it is the same way.
    ///
    /// # Errors
    /// What the database says.
    pub fn notices_failed(&self, failed: &FailedTry<'_>) -> Result<(), StoreError> {
        self.mark_failed(failed)?;
        let again = failed.tried.iter().filter_map(|(_, again)| *again);
        if let Some(next) = again.max() {
            self.connection.execute(
                "UPDATE notice_delivery SET due = max(due, ?2)
                 WHERE channel = ?1 AND state = 'pending'",
                (failed.channel.as_str(), next.0),
            )?;
        }
        self.channel_used(failed.channel, failed.at, Some(failed.why))
    }

    /// Writes down who has yet to get what the others have. It holds up nothing else on the channel.
    ///
    /// # Errors
    /// What the database says.
    pub fn notices_put_off(
        &self,
        failed: &FailedTry<'_>,
        receivers: &[String],
    ) -> Result<(), StoreError> {
        self.mark_failed(failed)?;
        let receivers = to_json(&receivers)?;
        let mut statement = self.connection.prepare_cached(
            "UPDATE notice_delivery SET receivers = ?3, ended_at = ?4
             WHERE notice = ?1 AND channel = ?2 AND state = 'pending'",
        )?;
        for (notice, _) in failed.tried {
            statement.execute((notice, failed.channel.as_str(), &receivers, failed.at.0))?;
        }
        self.channel_used(failed.channel, failed.at, Some(failed.why))
    }

    /// Gives up what has become no news to anybody before it was tried. It says nothing of the channel.
    ///
    /// # Errors
    /// What the database says.
    pub fn notices_too_late(&self, failed: &FailedTry<'_>) -> Result<(), StoreError> {
        self.mark_failed(failed)?;
        self.tag(&Tag::Notice);
        Ok(())
    }

    fn mark_failed(&self, failed: &FailedTry<'_>) -> Result<(), StoreError> {
        let reason = to_json(failed.why)?;
        let mut statement = self.connection.prepare_cached(
            "UPDATE notice_delivery SET tries = tries + 1, reason = :reason,
               state = iif(:again NOT NULL, 'pending', 'failed'), due = coalesce(:again, due),
               ended_at = iif(:again NOT NULL, NULL, :at)
             -- What another owner has sent meanwhile stays so; the desktop's is marked before it is shown.
             WHERE notice = :notice AND channel = :channel
               AND (state = 'pending' OR channel = 'desktop')",
        )?;
        for (notice, again) in failed.tried {
            statement.execute(named_params! {
                ":notice": notice,
                ":channel": failed.channel.as_str(),
                ":reason": reason,
                ":again": again.map(|at| at.0),
                ":at": failed.at.0,
            })?;
        }
        Ok(())
    }

    /// Takes back what is true no longer, or no news to anybody.
    ///
    /// # Errors
    /// What the database says.
    pub fn drop_notices(&self, channel: Channel, notices: &[i64]) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached(
            "DELETE FROM notice_delivery
             WHERE notice = ?1 AND channel = ?2 AND state = 'pending'",
        )?;
        for notice in notices {
            statement.execute((notice, channel.as_str()))?;
        }
        self.tag(&Tag::Notice);
        Ok(())
    }

    /// Has what could not be sent tried again now, however old it is: one notice, or all. Answers how
    /// many.
    ///
    /// # Errors
    /// What the database says.
    pub fn retry_notices(&self, notice: Option<i64>) -> Result<u32, StoreError> {
        let sql = format!(
            "UPDATE notice_delivery AS d SET state = 'pending', due = 0, tries = max(tries, 1), ended_at = NULL
             WHERE (?1 IS NULL OR notice = ?1) AND {UNSENT}"
        );
        // At once, whatever the clock says by then.
        let changed = self.connection.execute(&sql, [notice])?;
        self.tag(&Tag::Notice);
        Ok(u32::try_from(changed).unwrap_or(u32::MAX))
    }

    /// Forgets what could not be sent: one notice, or all. Answers how many.
    ///
    /// # Errors
    /// What the database says.
    pub fn dismiss_notices(&self, notice: Option<i64>) -> Result<u32, StoreError> {
        let sql = format!(
            "DELETE FROM notice_delivery AS d WHERE (?1 IS NULL OR notice = ?1) AND {UNSENT}"
        );
        let changed = self.connection.execute(&sql, [notice])?;
        self.tag(&Tag::Notice);
        Ok(u32::try_from(changed).unwrap_or(u32::MAX))
    }

    /// Forgets notices that happened before a moment, and all but so many of the newest.
    ///
    /// # Errors
    /// What the database says.
    pub fn forget_notices(&self, before: Moment, keep: u32) -> Result<(), StoreError> {
        let forgotten = self.connection.execute(
            "DELETE FROM notice WHERE at < ?1
               OR notice <= (SELECT max(notice) FROM notice) - ?2",
            (before.0, keep),
        )?;
        if forgotten > 0 {
            self.tag(&Tag::Notice);
        }
        Ok(())
    }
}
