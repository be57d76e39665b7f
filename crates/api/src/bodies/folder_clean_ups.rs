//! `folder_clean_up`: which archives go, and that they go. What touches disks is done apart, as in `folders`.

use flowkeep_core::folder::{CleanUpLimits, CleanUpRule, CleanUpVerdict};
use flowkeep_core::{Message, Sha256};
use flowkeep_files::folders::{self, ArchiveSummary, CleanedUp, Judged};
use flowkeep_store::TaskFolderRecord;

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
    if done.cancelled {
        return Ok(());
    }
    let now = api.clock.now().0;
    api.store
        .write::<_, AppError>(move |tx| Ok(tx.set_setting(LAST, &now.into())?))
}

/// Whether the settings of a folder call anything old and a day has passed since it was removed.
///
/// # Errors
/// What the database says.
pub(crate) fn is_clean_up_due(api: &Api) -> Result<bool, AppError> {
    let last = api.store.setting(LAST)?.and_then(|last| last.as_i64());
    let now = api.clock.now().0;
    if last.is_some_and(|last| (now - last).abs() < DAY) {
        return Ok(false);
    }
    let folders = api.store.task_folders()?;
    let rule = |folder: &TaskFolderRecord| folder.settings.clean_up != CleanUpRule::default();
    Ok(folders.iter().any(rule))
}
