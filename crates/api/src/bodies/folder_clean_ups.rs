//! `folder_clean_up`: which archives go, and that they go. What touches disks is done apart, as in `folders`.

use flowkeep_core::folder::{CleanUpLimits, CleanUpRule, CleanUpVerdict};
use flowkeep_core::{Message, Sha256};
use flowkeep_files::folders::{self, ArchiveSummary, CleanedUp, Judged};
use flowkeep_store::{Paused, ScheduleRecord, TaskFolderRecord};

use super::folders::meant;
use crate::apart::{apart_for, in_time};
use crate::types::{
    ArchiveStatistics, FolderCleanUpArchive, FolderCleanUpInput, FolderCleanUpRow, FolderCleanedUp,
    FolderFailure,
};
use crate::{Api, AppError, Progress, time};

/// When archives last went by themselves.
const LAST: &str = "archives_cleaned_up_at";

const DAY: i64 = 24 * 60 * 60 * 1000;

/// A clock that is so far ahead of the last clean-up may be wrong.
const LONGEST_PAUSE: i64 = 400 * DAY;

/// Removes old archives, or says which would go. The newest of a folder that can be used never goes. A folder
/// whose disk is not there is told and costs no other.
///
/// # Errors
/// `folder_unknown`, `folder_ambiguous`; of a single folder also `folder_gone`, `folder_busy`, `disk_silent`;
/// `archive_rule_missing` when neither the input nor a folder's settings say what is old; `time_unreadable`;
/// `plan_changed` when something else would go than was seen; `cancelled`.
pub fn clean_up(
    api: &Api,
    input: FolderCleanUpInput,
    progress: &dyn Progress,
) -> Result<FolderCleanedUp, AppError> {
    let wanted = Wanted::of(api, &input)?;
    let is_one = input.id.is_some();
    let folders = match &input.id {
        Some(id) => vec![meant(api, id)?],
        None => api.store.task_folders()?,
    };
    let wished = folders.into_iter().map(|folder| {
        let limits = wanted.limits(&folder.settings.clean_up);
        (folder, limits)
    });
    let wished: Vec<_> = wished.filter(|(_, limits)| !limits.is_empty()).collect();
    if wished.is_empty() {
        return Err(AppError::new("archive_rule_missing").hint("name_archive_rule"));
    }
    let mut done = FolderCleanedUp::default();
    let mut plans = Vec::new();
    for (folder, limits) in wished {
        match plan(api, &folder, limits) {
            Ok(judged) => plans.push((folder, judged)),
            Err(error) if is_one => return Err(error),
            Err(error) => done.unreached.push(unreached(&folder, error)),
        }
    }
    done.seen = seen(&plans);
    if input.seen.is_some_and(|seen| seen != done.seen) {
        return Err(AppError::new("plan_changed").hint("look_again"));
    }
    for (folder, judged) in plans {
        let going = judged
            .iter()
            .filter(|one| one.verdict == CleanUpVerdict::Goes);
        let going: Vec<&ArchiveSummary> = going.map(|one| &one.archive).collect();
        let cleaned = if input.dry_run.unwrap_or_default() {
            Ok(CleanedUp {
                removed: going.iter().map(|one| one.archive.clone()).collect(),
                bytes: going.iter().map(|one| one.bytes).sum(),
                ..CleanedUp::default()
            })
        } else if progress.cancelled() {
            Ok(CleanedUp {
                cancelled: true,
                ..CleanedUp::default()
            })
        } else {
            // What is cut short leaves the newer ones.
            let names = going.iter().rev().map(|one| one.archive.clone());
            remove(api, &folder, names.collect(), progress)
        };
        match cleaned {
            Ok(cleaned) => done.add(&folder, judged, cleaned),
            Err(error) if is_one => return Err(error),
            Err(error) => done.unreached.push(unreached(&folder, error)),
        }
    }
    let is_by_rule = !is_one && wanted.once.is_empty();
    if is_by_rule && !input.dry_run.unwrap_or_default() && !done.cancelled {
        let now = api.clock.now().0;
        api.store
            .write::<_, AppError>(move |tx| Ok(tx.set_setting(LAST, &now.into())?))?;
    }
    Ok(done)
}

/// What somebody asks for this once, else what each folder's settings say.
struct Wanted {
    once: CleanUpLimits,
    now: i64,
}

impl Wanted {
    fn of(api: &Api, input: &FolderCleanUpInput) -> Result<Self, AppError> {
        let now = api.clock.now().0;
        let before = input.older_than.as_deref();
        let once = CleanUpLimits {
            keep: input.keep,
            before: before.map(|text| time::given(text, now)).transpose()?,
            max_bytes: input.max_bytes,
        };
        Ok(Self { once, now })
    }

    fn limits(&self, rule: &CleanUpRule) -> CleanUpLimits {
        if self.once.is_empty() {
            CleanUpLimits::of(rule, self.now)
        } else {
            self.once
        }
    }
}

fn plan(
    api: &Api,
    folder: &TaskFolderRecord,
    limits: CleanUpLimits,
) -> Result<Vec<Judged>, AppError> {
    let (workshop, id) = (api.workshop()?, folder.id);
    in_time(api.most, &folder.path, move |_| {
        folders::clean_up_plan(&workshop, id, &limits).map_err(AppError::from)
    })
}

fn remove(
    api: &Api,
    folder: &TaskFolderRecord,
    names: Vec<String>,
    progress: &dyn Progress,
) -> Result<CleanedUp, AppError> {
    if names.is_empty() {
        return Ok(CleanedUp::default());
    }
    let (workshop, id) = (api.workshop()?, folder.id);
    let work = move |steps: &crate::progress::Thinned<'_>| {
        Ok(folders::clean_up(&workshop, id, &names, steps))
    };
    let left = || AppError::new("cancelled").hint("archives_go_on");
    Ok(apart_for(api.patience, progress, work, left, drop)??)
}

/// Stands for what would go of all these folders.
fn seen(plans: &[(TaskFolderRecord, Vec<Judged>)]) -> String {
    let going = plans.iter().flat_map(|(folder, judged)| {
        let goes = judged
            .iter()
            .filter(|one| one.verdict == CleanUpVerdict::Goes);
        goes.map(|one| format!("{}/{}\n", folder.id, one.archive.archive))
    });
    let text: String = going.collect();
    Sha256::of(text.as_bytes()).to_string()
}

fn unreached(folder: &TaskFolderRecord, error: AppError) -> FolderFailure {
    FolderFailure {
        file: folder.name(),
        reason: Message::from(error),
    }
}

impl FolderCleanedUp {
    fn add(&mut self, folder: &TaskFolderRecord, judged: Vec<Judged>, cleaned: CleanedUp) {
        let names = |verdicts: &[CleanUpVerdict]| {
            let of = judged.iter().filter(|one| verdicts.contains(&one.verdict));
            of.map(|one| one.archive.archive.clone())
                .collect::<Vec<_>>()
        };
        self.kept
            .extend(names(&[CleanUpVerdict::Newest, CleanUpVerdict::Stays]));
        self.broken.extend(names(&[CleanUpVerdict::Broken]));
        self.removed.extend(cleaned.removed);
        self.bytes += cleaned.bytes;
        self.failed
            .extend(cleaned.failed.into_iter().map(Into::into));
        self.cancelled |= cleaned.cancelled;
        if !judged.is_empty() {
            self.folders.push(FolderCleanUpRow {
                id: folder.id.to_string(),
                name: folder.name(),
                archives: judged.into_iter().map(row).collect(),
            });
        }
    }
}

fn row(judged: Judged) -> FolderCleanUpArchive {
    let archive = judged.archive;
    FolderCleanUpArchive {
        archive: archive.archive,
        created_at: archive.created_at.map(time::rfc3339),
        files: archive.files,
        copied: archive.copied,
        bytes: archive.bytes,
        verdict: match judged.verdict {
            CleanUpVerdict::Goes => "goes",
            CleanUpVerdict::Newest => "newest",
            CleanUpVerdict::Stays => "stays",
            CleanUpVerdict::Broken => "broken",
        },
        reason: judged.reason,
    }
}

/// Figures of these archives.
pub(super) fn statistics(archives: &[ArchiveSummary]) -> ArchiveStatistics {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let times = || archives.iter().filter_map(|one| one.created_at);
    ArchiveStatistics {
        archives: count(archives.len()),
        files: archives.iter().map(|one| u64::from(one.files)).sum(),
        bytes: archives.iter().map(|one| one.bytes).sum(),
        oldest: times().min().map(time::rfc3339),
        newest: times().max().map(time::rfc3339),
        broken: count(archives.iter().filter(|one| one.broken.is_some()).count()),
    }
}

/// Removes what the settings of folders call old, once a day. One whose disk is away is tried again tomorrow.
///
/// # Errors
/// As [`clean_up`].
pub fn clean_up_when_due(api: &Api, progress: &dyn Progress) -> Result<(), AppError> {
    if !is_clean_up_due(api)? {
        return Ok(());
    }
    let done = clean_up(api, FolderCleanUpInput::default(), progress)?;
    for folder in done.unreached.iter().chain(&done.failed) {
        tracing::warn!(
            name = folder.file,
            why = folder.reason.code,
            "old archives stay there"
        );
    }
    Ok(())
}

/// Whether the settings of a folder call anything old and a day has passed since it was removed. By a clock
/// that may be wrong nothing is old: somebody puts the schedules right that wait for it, or cleans up by hand.
///
/// # Errors
/// What the database says.
pub(crate) fn is_clean_up_due(api: &Api) -> Result<bool, AppError> {
    let last = api.store.setting(LAST)?.and_then(|last| last.as_i64());
    let now = api.clock.now().0;
    if last.is_some_and(|last| (now - last).abs() < DAY) {
        return Ok(false);
    }
    if is_clock_doubtful(api, last, now)? {
        return Ok(false);
    }
    let folders = api.store.task_folders()?;
    let rule = |folder: &TaskFolderRecord| folder.settings.clean_up != CleanUpRule::default();
    Ok(folders.iter().any(rule))
}

/// Whether nobody can say what is old: the clock is far ahead of the last clean-up, or schedules are held because
/// it was set.
pub(super) fn is_clock_doubtful(api: &Api, last: Option<i64>, now: i64) -> Result<bool, AppError> {
    let is_far = last.is_some_and(|last| now.saturating_sub(last) > LONGEST_PAUSE);
    let is_held = |schedule: &ScheduleRecord| matches!(schedule.paused, Some(Paused::Clock(_)));
    Ok(is_far || api.store.schedules()?.iter().any(is_held))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use flowkeep_core::{Format, Kind};
    use flowkeep_host::testing::TestClock;
    use serde_json::json;

    use super::*;
    use crate::types::{
        CreateInput, FolderArchiveInput, FolderRef, FolderSetInput, TemplateUseInput,
    };
    use crate::{Silent, documents, folders, templates};

    const YEAR: i64 = 365 * DAY;

    fn input<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> T {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn nothing_goes_by_itself_by_a_clock_that_may_be_wrong() {
        let root = tempfile::tempdir().unwrap();
        let mut api = crate::testing::open(&root.path().join("data"));
        let clock = Arc::new(TestClock::at(56 * YEAR));
        api.clock = Arc::clone(&clock) as Arc<dyn flowkeep_host::Clock>;
        let made: TemplateUseInput =
            input(json!({"id": "describe-database", "values": {"connection": "local"}}));
        let folder = templates::make(&api, made).unwrap().folder.unwrap();
        for _ in 0..2 {
            std::fs::write(std::path::Path::new(&folder.path).join("a"), "x").unwrap();
            let archive: FolderArchiveInput = input(json!({"id": folder.id}));
            folders::archive(&api, archive, &Silent).unwrap();
            clock.set(api.clock.now().0 + 60 * DAY);
        }
        let rule: FolderSetInput =
            input(json!({"id": folder.id, "clean_up": {"older_than_days": 90}}));
        folders::set(&api, rule).unwrap();
        let left = || {
            let there: FolderRef = input(json!({"id": folder.id}));
            folders::archives(&api, there).unwrap().total
        };
        let by_itself = || {
            clean_up_when_due(&api, &Silent).unwrap();
            left()
        };
        let now = 56 * YEAR + 80 * DAY;
        clock.set(now);
        assert_eq!(by_itself(), 2, "none is old");

        // The year 2099.
        clock.set(129 * YEAR);
        assert_eq!(by_itself(), 2);

        // The engine has found that the clock was set, and holds what starts by it.
        clock.set(now + 100 * DAY);
        let nightly = json!({"name": "Nightly", "trigger": "schedule", "schedule": {"cron": "0 2 * * *"},
            "tasks": []});
        let nightly = CreateInput {
            text: nightly.to_string(),
            format: Format::Json,
            id: None,
            name: None,
        };
        let nightly = documents::create(&api, Kind::Workflow, nightly).unwrap().id;
        let held = Paused::Clock(100 * DAY);
        let paused = api
            .store
            .write::<_, AppError>(move |tx| Ok(tx.pause_schedules(None, held)?));
        assert_eq!(paused.unwrap(), 1);
        assert_eq!(by_itself(), 2);
        let resume = api
            .store
            .write::<_, AppError>(move |tx| Ok(tx.resume_schedule(&nightly, held)?));
        assert!(resume.unwrap());
        assert_eq!(by_itself(), 1);
    }
}
