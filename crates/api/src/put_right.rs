//! What was broken off in task folders, finished or undone while the data is opened, and told.

use std::time::Duration;

use flowkeep_core::Message;
use flowkeep_files::folders::{self, Recovered, Settled};
use flowkeep_host::path_text;

use crate::apart::in_time;
use crate::bodies::folders::named;
use crate::{Api, AppError};

/// How long the disks may take for it. Whoever opens the data waits for it: what takes longer goes on beside them.
pub(crate) const RECOVERY: Duration = Duration::from_secs(3);

impl Api {
    /// What had been broken off in task folders when this was opened, and what became of it.
    pub fn put_right(&self) -> &[Message] {
        &self.put_right
    }

    /// Finishes or undoes what a dead process left in task folders, and says so. What cannot be done now is
    /// tried again later: no start fails because of it.
    pub(crate) fn recover_folders(&self) -> Vec<Message> {
        match self.try_recover() {
            Ok(recovered) => recovered.into_iter().map(|one| self.told(one)).collect(),
            Err(error) => {
                tracing::warn!(%error, "task folders could not be put right");
                vec![Message::new("put_right_later")]
            }
        }
    }

    fn try_recover(&self) -> Result<Vec<Recovered>, AppError> {
        if self.store.folder_works()?.is_empty() {
            return Ok(Vec::new());
        }
        let workshop = self.workshop()?;
        in_time(RECOVERY, &self.data_dir, move |_| {
            folders::recover(&workshop).map_err(AppError::from)
        })
    }

    fn told(&self, recovered: Recovered) -> Message {
        let folder = match self.store.task_folder(recovered.folder) {
            Ok(folder) => folder.map(|folder| path_text(&folder.path)),
            Err(error) => {
                tracing::warn!(%error, "where a task folder is cannot be told");
                None
            }
        };
        let folder = folder.unwrap_or_else(|| recovered.folder.to_string());
        let settled = match recovered.outcome {
            Ok(settled) => of(settled),
            Err(error) => Message::new("put_right_failed").because(AppError::from(error).into()),
        };
        settled.with("folder", folder)
    }
}

fn of(settled: Settled) -> Message {
    match settled {
        Settled::Archived(made) => {
            Message::new("put_right_archived").with("archive", made.archive.unwrap_or_default())
        }
        Settled::Undone { left: None } => Message::new("put_right_undone"),
        Settled::Undone { left: Some(left) } => {
            Message::new("put_right_undone_but").with("archive", left)
        }
        Settled::PutBack { from, failed } if failed.is_empty() => {
            Message::new("put_right_back").with("from", from)
        }
        Settled::PutBack { from, failed } => Message::new("put_right_back_but")
            .with("from", from)
            .with("files", named(&failed)),
        Settled::NotPutBack { from, left: None } => {
            Message::new("put_right_not_back").with("from", from)
        }
        Settled::NotPutBack {
            from,
            left: Some(left),
        } => Message::new("put_right_not_back_but")
            .with("from", from)
            .with("archive", left),
        Settled::CleanedUp => Message::new("put_right_cleaned_up"),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use flowkeep_core::folder::Settings;
    use flowkeep_store::{FolderWork, FolderWorkKind, StoreError, TaskFolderRecord};

    use super::*;
    use crate::testing::open;

    const FOLDER: &str = "01M7Z8Q2B4C6D8E0F2G4H6J8K0";
    const ARCHIVE: &str = "file_bak_20260102_030405";
    const COPYING: &str = r#"{"copying": ".y.copying"}"#;

    /// Writes down that somebody has begun something in a task folder, and died.
    fn broken_off(api: &Api, path: &Path, kind: FolderWorkKind, plan: &str) {
        let record = TaskFolderRecord {
            id: FOLDER.parse().unwrap(),
            workflow_id: "w".to_owned(),
            path: path.to_owned(),
            settings: Settings::default(),
            sequence: 1,
            created_at: 0,
        };
        let work = FolderWork {
            folder: record.id,
            kind,
            archive: ARCHIVE.to_owned(),
            run: None,
            plan: plan.to_owned(),
            at: 0,
        };
        let written = api.store.write::<_, StoreError>(move |tx| {
            tx.add_task_folder(&record)?;
            tx.begin_folder_work(&work)
        });
        written.unwrap();
    }

    /// What is told by whoever opens the data next, and by the one after.
    fn told(kind: FolderWorkKind, plan: &str, lay_out: impl FnOnce(&Path)) -> Message {
        let root = tempfile::tempdir().unwrap();
        let data = root.path().join("data");
        let folder = root.path().canonicalize().unwrap().join("task");
        fs::create_dir(&folder).unwrap();
        lay_out(&folder);
        let api = open(&data);
        assert_eq!(api.put_right(), []);
        broken_off(&api, &folder, kind, plan);
        drop(api);
        let api = open(&data);
        let [told] = api.put_right() else {
            panic!("{:?}", api.put_right());
        };
        let told = told.clone();
        assert_eq!(told.fields["folder"], path_text(&folder));
        drop(api);
        let again = open(&data);
        assert_eq!(again.put_right(), [], "it is told once");
        told
    }

    #[test]
    fn what_was_finished_or_undone_is_told_once_and_where() {
        let partial = |folder: &Path| folder.join(format!("{ARCHIVE}.partial"));
        let undone = told(FolderWorkKind::Archive, COPYING, |folder| {
            fs::create_dir(partial(folder)).unwrap();
            fs::write(partial(folder).join("a"), "a").unwrap();
        });
        assert_eq!(undone.code, "put_right_undone");
        let but = told(FolderWorkKind::Archive, COPYING, |folder| {
            fs::create_dir(partial(folder)).unwrap();
            fs::write(partial(folder).join("a"), "a").unwrap();
            fs::write(folder.join("a"), "another").unwrap();
        });
        assert_eq!(
            (but.code.as_str(), but.fields["archive"].as_str()),
            ("put_right_undone_but", ARCHIVE)
        );
        let finished = told(FolderWorkKind::Archive, COPYING, |folder| {
            fs::create_dir(partial(folder)).unwrap();
            fs::write(partial(folder).join("a"), "a").unwrap();
            let record = r#"{"backup_time": "2026-01-02T03:04:05", "moved_files": ["a"],
                "backup_directory": "file_bak_20260102_030405", "task_id": "task", "failed_files": []}"#;
            fs::write(partial(folder).join("backup_info.json"), record).unwrap();
        });
        assert_eq!(
            (finished.code.as_str(), finished.fields["archive"].as_str()),
            ("put_right_archived", ARCHIVE)
        );
        let plan = |ready: bool| {
            format!(
                r#"{{"copying": ".y.copying", "put_back": {{"from": "file_bak_20250101_000000", "waiting": ".x.partial", "ready": {ready}}}}}"#
            )
        };
        for (ready, code) in [(false, "put_right_not_back"), (true, "put_right_back")] {
            let message = told(FolderWorkKind::PutBack, &plan(ready), |folder| {
                fs::create_dir(folder.join(".x.partial")).unwrap();
                fs::write(folder.join(".x.partial/a"), "a").unwrap();
            });
            assert_eq!(
                (message.code.as_str(), message.fields["from"].as_str()),
                (code, "file_bak_20250101_000000")
            );
        }
        let but = told(FolderWorkKind::PutBack, &plan(true), |folder| {
            fs::create_dir(folder.join(".x.partial")).unwrap();
            for name in ["a", "b"] {
                fs::write(folder.join(".x.partial").join(name), "of the archive").unwrap();
            }
            fs::write(folder.join("a"), "another").unwrap();
        });
        assert_eq!(
            (but.code.as_str(), but.fields["files"].as_str()),
            ("put_right_back_but", "a")
        );
        let cleaned = told(FolderWorkKind::CleanUp, "{}", |_| {});
        assert_eq!(cleaned.code, "put_right_cleaned_up");
    }
}
