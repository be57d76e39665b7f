//! Folders of configurations that come with a backup: which of them may be some here, and which are here at all.

use std::path::{Component, Path};

use flowkeep_core::Message;
use flowkeep_host::{path_text, text_path};
use flowkeep_store::{Rejection, Staging};

use crate::apart::in_time;
use crate::bodies::config_roots::{GLANCE, may_be_root, state};
use crate::{Api, AppError};

/// Takes out of a plan what is on the list already, and what has another use here, which is said. What is no path on
/// this system is only told of.
///
/// # Errors
/// What the database says.
pub(crate) fn sort_out(api: &Api, plan: &mut Staging) -> Result<(), AppError> {
    let known = api.store.config_roots()?;
    for root in plan.config_roots()? {
        let place = text_path(&root.path);
        if known.iter().any(|one| one.listed && one.path == place) {
            plan.leave_config_root_out(&root.path)?;
        } else if !is_whole(&place) {
            plan.only_tell_of_config_root(&root.path)?;
        } else if has_another_use(api, &place)? {
            plan.leave_config_root_out(&root.path)?;
            plan.add_rejection(&Rejection {
                path: &path_text(&place),
                kind: None,
                id: None,
                name: None,
                damaged: false,
                reason: &Message::new("config_root_left_out").with("path", path_text(&place)),
            })?;
        }
    }
    Ok(())
}

/// Whether a path says by itself where it is on this system, and says it straight.
fn is_whole(path: &Path) -> bool {
    path.is_absolute() && !path.components().any(|part| part == Component::ParentDir)
}

/// Whether a folder, or what its path leads to here, is no one's configuration.
fn has_another_use(api: &Api, path: &Path) -> Result<bool, AppError> {
    let asked = path.to_owned();
    // A disk that does not answer is no reason to leave anything out.
    let real = in_time(api.most, path, move |_| {
        Ok::<_, AppError>(asked.canonicalize().unwrap_or(asked))
    });
    let real = real.unwrap_or_else(|_| path.to_owned());
    match may_be_root(api, &real) {
        Ok(()) => Ok(false),
        Err(error) if error.code.starts_with("root_") => Ok(true),
        Err(error) => Err(error),
    }
}

/// The paths of those of a plan that are not here, also where their disk does not answer.
///
/// # Errors
/// What the database says.
pub(crate) fn away(plan: &Staging) -> Result<Vec<String>, AppError> {
    let roots = plan.config_roots()?;
    // Disks that are silent are waited for together.
    let are_here: Vec<_> = std::thread::scope(|scope| {
        let asked: Vec<_> = roots
            .iter()
            .map(|root| {
                let place = text_path(&root.path);
                let comes = root.comes;
                scope.spawn(move || comes && state(&place, GLANCE, Path::is_dir) == "there")
            })
            .collect();
        let answered = asked.into_iter().map(std::thread::ScopedJoinHandle::join);
        answered.map(|is_here| is_here.unwrap_or(false)).collect()
    });
    let away = roots.into_iter().zip(are_here);
    Ok(away
        .filter(|(_, is_here)| !is_here)
        .map(|(root, _)| root.path)
        .collect())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::path::Path;

    use flowkeep_core::Sha256;
    use flowkeep_host::path_text;
    use serde_json::{Value, json};

    use crate::testing::open;
    use crate::types::{
        BackupInput, ChosenPlace, ConfigRootAddInput, Nothing, RestoreInput, RestorePlanInput,
    };
    use crate::{Api, Silent, backups, config_roots, restores};

    /// Writes other settings into a backup, as one that was made elsewhere would have them.
    fn set(backup: &Path, key: &str, value: Value) {
        let (file, manifest) = (backup.join("settings.json"), backup.join("manifest.json"));
        let mut settings: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        settings[key] = value;
        let text = settings.to_string();
        fs::write(&file, &text).unwrap();
        let mut told: Value = serde_json::from_slice(&fs::read(&manifest).unwrap()).unwrap();
        let files = told["files"].as_array_mut().unwrap().iter_mut();
        for entry in files.filter(|entry| entry["path"] == "settings.json") {
            entry["sha256"] = json!(Sha256::of(text.as_bytes()));
            entry["bytes"] = json!(text.len());
        }
        fs::write(&manifest, told.to_string()).unwrap();
    }

    fn backup(api: &Api, into: &Path) -> String {
        let input = BackupInput {
            into: Some(ChosenPlace::Path(into.to_owned())),
            ..BackupInput::default()
        };
        backups::backup(api, input, &Silent).unwrap().target_dir
    }

    fn listed(api: &Api) -> Vec<String> {
        let roots = config_roots::list(api, Nothing {}).unwrap().items;
        let listed = roots.into_iter().filter(|root| root.listed);
        listed.map(|root| root.path).collect()
    }

    /// Another system's path, one that says where it is in a roundabout way, a whole disk, and where Flowkeep's own
    /// files are.
    #[test]
    fn what_may_be_no_folder_of_configurations_here_is_left_out_and_told() {
        let root = tempfile::tempdir().unwrap();
        let real = root.path().canonicalize().unwrap();
        let first = open(&real.join("first"));
        let made = backup(&first, &real.join("backups"));
        let second = open(&real.join("second"));
        let configs = real.join("configs");
        fs::create_dir(&configs).unwrap();
        let data = path_text(&real.join("second"));
        let paths = [
            "/",
            "/srv/../root",
            r"D:\configs",
            &data,
            &path_text(&configs),
        ];
        set(Path::new(&made), "config_roots", json!(paths));

        let from = Some(ChosenPlace::Path(made.into()));
        let plan = restores::restore_plan(&second, RestorePlanInput { from }, &Silent).unwrap();
        let input = RestoreInput {
            plan_id: plan.plan_id,
            without_safety_copy: false,
        };
        let done = restores::restore(&second, input, &Silent).unwrap();
        assert_eq!(listed(&second), [path_text(&configs)]);
        let told = done.checklist.iter();
        let mut told = told.filter(|told| told.code == "checklist_config_roots");
        let away = told.next().unwrap();
        assert_eq!(away.fields["names"], r"/srv/../root, D:\configs");
        // The same again: a folder is a folder, whoever names it.
        let again = backup(&second, &real.join("backups"));
        let settings = fs::read(Path::new(&again).join("settings.json")).unwrap();
        let settings: Value = serde_json::from_slice(&settings).unwrap();
        assert_eq!(settings["config_roots"], json!([path_text(&configs)]));
    }

    #[test]
    fn a_list_of_folders_that_is_none_brings_no_settings() {
        let root = tempfile::tempdir().unwrap();
        let first = open(&root.path().join("first"));
        let made = backup(&first, &root.path().join("backups"));
        set(Path::new(&made), "config_roots", json!([{"path": "/srv"}]));
        let second = open(&root.path().join("second"));
        let from = Some(ChosenPlace::Path(made.into()));
        let plan = restores::restore_plan(&second, RestorePlanInput { from }, &Silent).unwrap();
        let codes: Vec<_> = plan.notes.iter().map(|note| note.code.as_str()).collect();
        assert!(codes.contains(&"plan_note_damaged_part"), "{codes:?}");
    }

    #[test]
    fn a_folder_that_was_only_met_is_in_no_list_of_a_backup() {
        let root = tempfile::tempdir().unwrap();
        let api = open(&root.path().join("data"));
        let configs = root.path().join("configs");
        fs::create_dir(&configs).unwrap();
        let path = ChosenPlace::Path(configs);
        let added = config_roots::add(&api, ConfigRootAddInput { path }).unwrap();
        let path = added.items[0].path.clone();
        config_roots::remove(&api, crate::types::ConfigRootRef { path }).unwrap();
        let made = backup(&api, &root.path().join("backups"));
        let settings = fs::read_to_string(Path::new(&made).join("settings.json")).unwrap();
        assert!(!settings.contains("config_roots"), "{settings}");
    }
}
