//! Which runs of workflows have a configuration: those whose definition refers to files that are in one of the
//! folders the operator named. Each of them is a session from its beginning on.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use flowkeep_core::Message;
use flowkeep_core::configuration::Reference;
use flowkeep_core::run::Level;
use flowkeep_core::session::file::StatedTimes;
use flowkeep_core::session::{SessionOrigin, SessionStatus};
use flowkeep_engine::Belonging;
use flowkeep_files::configuration::{Definition, count_resolved};
use flowkeep_host::path_text;
use flowkeep_store::{
    ConfigRootRecord, DocumentRecord, IMPORTED, KeptRun, NewSession, OperationRecord, Store,
    StoreError,
};

use crate::AppError;
use crate::apart::in_time;
use crate::bodies::config_roots::{GLANCE, state};
use crate::bodies::sessions::default_tool_set;
use crate::bodies::settings;
use crate::bodies::strategies::strategy;
use crate::configuring::Ticks;
use crate::types::{SessionLetGo, SessionUnkept};

/// How long a run that begins waits for one folder at most while nothing is heard of it.
const MOST: Duration = Duration::from_secs(5);

/// So many definitions are remembered.
const REMEMBERED: usize = 500;

/// So long what was seen of a folder counts: many runs may begin at once.
const FRESH: Duration = Duration::from_secs(1);

/// A text that somebody started, of which workflow.
type Known = (i64, Option<String>, Option<u32>);

/// What was seen of a folder a moment ago.
struct Seen {
    until: Instant,
    /// How many references of a definition mean something there, with this tool set for `default`.
    counts: HashMap<(Known, String), usize>,
    /// Why it cannot be looked into.
    away: Option<AppError>,
}

/// A folder into which one run at a time looks.
type Place = Arc<Mutex<Option<Seen>>>;

/// Finds out which runs have a configuration, and remembers what their definitions refer to.
pub(crate) struct Belongings {
    known: Mutex<HashMap<Known, Arc<Definition>>>,
    places: Mutex<HashMap<PathBuf, Place>>,
    fresh: Duration,
}

impl Default for Belongings {
    fn default() -> Self {
        Self {
            known: Mutex::default(),
            places: Mutex::default(),
            fresh: FRESH,
        }
    }
}

impl Belongings {
    /// Whether a run may have one, told without asking a disk.
    pub(crate) fn may_have(&self, store: &Store, run: &KeptRun) -> bool {
        if run.workflow_id.is_none() {
            return false;
        }
        if self.known(run).is_some_and(|known| !known.refers()) {
            return false;
        }
        let roots = store.config_roots().unwrap_or_else(|error| {
            tracing::warn!(%error, "where configurations are cannot be read");
            Vec::new()
        });
        roots.iter().any(|root| root.listed)
    }

    /// Finds the session of a run, which is made where it has a configuration.
    pub(crate) fn find(&self, store: &Store, row: i64) -> Result<Belonging, AppError> {
        let Some(run) = store.run_at(row)? else {
            return Ok(Belonging::default());
        };
        if run.session.is_some() {
            return Ok(Belonging {
                session: run.session,
                told: Vec::new(),
            });
        }
        let definition = self.definition(store, &run)?;
        if !definition.refers() {
            return Ok(Belonging::default());
        }
        let settings = settings::of(store)?;
        let tool_set = default_tool_set(&settings);
        let mut roots = store.config_roots()?;
        roots.retain(|root| root.listed);
        let counts = self.counts(&roots, &definition, &(key(&run), tool_set));
        let is_looked_for = definition.references.iter().any(Reference::names_a_file);
        let workflow = run.workflow_id.as_deref().unwrap_or_default();
        let last = store.last_config_root(workflow, Some(run.id))?;
        let (best, told) = best_of(&roots, counts, last, is_looked_for);
        let Some(root) = best else {
            return Ok(Belonging {
                session: None,
                told,
            });
        };
        let strategy = strategy(&settings, None)?.name;
        let session = begin_session(store, &run, root.path.clone(), strategy)?;
        Ok(Belonging {
            session: Some(session),
            told,
        })
    }

    /// What of a configuration a run refers to that has none, because its folder was not on the list when it began or
    /// because it was forgotten.
    ///
    /// # Errors
    /// What the database says. A folder that does not answer is passed over.
    pub(crate) fn unkept(
        &self,
        store: &Store,
        run: &KeptRun,
    ) -> Result<Option<SessionUnkept>, AppError> {
        if let Some(forgotten) = forgotten(store, run)? {
            return Ok(Some(SessionUnkept {
                forgotten: Some(forgotten),
                ..SessionUnkept::default()
            }));
        }
        if run.workflow_id.is_none() {
            return Ok(None);
        }
        let definition = match self.definition(store, run) {
            Ok(definition) if definition.refers() => definition,
            Ok(_) => return Ok(None),
            Err(error) => {
                tracing::debug!(%error, "what a run refers to cannot be told");
                return Ok(None);
            }
        };
        if run.face == IMPORTED {
            return Ok(Some(SessionUnkept {
                imported: true,
                ..SessionUnkept::default()
            }));
        }
        let tool_set = default_tool_set(&settings::of(store)?);
        let mut roots = store.config_roots()?;
        roots.retain(|root| !root.listed);
        let counts = self.counts(&roots, &definition, &(key(run), tool_set));
        let counts = counts.into_iter().map(Result::unwrap_or_default);
        let mut found: Vec<_> = counts.zip(&roots).filter(|(count, _)| *count > 0).collect();
        found.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
        let folders = found.into_iter().map(|(_, root)| path_text(&root.path));
        Ok(Some(SessionUnkept {
            folders: folders.collect(),
            ..SessionUnkept::default()
        }))
    }

    /// How many references of a definition mean something below each of these roots. Disks that are slow are waited for
    /// together.
    fn counts(
        &self,
        roots: &[ConfigRootRecord],
        definition: &Arc<Definition>,
        key: &(Known, String),
    ) -> Vec<Result<usize, AppError>> {
        std::thread::scope(|scope| {
            let asked = roots.iter().map(|root| {
                let (definition, key) = (Arc::clone(definition), key.clone());
                scope.spawn(move || self.count(root, definition, key))
            });
            let asked: Vec<_> = asked.collect();
            let answered = asked.into_iter().map(std::thread::ScopedJoinHandle::join);
            let fault = || Err(AppError::new("internal"));
            answered
                .map(|count| count.unwrap_or_else(|_| fault()))
                .collect()
        })
    }

    fn definition(&self, store: &Store, run: &KeptRun) -> Result<Arc<Definition>, AppError> {
        if let Some(known) = self.known(run) {
            return Ok(known);
        }
        let text = store.definition_text(run)?;
        let workflow = run.workflow_id.as_ref().unwrap_or(&run.workflow_name);
        let revision = run.revision.map(Into::into);
        let definition = Definition::of(workflow.clone(), revision, run.format, text)?;
        let definition = Arc::new(definition);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(key(run), Arc::clone(&definition));
        Ok(definition)
    }

    fn known(&self, run: &KeptRun) -> Option<Arc<Definition>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&key(run)).cloned()
    }

    /// How many references of a definition mean something below a root. Who asks while another one looks waits for
    /// what that one sees.
    fn count(
        &self,
        root: &ConfigRootRecord,
        definition: Arc<Definition>,
        key: (Known, String),
    ) -> Result<usize, AppError> {
        let place = {
            let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(places.entry(root.path.clone()).or_default())
        };
        let mut seen = place.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(fresh) = seen.as_ref().filter(|seen| Instant::now() < seen.until) {
            if let Some(away) = &fresh.away {
                return Err(away.clone());
            }
            if let Some(count) = fresh.counts.get(&key) {
                return Ok(*count);
            }
        }
        let counted = count(root, definition, key.1.clone());
        let now = Instant::now();
        let known = seen.take().filter(|seen| now < seen.until);
        let seen = seen.insert(known.unwrap_or_else(|| Seen {
            until: now + self.fresh,
            counts: HashMap::new(),
            away: None,
        }));
        match &counted {
            Ok(count) => {
                seen.counts.insert(key, *count);
            }
            Err(away) => seen.away = Some(away.clone()),
        }
        counted
    }
}

fn key(run: &KeptRun) -> Known {
    (run.content, run.workflow_id.clone(), run.revision)
}

/// How many references of a definition mean something below a root.
fn count(
    root: &ConfigRootRecord,
    definition: Arc<Definition>,
    tool_set: String,
) -> Result<usize, AppError> {
    // However many runs ask a disk that is silent, one thread waits for it.
    match state(&root.path, GLANCE, std::path::Path::is_dir) {
        "there" => {}
        "gone" => return Err(AppError::new("root_missing").with("path", path_text(&root.path))),
        _ => return Err(AppError::new("disk_silent").with("path", path_text(&root.path))),
    }
    let place = root.path.clone();
    in_time(MOST, &root.path, move |step| {
        count_resolved(&definition, &place, &tool_set, &Ticks(step)).map_err(AppError::from)
    })
}

/// So many runs that each repeat the one before are asked for what was forgotten.
const REPEATED: usize = 100;

/// What was kept of a run that has nothing now, or of one that it repeats, and is forgotten since.
///
/// # Errors
/// What the database says.
pub(crate) fn forgotten(store: &Store, run: &KeptRun) -> Result<Option<SessionLetGo>, AppError> {
    if run.session.is_some() {
        return Ok(None);
    }
    let mut asked = Some(run.id);
    for _ in 0..REPEATED {
        let Some(id) = asked else { break };
        for kind in ["session", "run"] {
            let found = store.newest_about("session_forget", kind, &id.to_string())?;
            if let Some(operation) = found {
                return Ok(Some(let_go(operation)));
            }
        }
        asked = if id == run.id {
            run.repeats
        } else {
            store.run(id)?.and_then(|run| run.repeats)
        };
    }
    Ok(None)
}

/// Who forgot a session, and when.
pub(crate) fn let_go(operation: OperationRecord) -> SessionLetGo {
    SessionLetGo {
        by: operation.actor,
        at: crate::time::rfc3339(operation.at),
    }
}

/// The folder with whose files a run of a workflow would work that begins now, as [`Belongings::find`] would say.
///
/// # Errors
/// What the database says. A folder that does not answer is passed over.
pub(crate) fn expected(
    store: &Store,
    workflow: &DocumentRecord,
) -> Result<Option<PathBuf>, AppError> {
    let Some(stored) = store.text(workflow.row, workflow.revision)? else {
        return Ok(None);
    };
    let Ok(definition) = Definition::of(workflow.id.clone(), None, stored.format, stored.text)
    else {
        return Ok(None);
    };
    if !definition.refers() {
        return Ok(None);
    }
    let tool_set = default_tool_set(&settings::of(store)?);
    let mut roots = store.config_roots()?;
    roots.retain(|root| root.listed);
    let is_looked_for = definition.references.iter().any(Reference::names_a_file);
    let definition = Arc::new(definition);
    // Disks that are slow are waited for together.
    let counts: Vec<_> = std::thread::scope(|scope| {
        let asked = roots.iter().map(|root| {
            let (definition, tool_set) = (Arc::clone(&definition), tool_set.clone());
            scope.spawn(move || count(root, definition, tool_set))
        });
        let asked: Vec<_> = asked.collect();
        let fault = || Err(AppError::new("internal"));
        let answered = asked.into_iter().map(std::thread::ScopedJoinHandle::join);
        answered
            .map(|count| count.unwrap_or_else(|_| fault()))
            .collect()
    });
    let last = store.last_config_root(&workflow.id, None)?;
    let (best, _) = best_of(&roots, counts, last, is_looked_for);
    Ok(best.map(|root| root.path.clone()))
}

/// The root with which a run works, and what whoever reads the run is told: the one of the workflow's last run
/// (`last`) as long as it has anything of what is referred to, none while its disk does not answer, else the one that has most
/// of it, the first of several.
/// Where a file is named by its path (`is_looked_for`) and none has anything, it is missing in that of the last run, or
/// in the first.
fn best_of(
    roots: &[ConfigRootRecord],
    counts: Vec<Result<usize, AppError>>,
    last: Option<i64>,
    is_looked_for: bool,
) -> (Option<&ConfigRootRecord>, Vec<(Level, Message)>) {
    let mut told = Vec::new();
    let is_last = |root: &ConfigRootRecord| Some(root.row) == last;
    let mut found: Vec<(usize, &ConfigRootRecord)> = Vec::new();
    let mut without = Vec::new();
    let mut is_silent = false;
    for (root, count) in roots.iter().zip(counts) {
        match count {
            Ok(0) => without.push(root),
            Ok(count) => found.push((count, root)),
            Err(error) => {
                let is_silent_disk = error.code == "disk_silent";
                let message = Message::new("run_configuration_not_asked")
                    .with("path", path_text(&root.path))
                    .because(error.into());
                told.push((Level::Warning, message));
                is_silent |= is_silent_disk && is_last(root);
            }
        }
    }
    // One that does not answer now may do so at the next run, which would stay with another one for good.
    if is_silent {
        return (None, told);
    }
    let most = found.iter().map(|(count, _)| *count).max();
    let of_most = || found.iter().filter(|(count, _)| Some(*count) == most);
    let stayed = found.iter().find(|(_, root)| is_last(root));
    let Some((count, best)) = stayed.or_else(|| of_most().next()) else {
        let missing = without.iter().find(|root| is_last(root));
        let missing = missing.or(without.first()).filter(|_| is_looked_for);
        return (missing.copied(), told);
    };
    let others = of_most().filter(|(_, root)| root.row != best.row);
    let others: Vec<_> = others.map(|(_, root)| path_text(&root.path)).collect();
    let message = |code| {
        Message::new(code)
            .with("path", path_text(&best.path))
            .with("others", others.join(", "))
            .with("count", others.len())
    };
    if stayed.is_none()
        && let Some(left) = roots.iter().find(|root| is_last(root))
    {
        let moved = Message::new("run_configuration_moved")
            .with("path", path_text(&best.path))
            .with("last", path_text(&left.path));
        told.push((Level::Warning, moved));
    }
    if !others.is_empty() {
        told.push(match stayed {
            None => (Level::Warning, message("run_configuration_chosen")),
            Some(_) if Some(*count) < most => (Level::Warning, message("run_configuration_stays")),
            Some(_) => (Level::Info, message("run_configuration_elsewhere_too")),
        });
    }
    (Some(*best), told)
}

/// Makes a run a session, unless it is one.
fn begin_session(
    store: &Store,
    run: &KeptRun,
    root: PathBuf,
    strategy: String,
) -> Result<String, AppError> {
    let (row, run_id, id) = (run.row, run.id, run.id.to_string());
    let mut new = NewSession {
        id: id.clone(),
        name: run.workflow_name.clone(),
        origin: SessionOrigin::Run,
        root: None,
        config: None,
        stated_config: None,
        strategy,
        run: Some(run_id),
        status: SessionStatus::Active,
        stated_status: None,
        stated_times: StatedTimes::default(),
        agent: None,
        state: None,
        source: None,
        ended_at: None,
    };
    store.write::<_, StoreError>(move |tx| {
        if tx.session(&new.id)?.is_none() {
            new.root = Some(tx.meet_config_root(&root)?);
            tx.add_session(&new)?;
        }
        tx.join_session(row, run_id, &new.id)
    })?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use flowkeep_core::{Format, Kind, RunId};
    use flowkeep_store::NewRun;

    use super::*;
    use crate::testing::open;
    use crate::types::{CreateInput, RunConfigurationInput};
    use crate::{documents, run_previews};

    fn run(store: &Store, workflow: Option<&str>, text: &str) -> KeptRun {
        let new = NewRun {
            workflow_id: workflow.map(str::to_owned),
            ..NewRun::of("W", text)
        };
        let id: RunId = store
            .write::<_, StoreError>(move |tx| Ok(tx.add_run(&new)?.1))
            .unwrap();
        store.run(id).unwrap().unwrap()
    }

    fn name_root(store: &Store, root: &std::path::Path, listed: bool) {
        let root = root.canonicalize().unwrap();
        let named = store.write::<_, StoreError>(move |tx| {
            let row = tx.meet_config_root(&root)?;
            if listed {
                tx.list_config_root(row)?;
            }
            Ok(())
        });
        named.unwrap();
    }

    #[test]
    fn nobody_is_asked_while_no_folder_is_named_or_where_a_text_refers_to_nothing() {
        let place = tempfile::tempdir().unwrap();
        let api = open(place.path());
        let (store, belongings) = (&api.store, Belongings::default());
        let refers = run(store, Some("w"), r#"{"tool_set": "office", "tasks": []}"#);
        assert!(!belongings.may_have(store, &refers));
        let root = tempfile::tempdir().unwrap();
        name_root(store, root.path(), false);
        assert!(!belongings.may_have(store, &refers), "it was only met");
        name_root(store, root.path(), true);
        assert!(belongings.may_have(store, &refers));
        let alone = run(store, None, r#"{"tool_set": "office", "tasks": []}"#);
        assert!(!belongings.may_have(store, &alone), "it is of no workflow");
        let plain = run(store, Some("w"), r#"{"name": "Plain", "tasks": []}"#);
        assert!(belongings.may_have(store, &plain), "nobody has read it");
        assert_eq!(belongings.find(store, plain.row).unwrap().session, None);
        assert!(!belongings.may_have(store, &plain));
    }

    /// A folder that is away may have had as much; whoever reads the run is told of it.
    #[test]
    fn of_folders_that_are_away_or_have_as_much_the_run_is_told() {
        let place = tempfile::tempdir().unwrap();
        let api = open(place.path());
        let store = &api.store;
        let roots: [_; 3] = std::array::from_fn(|_| tempfile::tempdir().unwrap());
        for root in &roots {
            let folder = root.path().join("tool-sets");
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join("office.yaml"), "tools: []\n").unwrap();
            name_root(store, root.path(), true);
        }
        let [away, first, second] = roots;
        let away_path = away.path().canonicalize().unwrap();
        away.close().unwrap();
        let run = run(store, Some("w"), r#"{"tool_set": "office", "tasks": []}"#);
        let found = Belongings::default().find(store, run.row).unwrap();
        assert!(found.session.is_some());
        let path = |root: &tempfile::TempDir| path_text(&root.path().canonicalize().unwrap());
        let told = |number: usize| &found.told[number].1;
        assert_eq!(found.told.len(), 2);
        assert_eq!(told(0).code, "run_configuration_not_asked");
        assert_eq!(told(0).fields["path"], path_text(&away_path));
        assert_eq!(told(1).code, "run_configuration_chosen");
        assert_eq!(found.told[1].0, Level::Warning);
        let named = [&told(1).fields["path"], &told(1).fields["others"]];
        assert!(named.contains(&&path(&first)) && named.contains(&&path(&second)));
    }

    /// Which folder programs get their configuration from does not change because another one is named.
    #[test]
    fn a_workflow_stays_with_the_folder_of_its_last_run() {
        let place = tempfile::tempdir().unwrap();
        let api = open(place.path());
        let store = &api.store;
        let belongings = Belongings {
            fresh: Duration::ZERO,
            ..Belongings::default()
        };
        let parent = tempfile::tempdir().unwrap();
        let root = |name: &str, sets: &[&str]| {
            let root = parent.path().join(name);
            for set in sets {
                let folder = root.join("tool-sets");
                std::fs::create_dir_all(&folder).unwrap();
                std::fs::write(folder.join(format!("{set}.yaml")), "tools: []\n").unwrap();
            }
            name_root(store, &root, true);
            root.canonicalize().unwrap()
        };
        let text = r#"{"tool_sets": ["office", "shop"], "tasks": []}"#;
        let begun = |workflow: &str| {
            let run = run(store, Some(workflow), text);
            let found = belongings.find(store, run.row).unwrap();
            let session = store.session(&found.session.unwrap()).unwrap().unwrap();
            let root = store.root_of(&session).unwrap().unwrap().path;
            let told = found.told.into_iter();
            let told = told.map(|(level, message)| (level, message.code));
            (root, told.collect::<Vec<_>>())
        };
        let said = |level, code: &str| vec![(level, format!("run_configuration_{code}"))];

        let used = root("m-used", &["office"]);
        assert_eq!(begun("w"), (used.clone(), Vec::new()));
        let before = root("a-before", &["office"]);
        let level = Level::Info;
        assert_eq!(begun("w"), (used.clone(), said(level, "elsewhere_too")));
        let level = Level::Warning;
        assert_eq!(begun("new"), (before.clone(), said(level, "chosen")));
        let more = root("z-more", &["office", "shop"]);
        assert_eq!(begun("w"), (used.clone(), said(level, "stays")));
        assert_eq!(begun("newer"), (more.clone(), Vec::new()));
        std::fs::remove_dir_all(used.join("tool-sets")).unwrap();
        assert_eq!(begun("w"), (more, said(level, "moved")));
    }

    #[test]
    fn no_other_folder_is_taken_while_the_last_one_does_not_answer() {
        let place = tempfile::tempdir().unwrap();
        let api = open(place.path());
        for name in ["a", "b"] {
            let root = place.path().join(name);
            std::fs::create_dir(&root).unwrap();
            name_root(&api.store, &root, true);
        }
        let roots = api.store.config_roots().unwrap();
        let chosen = |last: usize, why: &str| {
            let counts = vec![Err(AppError::new(why)), Ok(2)];
            let (root, told) = best_of(&roots, counts, Some(roots[last].row), false);
            (root.map(|root| root.row), told[0].1.code.clone())
        };
        let told = "run_configuration_not_asked".to_owned();
        assert_eq!(chosen(0, "disk_silent"), (None, told.clone()));
        assert_eq!(chosen(1, "disk_silent"), (Some(roots[1].row), told.clone()));
        assert_eq!(chosen(0, "root_missing"), (Some(roots[1].row), told));
    }

    #[test]
    fn the_folder_a_run_will_work_with_is_known_before_it_begins() {
        let place = tempfile::tempdir().unwrap();
        let api = open(place.path());
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("tool-sets/office.yaml");
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, "tools: []\n").unwrap();
        let keep = |id: &str, text: &str| {
            let input = CreateInput {
                text: text.to_owned(),
                format: Format::Json,
                id: Some(id.to_owned()),
                name: None,
            };
            documents::create(&api, Kind::Workflow, input).unwrap();
        };
        keep(
            "refers",
            r#"{"id": "refers", "tool_set": "office", "tasks": []}"#,
        );
        keep("plain", r#"{"id": "plain", "tasks": []}"#);
        let told = |workflow: &str| {
            let input = RunConfigurationInput {
                workflow: workflow.to_owned(),
            };
            run_previews::configuration(&api, input).unwrap()
        };
        assert_eq!(told("refers").folder, None, "no folder is named");
        name_root(&api.store, root.path(), true);
        let found = told("refers");
        let path = path_text(&root.path().canonicalize().unwrap());
        assert_eq!((found.folder, found.is_kept), (Some(path), true));
        assert_eq!(told("plain").folder, None);
        std::fs::remove_file(&file).unwrap();
        assert_eq!(told("refers").folder, None);
        let unknown = RunConfigurationInput {
            workflow: "gone".to_owned(),
        };
        let error = run_previews::configuration(&api, unknown).unwrap_err();
        assert_eq!(error.code, "not_found");
    }

    /// However many runs of one text begin at once, a folder is listed once for them; a moment later anew.
    #[test]
    fn of_many_runs_that_begin_at_once_one_looks() {
        let place = tempfile::tempdir().unwrap();
        let api = open(place.path());
        let store = &api.store;
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("tool-sets/office.yaml");
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, "tools: []\n").unwrap();
        name_root(store, root.path(), true);
        let text = r#"{"tool_set": "office", "tasks": []}"#;
        let with = |fresh| Belongings {
            fresh,
            ..Belongings::default()
        };
        let (held, forgetful) = (with(Duration::from_hours(1)), with(Duration::ZERO));
        let is_one = |belongings: &Belongings, text: &str| {
            let run = run(store, Some("w"), text);
            belongings.find(store, run.row).unwrap().session.is_some()
        };
        assert!(is_one(&held, text) && is_one(&forgetful, text));
        std::fs::remove_file(&file).unwrap();
        assert!(is_one(&held, text), "nobody has looked again");
        let other = r#"{"name": "Other", "tool_set": "office", "tasks": []}"#;
        assert!(!is_one(&held, other), "another text was never looked for");
        assert!(!is_one(&forgetful, text));
    }

    /// Nothing of it is there, and nobody would be told: what is named by its path is looked for all the same.
    #[test]
    fn what_names_a_file_that_is_not_there_has_a_configuration_all_the_same() {
        let place = tempfile::tempdir().unwrap();
        let api = open(place.path());
        let store = &api.store;
        let root = tempfile::tempdir().unwrap();
        name_root(store, root.path(), true);
        let belongings = Belongings::default();
        let session = |text: &str| {
            let run = run(store, Some("w"), text);
            belongings.find(store, run.row).unwrap().session
        };
        assert!(session(r#"{"promptFile": "clerk.md", "tasks": []}"#).is_some());
        assert_eq!(session(r#"{"tool_set": "office", "tasks": []}"#), None);
        root.close().unwrap();
        assert_eq!(session(r#"{"promptFile": "other.md", "tasks": []}"#), None);
    }

    /// Whoever asks again, after a death or in another process, finds what was made.
    #[test]
    fn a_run_is_one_session_however_often_it_is_asked_for() {
        let place = tempfile::tempdir().unwrap();
        let api = open(place.path());
        let store = &api.store;
        let (few, most) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for (root, sets) in [(&few, &["office"][..]), (&most, &["office", "shop"])] {
            for set in sets {
                let folder = root.path().join("tool-sets");
                std::fs::create_dir_all(&folder).unwrap();
                std::fs::write(folder.join(format!("{set}.yaml")), "tools: []\n").unwrap();
            }
            name_root(store, root.path(), true);
        }
        let text = r#"{"tool_sets": ["office", "shop"], "tasks": []}"#;
        let run = run(store, Some("w"), text);
        let session = Belongings::default().find(store, run.row).unwrap().session;
        assert_eq!(session, Some(run.id.to_string()));
        let again = Belongings::default().find(store, run.row).unwrap().session;
        assert_eq!(again, session);
        assert_eq!(store.kept_sessions().unwrap(), 1);
        let kept = store.session(&run.id.to_string()).unwrap().unwrap();
        let root = store.root_of(&kept).unwrap().unwrap().path;
        assert_eq!(
            root,
            most.path().canonicalize().unwrap(),
            "most is found there"
        );
        assert!(kept.begins_with_run());
        assert_eq!(
            (kept.run, kept.status),
            (Some(run.id), SessionStatus::Active)
        );
    }
}
