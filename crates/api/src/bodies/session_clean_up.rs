//! `session_clean_up`: snapshots that nobody needs any more, and what only they hold.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

use flowkeep_core::session::clean_up::{Rule, Verdict};
use flowkeep_core::{Message, Sha256};
use flowkeep_files::snapshots::{self, CleanedUp, CleaningUp, Judged};
use flowkeep_host::{Timestamp, path_text};
use flowkeep_store::SNAPSHOTS_BROUGHT_AT;

use super::folder_clean_ups::is_clock_doubtful;
use crate::apart::apart_for;
use crate::types::{FolderFailure, SessionCleanUpInput, SessionCleanUpItem, SessionCleanedUp};
use crate::{Api, AppError, Progress, time};

/// When snapshots were last cleaned up.
const LAST: &str = "snapshots_cleaned_up_at";

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Days after which what nobody needs any more goes, unless the settings say otherwise.
const KEEP_DAYS: i64 = 30;

/// Removes snapshots that nobody needs any more, or says which would go. By a clock that is far ahead of the
/// last clean-up none does, unless a time is named that goes by no clock.
///
/// # Errors
/// `time_unreadable`; `snapshot_store_busy` while a snapshot is taken; `plan_changed` when other snapshots would go
/// than were seen; `cancelled`; what the database says.
pub fn clean_up(
    api: &Api,
    input: SessionCleanUpInput,
    progress: &dyn Progress,
) -> Result<SessionCleanedUp, AppError> {
    let rule = rule(api, input.older_than.as_deref())?;
    let only_tell = input.dry_run.unwrap_or_default();
    if let Some(wanted) = input.seen {
        let would = cleaned_up(api, rule, true, progress)?;
        if seen(&would.judged) != wanted {
            return Err(AppError::new("plan_changed").hint("look_again"));
        }
    }
    let done = cleaned_up(api, rule, only_tell, progress)?;
    let is_ahead = |one: &Judged| one.verdict == Verdict::ClockAhead;
    if !only_tell && !done.judged.iter().any(is_ahead) {
        api.store
            .write::<_, AppError>(move |tx| Ok(tx.set_setting(LAST, &rule.now.into())?))?;
    }
    let count = |goes: bool| {
        let all = done.judged.iter();
        let of = all.filter(|one| (one.verdict == Verdict::Goes) == goes);
        u32::try_from(of.count()).unwrap_or(u32::MAX)
    };
    let alike = alike(api, &done.judged)?;
    Ok(SessionCleanedUp {
        removed: count(true),
        kept: count(false),
        freed_bytes: done.freed_bytes,
        orphans: done.orphans,
        seen: seen(&done.judged),
        items: done
            .judged
            .into_iter()
            .map(|judged| item(judged, &alike))
            .collect(),
        failed: done.failed.into_iter().map(failure).collect(),
    })
}

fn rule(api: &Api, older_than: Option<&str>) -> Result<Rule, AppError> {
    let now = api.clock.now().0;
    let before = match older_than {
        Some(text) => time::given(text, now)?,
        None => now - keep_days(api)?.unwrap_or(KEEP_DAYS) * DAY,
    };
    let goes_by_no_clock = older_than.is_some_and(|text| Timestamp::read(text).is_some());
    Ok(Rule {
        before,
        now,
        last: told_by(api)?.filter(|_| !goes_by_no_clock),
    })
}

/// A moment the clock was right at, as far as anybody knows: that of the last clean-up; before the first one that of
/// the newest snapshot, or when snapshots were brought in.
fn told_by(api: &Api) -> Result<Option<i64>, AppError> {
    let last = number(api, LAST)?;
    if last.is_some() {
        return Ok(last);
    }
    let newest = api.store.snapshot_totals()?.newest;
    Ok(newest.max(number(api, SNAPSHOTS_BROUGHT_AT)?))
}

fn cleaned_up(
    api: &Api,
    rule: Rule,
    only_tell: bool,
    progress: &dyn Progress,
) -> Result<CleanedUp, AppError> {
    let workshop = api.snapshot_workshop()?;
    let wanted = CleaningUp { rule, only_tell };
    let work = move |steps: &crate::progress::Thinned<'_>| {
        Ok(snapshots::clean_up(&workshop, &wanted, steps))
    };
    let left = || AppError::new("cancelled");
    Ok(apart_for(api.patience, progress, work, left, drop)??)
}

/// Removes what the settings call old, once a day. What could not be removed is tried again tomorrow.
///
/// # Errors
/// As [`clean_up`].
pub(crate) fn clean_up_when_due(api: &Api, progress: &dyn Progress) -> Result<(), AppError> {
    if !is_clean_up_due(api)? {
        return Ok(());
    }
    let done = clean_up(api, SessionCleanUpInput::default(), progress)?;
    for failure in &done.failed {
        tracing::warn!(
            file = failure.file,
            why = failure.reason.code,
            "it stays there"
        );
    }
    Ok(())
}

/// Whether a day has passed since snapshots were cleaned up. Nothing is due where the settings keep them, by a
/// clock that may be wrong, and for as long after a restore as snapshots are kept: what came back is old. Asked every
/// few seconds, so that no disk is asked: that the store is not there is what the clean-up then says.
///
/// # Errors
/// What the database says.
pub(crate) fn is_clean_up_due(api: &Api) -> Result<bool, AppError> {
    let now = api.clock.now().0;
    let is_within = |at: Option<i64>, days: i64| at.is_some_and(|at| (now - at).abs() < days * DAY);
    if is_within(number(api, LAST)?, 1) {
        return Ok(false);
    }
    let Some(days) = keep_days(api)? else {
        return Ok(false);
    };
    if is_within(number(api, SNAPSHOTS_BROUGHT_AT)?, days) || !api.store.keeps_packs()? {
        return Ok(false);
    }
    Ok(!is_clock_doubtful(api, told_by(api)?, now)?)
}

/// How many days the settings let be kept what nobody needs; nothing where they keep all of it.
fn keep_days(api: &Api) -> Result<Option<i64>, AppError> {
    let days = number(api, "snapshot_keep_days")?.unwrap_or(KEEP_DAYS);
    Ok(Some(days).filter(|days| *days > 0))
}

fn number(api: &Api, key: &str) -> Result<Option<i64>, AppError> {
    Ok(api.store.setting(key)?.and_then(|value| value.as_i64()))
}

/// Stands for the snapshots that go.
fn seen(judged: &[Judged]) -> String {
    let going = judged.iter().filter(|one| one.verdict == Verdict::Goes);
    let ids: Vec<_> = going.map(|one| one.snapshot.to_string()).collect();
    Sha256::of(ids.join("\n").as_bytes()).to_string()
}

/// Where its files are and when it began, of each session that has a name with another one here.
type Alike = HashMap<String, (Option<String>, String)>;

fn alike(api: &Api, judged: &[Judged]) -> Result<Alike, AppError> {
    let mut named: HashMap<&str, BTreeSet<&str>> = HashMap::new();
    for one in judged {
        named.entry(&one.name).or_default().insert(&one.session);
    }
    let mut alike = Alike::new();
    for id in named.into_values().filter(|ids| ids.len() > 1).flatten() {
        let Some(session) = api.store.session(id)? else {
            continue;
        };
        let root = api.store.root_of(&session)?.map(|root| root.path);
        let place = match (root, &session.config) {
            (Some(root), Some(config)) => Some(path_text(&root.join(config))),
            (root, config) => root.as_deref().map(path_text).or_else(|| config.clone()),
        };
        let begun_at = time::rfc3339(session.created_at);
        alike.insert(session.id, (place, begun_at));
    }
    Ok(alike)
}

fn item(judged: Judged, alike: &Alike) -> SessionCleanUpItem {
    let goes = judged.verdict == Verdict::Goes;
    let told = alike.get(&judged.session).cloned();
    let (place, begun_at) = told.map_or((None, None), |(place, at)| (place, Some(at)));
    SessionCleanUpItem {
        written_over: (!judged.is_of_the_work).then_some(true),
        place,
        begun_at,
        session: judged.session,
        name: judged.name,
        snapshot: judged.snapshot.to_string(),
        sequence: judged.sequence,
        at: time::rfc3339(judged.at),
        action: if goes { "removed" } else { "kept" },
        reason: (!goes).then(|| judged.verdict.as_str()),
    }
}

fn failure((path, reason): (PathBuf, Message)) -> FolderFailure {
    FolderFailure {
        file: path_text(&path),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;
    use std::sync::Arc;

    use flowkeep_host::testing::TestClock;
    use flowkeep_host::{Clock, SystemClock};

    use super::*;
    use crate::types::{ActivityInput, SessionRef, SettingsUpdate};
    use crate::{Silent, activity, session_list, session_snapshots, settings};

    /// A session with three snapshots of now, in a process whose clock can be set; and its id.
    fn with_a_session(root: &Path) -> (Api, Arc<TestClock>, String) {
        let mut api = crate::testing::open(&root.join("data"));
        let clock = Arc::new(TestClock::at(SystemClock.now().0));
        api.clock = Arc::clone(&clock) as Arc<dyn Clock>;
        assert!(!is_clean_up_due(&api).unwrap(), "there is nothing");
        let config = root.join("configs/workflows/orders.yaml");
        fs::create_dir_all(config.parent().unwrap()).unwrap();
        fs::write(&config, "name: orders\n").unwrap();
        let new = crate::testing::session_of(config);
        let id = session_snapshots::create(&api, new, &Silent)
            .unwrap()
            .session_id;
        for _ in 0..2 {
            take(&api, &id);
        }
        (api, clock, id)
    }

    fn take(api: &Api, id: &str) {
        let id = id.to_owned();
        session_snapshots::snapshot(api, SessionRef { id }, &Silent).unwrap();
    }

    fn left(api: &Api, id: &str) -> usize {
        let id = id.to_owned();
        let shown = session_list::show(api, SessionRef { id }).unwrap();
        shown.snapshots.len()
    }

    fn told(api: &Api) -> usize {
        let all = activity::list(api, ActivityInput::default()).unwrap().items;
        let of = all.iter().filter(|one| one.operation == "session_clean_up");
        of.count()
    }

    fn by_itself(api: &Api, id: &str) -> (bool, usize) {
        let due = is_clean_up_due(api).unwrap();
        clean_up_when_due(api, &Silent).unwrap();
        (due, left(api, id))
    }

    fn keep(api: &Api, days: u32) {
        let update = SettingsUpdate {
            snapshot_keep_days: Some(days),
            ..SettingsUpdate::default()
        };
        settings::update(api, update).unwrap();
    }

    #[test]
    fn once_a_day_what_is_old_goes_as_the_settings_say() {
        let root = tempfile::tempdir().unwrap();
        let (api, clock, id) = with_a_session(root.path());
        let today = clock.now().0;
        let at = |day: i64| clock.set(today + day * DAY);
        assert_eq!(by_itself(&api, &id), (true, 3), "none is old");
        assert_eq!(by_itself(&api, &id), (false, 3), "it was done today");
        at(31);
        assert_eq!((by_itself(&api, &id), told(&api)), ((true, 2), 1));
        take(&api, &id);
        at(62);
        keep(&api, 0);
        assert_eq!(by_itself(&api, &id), (false, 3));
        keep(&api, 60);
        assert_eq!(by_itself(&api, &id), (true, 2));
        at(64);
        assert_eq!((by_itself(&api, &id), told(&api)), ((true, 2), 2));
    }

    #[test]
    fn nothing_goes_by_a_clock_that_may_be_wrong_unless_a_date_is_named() {
        let root = tempfile::tempdir().unwrap();
        let (api, clock, id) = with_a_session(root.path());
        by_itself(&api, &id);
        clock.set(clock.now().0 + 500 * DAY);
        assert_eq!(by_itself(&api, &id), (false, 3));
        let wanted = |older_than: &str| SessionCleanUpInput {
            older_than: Some(older_than.to_owned()),
            ..SessionCleanUpInput::default()
        };
        let done = clean_up(&api, wanted("1d"), &Silent).unwrap();
        assert_eq!(
            (done.removed, done.items[1].reason),
            (0, Some("clock_ahead"))
        );
        let tomorrow = time::rfc3339(SystemClock.now().0 + DAY);
        let done = clean_up(&api, wanted(&tomorrow), &Silent).unwrap();
        assert_eq!((done.removed, left(&api, &id)), (1, 2));
    }

    #[test]
    fn before_the_first_clean_up_the_newest_snapshot_tells_whether_the_clock_is_right() {
        let root = tempfile::tempdir().unwrap();
        let (api, clock, id) = with_a_session(root.path());
        clock.set(clock.now().0 + 500 * DAY);
        assert_eq!(by_itself(&api, &id), (false, 3));
        brought(&api, clock.now().0 - 40 * DAY);
        assert_eq!(by_itself(&api, &id), (true, 2), "it is right");
    }

    fn brought(api: &Api, at: i64) {
        let brought = api
            .store
            .write::<_, AppError>(move |tx| Ok(tx.set_setting(SNAPSHOTS_BROUGHT_AT, &at.into())?));
        brought.unwrap();
    }

    #[test]
    fn what_a_restore_brought_stays_as_long_as_what_is_new() {
        let root = tempfile::tempdir().unwrap();
        let (api, clock, id) = with_a_session(root.path());
        clock.set(clock.now().0 + 100 * DAY);
        let now = clock.now().0;
        brought(&api, now);
        assert_eq!(by_itself(&api, &id), (false, 3));
        clock.set(now + 31 * DAY);
        assert_eq!(by_itself(&api, &id), (true, 2));
    }

    #[test]
    fn only_what_was_seen_goes() {
        let root = tempfile::tempdir().unwrap();
        let (api, clock, id) = with_a_session(root.path());
        clock.set(clock.now().0 + 40 * DAY);
        let look = || SessionCleanUpInput {
            dry_run: Some(true),
            ..SessionCleanUpInput::default()
        };
        let would = clean_up(&api, look(), &Silent).unwrap();
        take(&api, &id);
        let wanted = |seen: &str| SessionCleanUpInput {
            seen: Some(seen.to_owned()),
            ..SessionCleanUpInput::default()
        };
        let error = clean_up(&api, wanted(&would.seen), &Silent).unwrap_err();
        assert_eq!((error.code.as_str(), left(&api, &id)), ("plan_changed", 4));
        let would = clean_up(&api, look(), &Silent).unwrap();
        clean_up(&api, wanted(&would.seen), &Silent).unwrap();
        assert_eq!(left(&api, &id), 2);
    }
}
