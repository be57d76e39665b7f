//! Takes what waits in the database and brings it to people, one message after the other on each channel:
//! a mail server that takes its time holds up no other way.
//!
//! A message goes out and is then marked as sent: what a crash breaks off between the two is sent
//! once more, and nothing is lost. On the desktop it is the other way round, because several processes
//! may reach the same screen: whoever marks it shows it.
//!
//! At work in the process that owns the engine and carries out all runs, so that there is one.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use flowkeep_core::Message;
use flowkeep_core::notice::pace::{self, Next};
use flowkeep_core::notice::{Channel, Notice, NoticeKind, backup_overdue};
use flowkeep_core::run::Moment;
use flowkeep_host::{Clock, Secrets};
use flowkeep_store::{Delivery, FailedTry, RunFilter, Store, StoreError, Watch};
use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::way::Patience;
use super::{NotSent, Outgoing, PutOff, Sent, Way, Wording};
use crate::actions::HttpClient;
use crate::secrets::password_of;
use crate::sources::readable;

/// How often it is looked for what is new, or due.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How long whoever ends waits for a sender that is just writing.
const ENDING: Duration = Duration::from_secs(2);

/// How long a channel rests on which nothing can be sent now.
const REST: u64 = 60_000;

/// How often it is looked whether the backup has grown old, and what may be forgotten.
const TIDY_EVERY: u64 = 3_600_000;

/// A screen tells of now: what is older is shown by the window itself.
const DESKTOP_STALE: i64 = 3_600_000;

/// What went out is remembered for so long, and never more than this of it.
const REMEMBERED: i64 = 30 * 86_400_000;
const KEPT: u32 = 2_000;

/// The most that is told in one message.
const GROUP: u32 = 500;

/// What a sender needs.
#[derive(Clone)]
pub struct SenderOptions {
    /// The database.
    pub store: Arc<Store>,
    /// Passwords and addresses.
    pub secrets: Arc<dyn Secrets>,
    /// Says what time it is.
    pub clock: Arc<dyn Clock>,
    /// Puts notices into words.
    pub wording: Arc<dyn Wording>,
    /// The channels it sends on.
    pub channels: Vec<Channel>,
    /// The epoch of the owner of the engine it sends for: once there is another, that one sends. Nothing
    /// where it is no owner's work.
    pub epoch: Option<i64>,
}

/// At work until it is dropped.
pub struct NoticeSender {
    leave: watch::Sender<bool>,
    /// Hangs up when the threads have ended.
    ended: Receiver<()>,
}

impl NoticeSender {
    /// Begins to send.
    ///
    /// # Errors
    /// What the system says to a new thread, and the database to a watcher.
    pub fn start(options: SenderOptions) -> Result<Self, StoreError> {
        let (leave, left) = watch::channel(false);
        let (ends, ended) = channel();
        for (place, channel) in options.channels.iter().enumerate() {
            let alone = SenderOptions {
                channels: vec![*channel],
                ..options.clone()
            };
            let mut sender = Sender::new(alone, left.clone())?;
            // One of them is enough for that.
            sender.tidies = place == 0;
            let ends = ends.clone();
            std::thread::Builder::new()
                .name(format!("notices-{}", channel.as_str()))
                .spawn(move || {
                    sender.go();
                    drop(ends);
                })?;
        }
        Ok(Self { leave, ended })
    }
}

impl Drop for NoticeSender {
    fn drop(&mut self) {
        // A message under way is left where it is: it is sent again by the next.
        let _ = self.leave.send(true);
        if self.ended.recv_timeout(ENDING) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!("the sender of notices is left to itself");
        }
    }
}

pub(super) struct Sender {
    options: SenderOptions,
    left: watch::Receiver<bool>,
    watch: Watch,
    runtime: Runtime,
    http: HttpClient,
    /// When something is due though nothing changes.
    due: Option<Moment>,
    /// Channels on which nothing is sent before a moment, whatever is due.
    rests: BTreeMap<Channel, Moment>,
    patience: Patience,
    /// Whether it also looks for what is told of without an event.
    tidies: bool,
    tidied: Option<Moment>,
}

/// What a try on a channel came to.
enum Came {
    /// One message went out, or failed: there may be more to do.
    On,
    /// Nothing can be done before this moment, or before something changes.
    Rests(Option<Moment>),
    /// It is to end.
    Left,
}

impl Sender {
    pub(super) fn new(
        options: SenderOptions,
        left: watch::Receiver<bool>,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            watch: options.store.watch()?,
            options,
            left,
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?,
            http: HttpClient::new(),
            due: Some(Moment(i64::MIN)),
            rests: BTreeMap::new(),
            patience: Patience::LONG,
            tidies: true,
            tidied: None,
        })
    }

    fn now(&self) -> Moment {
        Moment(self.options.clock.now().0)
    }

    fn go(mut self) {
        while !*self.left.borrow() {
            if let Err(error) = self.look_when_due() {
                tracing::warn!(%error, "notices cannot be read; it is tried again");
                self.due = Some(Moment(i64::MIN));
            }
            let mut left = self.left.clone();
            let is_alone = self.runtime.block_on(async {
                tokio::select! {
                    changed = left.changed() => changed.is_err(),
                    () = tokio::time::sleep(LOOK_EVERY) => false,
                }
            });
            if is_alone {
                break;
            }
        }
        // A name that is being looked up, or a desktop that does not answer, is left to itself.
        self.runtime.shutdown_background();
    }

    fn look_when_due(&mut self) -> Result<(), StoreError> {
        let now = self.now();
        if self.tidies
            && let Err(error) = self.tidy(now)
        {
            // What cannot be looked at keeps nothing from being told.
            tracing::warn!(%error, "whether a backup is overdue is not known");
            self.tidied = Some(now);
        }
        let is_due = self.due.is_some_and(|due| due <= now);
        if self.watch.changed()? || is_due {
            self.due = None;
            self.look()?;
        }
        Ok(())
    }

    /// Sends all that may go out now.
    pub(super) fn look(&mut self) -> Result<(), StoreError> {
        for channel in self.options.channels.clone() {
            loop {
                match self.look_at(channel)? {
                    Came::On => {}
                    Came::Left => return Ok(()),
                    Came::Rests(until) => {
                        let next = [self.due, until].into_iter().flatten().min();
                        self.due = next;
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    fn look_at(&mut self, channel: Channel) -> Result<Came, StoreError> {
        let now = self.now();
        // What lies further ahead is from before the clock was set back.
        let rests = |until: &Moment| *until > now && *until <= now.after(REST);
        if let Some(until) = self.rests.get(&channel).copied().filter(rests) {
            return Ok(Came::Rests(Some(until)));
        }
        match self.options.store.notices_due(channel)? {
            Some(due) if due <= now => {}
            later => return Ok(Came::Rests(later)),
        }
        let mut waiting = self.options.store.notices_waiting(channel, now, GROUP)?;
        if self.leave_out(channel, &mut waiting, now)? {
            return Ok(Came::On);
        }
        // What only some are still to get goes to them alone.
        let whom = waiting.first().and_then(|one| one.receivers.clone());
        waiting.retain(|one| one.receivers == whom);
        let since = Moment(now.0.saturating_sub(60_000));
        let sent = self.options.store.notices_sent(channel, since)?;
        match pace::next(waiting.len(), &sent, now) {
            // None of them can be read: they are a newer program's.
            Next::Nothing => return Ok(self.rest(channel, now.after(REST))),
            Next::Wait(until) => return Ok(self.rest(channel, until)),
            Next::One => waiting.truncate(1),
            Next::All => {}
        }
        self.send(channel, &waiting, now)
    }

    fn rest(&mut self, channel: Channel, until: Moment) -> Came {
        self.rests.insert(channel, until);
        Came::Rests(Some(until))
    }

    /// Takes back what is true no longer, and what is no news any more, unless somebody wants it told
    /// all the same. Says whether nothing is left of it.
    fn leave_out(
        &self,
        channel: Channel,
        waiting: &mut Vec<Delivery>,
        now: Moment,
    ) -> Result<bool, StoreError> {
        let store = &self.options.store;
        let entered = self.entered(waiting)?;
        let (mut gone, mut late) = (Vec::new(), Vec::new());
        for one in &*waiting {
            // Its task goes on in a moment.
            let is_entered = one.secret.as_ref().is_some_and(|one| entered.contains(one));
            let age = now.0.saturating_sub(one.content.at.0);
            let is_tried = one.tries > 0;
            let is_over = channel == Channel::Desktop && age > DESKTOP_STALE;
            if one.is_answered || is_entered || (is_over && !is_tried) {
                gone.push(one.notice);
            } else if !is_tried && pace::is_stale(one.content.at, now) {
                late.push(one.notice);
            }
        }
        let found = waiting.len();
        waiting.retain(|one| !gone.contains(&one.notice) && !late.contains(&one.notice));
        if !gone.is_empty() {
            store.write::<_, StoreError>(move |tx| tx.drop_notices(channel, &gone))?;
        }
        if !late.is_empty() {
            let why = Message::new("notice_too_late");
            store.write::<_, StoreError>(move |tx| {
                let tried: Vec<_> = late.iter().map(|notice| (*notice, None)).collect();
                tx.notices_too_late(&FailedTry {
                    channel,
                    tried: &tried,
                    at: now,
                    why: &why,
                })
            })?;
        }
        Ok(found > 0 && waiting.is_empty())
    }

    /// Which of the secrets that these say are waited for can be read by now.
    fn entered(&self, waiting: &[Delivery]) -> Result<Vec<String>, StoreError> {
        let names: BTreeSet<String> = waiting
            .iter()
            .filter_map(|one| one.secret.clone())
            .collect();
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let kept = self.options.store.connections()?;
        let of = |name: &str| {
            let mut kept = kept.iter();
            let kept = kept.find(|kept| password_of(&kept.connection.name) == name)?;
            Some((kept.with_password, kept.password.as_deref()))
        };
        let names = names.into_iter().collect();
        let found = readable(of, Some(&*self.options.secrets), names, true);
        Ok(found.names)
    }

    /// Whether it is to end, or another owner sends by now: one that slept may not have noticed.
    fn is_left(&self) -> Result<bool, StoreError> {
        let is_owner = match self.options.epoch {
            Some(epoch) => self.options.store.owner()?.epoch == epoch,
            None => true,
        };
        Ok(*self.left.borrow() || !is_owner)
    }

    /// Sends these in one message and marks them.
    fn send(
        &mut self,
        channel: Channel,
        waiting: &[Delivery],
        now: Moment,
    ) -> Result<Came, StoreError> {
        let store = Arc::clone(&self.options.store);
        let (notices, mut known) = store.notice_channels()?;
        let record = known.remove(&channel).unwrap_or_default();
        // Nobody here has said so far where it leads by now.
        if !record.is_active(&notices, channel) {
            return Ok(self.rest(channel, now.after(REST)));
        }
        let way = Way::kept(channel, &notices, &record, &*self.options.secrets);
        let mut told: Vec<&Delivery> = waiting.iter().collect();
        let sent = match way {
            // Nobody is at the desk now. Somebody may come.
            Ok(None) => return Ok(self.rest(channel, now.after(REST))),
            Err(not) => Err(not),
            // What is marked before it is shown would be lost.
            Ok(Some(_)) if self.is_left()? => return Ok(Came::Left),
            Ok(Some(way)) => {
                if channel == Channel::Desktop {
                    let wanted = ids_of(&told);
                    let taken = store
                        .write::<_, StoreError>(move |tx| tx.take_notices(channel, &wanted, now))?;
                    if taken.is_empty() {
                        return Ok(Came::On);
                    }
                    told.retain(|one| taken.contains(&one.notice));
                }
                let contents: Vec<Notice> = told.iter().map(|one| one.content.clone()).collect();
                let outgoing = Outgoing {
                    id: id_of(channel, &told),
                    receivers: told.first().and_then(|one| one.receivers.clone()),
                    ..Outgoing::of(&*self.options.wording, &contents)
                };
                match self.go_out(&way, &outgoing, now) {
                    Some(sent) => sent,
                    None => return Ok(Came::Left),
                }
            }
        };
        self.mark(channel, &told, sent)?;
        Ok(Came::On)
    }

    /// Writes down what became of these.
    fn mark(
        &self,
        channel: Channel,
        told: &[&Delivery],
        sent: Result<Sent, NotSent>,
    ) -> Result<(), StoreError> {
        let store = &self.options.store;
        // Sending took its time.
        let at = self.now();
        let again = |one: &&Delivery| {
            let again = pace::again(one.tries.saturating_add(1), one.content.at, at);
            (one.notice, again)
        };
        let mut tried: Vec<_> = told.iter().map(again).collect();
        // Whom the server did not take at an earlier try gets nothing by this one either.
        let before = || told.iter().find_map(|one| left_before(one));
        let (receivers, why) = match sent {
            Ok(Sent {
                put_off: Some(PutOff { receivers, why }),
                left_out,
            }) => match left_out.or_else(before) {
                Some(left) => (Some(receivers), why.because(left)),
                None => (Some(receivers), why),
            },
            Ok(Sent { left_out, .. }) => {
                let (ids, left_out) = (ids_of(told), left_out.or_else(before));
                return store.write::<_, StoreError>(move |tx| {
                    tx.notices_went_out(channel, &ids, at, left_out.as_ref())
                });
            }
            Err(not) => {
                for (_, again) in &mut tried {
                    *again = again.filter(|_| !not.lasting);
                }
                match before() {
                    Some(left) if not.message.because.is_none() => {
                        (None, not.message.because(left))
                    }
                    _ => (None, not.message),
                }
            }
        };
        tracing::warn!(code = why.code, "a notice could not be sent");
        store.write::<_, StoreError>(move |tx| {
            let failed = FailedTry {
                channel,
                tried: &tried,
                at,
                why: &why,
            };
            match receivers {
                Some(receivers) => tx.notices_put_off(&failed, &receivers),
                None => tx.notices_failed(&failed),
            }
        })
    }

    /// Nothing where it is to end before the message is out.
    fn go_out(&self, way: &Way, outgoing: &Outgoing, now: Moment) -> Option<Result<Sent, NotSent>> {
        let mut left = self.left.clone();
        self.runtime.block_on(async {
            tokio::select! {
                biased;
                _ = left.wait_for(|left| *left) => None,
                sent = way.send(&self.http, outgoing, now.0, self.patience) => Some(sent),
            }
        })
    }

    /// Notes a backup that has grown old, and forgets what was told long ago.
    pub(super) fn tidy(&mut self, now: Moment) -> Result<(), StoreError> {
        if self
            .tidied
            .is_some_and(|last| last.after(TIDY_EVERY) > now && last <= now)
        {
            return Ok(());
        }
        let store = &self.options.store;
        if let Some((since, weeks, notice)) = overdue(store, now)? {
            let subject = format!("{since}/{weeks}");
            store.write::<_, StoreError>(move |tx| tx.note(&subject, &notice))?;
        }
        let before = Moment(now.0.saturating_sub(REMEMBERED));
        store.write::<_, StoreError>(move |tx| tx.forget_notices(before, KEPT))?;
        self.tidied = Some(now);
        Ok(())
    }
}

fn ids_of(told: &[&Delivery]) -> Vec<i64> {
    told.iter().map(|one| one.notice).collect()
}

/// What a message with these is known by: the same at each try, and no other's, on any computer.
fn id_of(channel: Channel, told: &[&Delivery]) -> Option<String> {
    let (first, last) = (told.first()?, told.last()?);
    let at = first.content.at.0;
    let (first, last) = (first.notice, last.notice);
    Some(format!("{at}.{first}-{last}.{}", channel.as_str()))
}

/// Whom the server did not take when it took others, as the reason of the last try has it.
fn left_before(one: &Delivery) -> Option<Message> {
    let reason = one.reason.as_ref()?;
    let is_left = |message: &&Message| message.code == "mail_left_out";
    let because = reason.because.as_deref();
    because.into_iter().find(is_left).cloned()
}

/// The notice of a backup that is overdue, what it is known by, and for how many weeks it is.
fn overdue(store: &Store, now: Moment) -> Result<Option<(String, i64, Notice)>, StoreError> {
    let known = store.known_backups()?.into_iter();
    let newest = known.filter(|known| known.checked_at.is_some() && known.is_whole());
    let newest = newest.max_by_key(|known| known.created_at);
    let (id, since, differs, code) = match &newest {
        Some(backup) => {
            let changes = store.changes_after(&backup.operation)?;
            let made_since = RunFilter {
                touched_since: Some(backup.created_at),
                limit: 1,
                ..RunFilter::default()
            };
            let differs = changes.documents > 0
                || changes.deleted > 0
                || changes.settings
                || !store.runs(&made_since)?.items.is_empty();
            let id = backup.id.clone();
            (id, backup.created_at, differs, "notice_backup_old")
        }
        None => match store.first_document_at()? {
            Some(first) => ("none".to_owned(), first, true, "notice_backup_none"),
            None => return Ok(None),
        },
    };
    Ok(backup_overdue(Moment(since), differs, now).map(|weeks| {
        let since = flowkeep_host::Timestamp(since).rfc3339();
        let why = Message::new(code).with("at", since);
        let notice = Notice {
            why: Some(why),
            ..Notice::new(NoticeKind::Backup, now)
        };
        (id, weeks, notice)
    }))
}
