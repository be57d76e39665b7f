//! A folder with a file per entry, as requirement 001, 5.2 lays it out.
//!
//! Absent on purpose: an index. Every list reads every file; the database is the storage for much.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use flowkeep_core::log::{Execution, ExecutionUpdate, LogEntry, LogType, status_of_word};
use flowkeep_core::{MAX_DOCUMENT_BYTES, Message, file_name};
use flowkeep_host::{
    Clock as _, FileLock, Folder, LockError, ReadError, SystemClock, Timestamp, path_text,
};
use flowkeep_store::{SavedEntry, UPDATED_MESSAGES};

use super::{LogError, LogPage, LogQuery, LogReader, LogRow, LogStorage, OwnLog, Sought, no_place};
use crate::FilesError;
use crate::intake::why;

/// Held while a file is read, changed and written again.
const LOCK: &str = ".log.lock";

/// Tries to get it, and the pause between two.
const TRIES: u32 = 250;
const PAUSE: Duration = Duration::from_millis(20);

/// A folder as a storage of the log.
pub struct FolderLog<'a> {
    root: PathBuf,
    say: &'a dyn Fn(&Message) -> String,
    own: Option<OwnLog<'a>>,
    /// Files that another program named otherwise than by their ids, by type and id; looked for once.
    odd: OnceCell<HashMap<(&'static str, String), String>>,
}

/// A file of a folder, read or not.
pub(super) struct EntryFile {
    /// Openable as it stands.
    pub(super) path: String,
    /// What it says, or why nobody knows.
    pub(super) entry: Result<LogEntry, Message>,
}

impl<'a> FolderLog<'a> {
    /// The folder need not be there before something is written. `say` puts messages of ours into
    /// words, for whoever reads the files.
    pub fn new(root: PathBuf, say: &'a dyn Fn(&Message) -> String) -> Self {
        Self {
            root,
            say,
            own: None,
            odd: OnceCell::new(),
        }
    }

    /// The same beside our own history: what is there is passed over in pages and is never old, because
    /// it was copied here while both were written.
    #[must_use]
    pub fn beside(mut self, own: OwnLog<'a>) -> Self {
        self.own = Some(own);
        self
    }

    /// Whether our own history has this entry as well.
    pub(super) fn is_ours(&self, log: LogType, id: &str) -> Result<bool, LogError> {
        self.own.as_ref().map_or(Ok(false), |own| own.has(log, id))
    }

    /// Writes an entry whatever is there.
    ///
    /// # Errors
    /// [`LogError`]: the file is then as it was.
    pub fn replace(&self, entry: &LogEntry) -> Result<(), LogError> {
        let _lock = self.lock()?;
        let there = self.find_file(entry.log_type(), entry.id())?;
        let name = there.map_or_else(|| self.name_for(entry), |(name, _)| name);
        self.write(entry, &name)
    }

    /// Writes an entry of our own: its id is no other program's, so that its file has the usual name.
    ///
    /// # Errors
    /// [`LogError`]: the file is then as it was.
    pub fn write_own(&self, entry: &LogEntry) -> Result<(), LogError> {
        let _lock = self.lock()?;
        self.write(entry, &self.name_for(entry))
    }

    /// Where entries of a type are.
    pub(super) fn folder(&self, log: LogType) -> PathBuf {
        self.root.join(log.folder())
    }

    /// The file of an entry, where it has a name that this program gives.
    pub(super) fn usual_file(&self, log: LogType, id: &str) -> Option<PathBuf> {
        self.usual(log, id)
            .map(|(name, _)| self.folder(log).join(name))
    }

    /// The folders that hold entries, and of which type: those of the layout here or in `logs`, or, where
    /// there are none, the folder itself with entries of any type.
    ///
    /// # Errors
    /// [`FilesError::Missing`], [`FilesError::NotAFolder`].
    pub(super) fn sources(&self) -> Result<Vec<(Option<LogType>, PathBuf)>, FilesError> {
        let found = self
            .root
            .metadata()
            .map_err(FilesError::reading(&self.root))?;
        if !found.is_dir() {
            return Err(FilesError::NotAFolder(self.root.clone()));
        }
        let mut sources = Vec::new();
        for below in ["", "logs"] {
            for log in LogType::ALL {
                let folder = self.root.join(below).join(log.folder());
                if folder.symlink_metadata().is_ok_and(|found| found.is_dir()) {
                    sources.push((Some(log), folder));
                }
            }
        }
        if sources.is_empty() {
            sources.push((None, self.root.clone()));
        }
        Ok(sources)
    }

    fn lock(&self) -> Result<FileLock, LogError> {
        std::fs::create_dir_all(&self.root).map_err(FilesError::at(&self.root))?;
        let path = self.root.join(LOCK);
        for _ in 0..TRIES {
            match FileLock::try_take(&path) {
                Ok(lock) => return Ok(lock),
                Err(LockError::Held) => std::thread::sleep(PAUSE),
                Err(LockError::Io(error)) => return Err(FilesError::at(&path)(error).into()),
            }
        }
        Err(LogError::Refused(
            Message::new("log_folder_busy").with("path", path_text(&self.root)),
        ))
    }

    /// The name of an entry's file: its id where that can be one, unless another entry has the file.
    fn name_for(&self, entry: &LogEntry) -> String {
        let hashed = file_name(entry.id(), entry.id(), "json");
        let Some(plain) = plain_name(entry.id()) else {
            return hashed;
        };
        let folder = self.root.join(entry.log_type().folder());
        let there = read(&folder, Some(entry.log_type()), Path::new(&plain));
        match there {
            Ok(Some(other)) if other.id() != entry.id() => hashed,
            Err(_) => hashed,
            _ => plain,
        }
    }

    fn write(&self, entry: &LogEntry, name: &str) -> Result<(), LogError> {
        let folder = self.root.join(entry.log_type().folder());
        let failed = |error: std::io::Error| LogError::from(FilesError::at(&folder)(error));
        std::fs::create_dir_all(&folder).map_err(failed)?;
        let open = Folder::open(&folder).map_err(failed)?;
        let mut text = entry.to_text(self.say);
        text.push('\n');
        match open.replace(Path::new(name), &mut text.as_bytes()) {
            Ok(_) => Ok(()),
            Err(ReadError::Io(error)) => Err(failed(error)),
            Err(error) => Err(LogError::Refused(why(&error).with("path", name))),
        }
    }

    /// Earlier programs named files otherwise (`None.json`). Every file is read for it, but once.
    fn odd_names(&self) -> Result<&HashMap<(&'static str, String), String>, LogError> {
        if let Some(odd) = self.odd.get() {
            return Ok(odd);
        }
        let mut odd = HashMap::new();
        for log in LogType::ALL {
            let folder = self.root.join(log.folder());
            for name in names_in(&folder)? {
                if let Ok(Some(entry)) = read(&folder, Some(log), Path::new(&name))
                    && plain_name(entry.id()).is_none_or(|plain| plain != name)
                    && file_name(entry.id(), entry.id(), "json") != name
                {
                    odd.insert((log.folder(), entry.id().to_owned()), name);
                }
            }
        }
        Ok(self.odd.get_or_init(|| odd))
    }

    /// An entry by the names that this program gives, with the one it has.
    fn usual(&self, log: LogType, id: &str) -> Option<(String, LogEntry)> {
        let folder = self.folder(log);
        let hashed = file_name(id, id, "json");
        let mut names = plain_name(id).into_iter().chain([hashed]);
        names.find_map(|name| {
            let entry = read(&folder, Some(log), Path::new(&name)).ok()??;
            (entry.id() == id).then_some((name, entry))
        })
    }

    /// As [`LogReader::find`], with the name of its file.
    fn find_file(&self, log: LogType, id: &str) -> Result<Option<(String, LogEntry)>, LogError> {
        if let Some(found) = self.usual(log, id) {
            return Ok(Some(found));
        }
        let (folder, odd) = (self.folder(log), self.odd_names()?);
        if let Some(name) = odd.get(&(log.folder(), id.to_owned()))
            && let Ok(Some(entry)) = read(&folder, Some(log), Path::new(name))
            && entry.id() == id
        {
            return Ok(Some((name.clone(), entry)));
        }
        Ok(None)
    }
}

impl LogReader for FolderLog<'_> {
    fn find(&self, log: LogType, id: &str) -> Result<Option<LogEntry>, LogError> {
        Ok(self.find_file(log, id)?.map(|(_, entry)| entry))
    }

    fn page(&self, log: LogType, query: &LogQuery) -> Result<LogPage, LogError> {
        let folder = self.root.join(log.folder());
        let after = query.after.as_deref().map(|place| {
            let (at, id) = place.split_once('.').ok_or_else(|| no_place(place))?;
            Ok::<_, LogError>((at.parse().map_err(|_| no_place(place))?, id.to_owned()))
        });
        let after: Option<(i64, String)> = after.transpose()?;
        let mut page = LogPage::default();
        let mut total = 0;
        // The newest so far; never more than a page and one.
        let mut newest: BTreeMap<(i64, String), LogEntry> = BTreeMap::new();
        for name in names_in(&folder)? {
            let mut entry = match read(&folder, Some(log), Path::new(&name)) {
                Ok(Some(entry)) => entry,
                Ok(None) => continue,
                Err(reason) => {
                    page.broken.push((path_text(&folder.join(&name)), reason));
                    continue;
                }
            };
            let stated = entry.time().and_then(Timestamp::stated);
            let at = stated.map_or(0, |at| at.0);
            if !fits(&entry, at, query, self.say) || self.is_ours(log, entry.id())? {
                continue;
            }
            total += 1;
            let place = (at, entry.id().to_owned());
            if after.as_ref().is_some_and(|after| place >= *after) {
                continue;
            }
            if let LogEntry::Execution(execution) = &mut entry {
                execution.messages.truncate(query.messages as usize);
            }
            newest.insert(place, entry);
            if newest.len() > query.limit as usize + 1 {
                newest.pop_first();
            }
        }
        page.more = newest.len() > query.limit as usize;
        page.total = query.count.then_some(total);
        let rows = newest.into_iter().rev().take(query.limit as usize);
        page.items = rows
            .map(|((at, id), entry)| LogRow {
                at,
                place: format!("{at}.{id}"),
                entry,
            })
            .collect();
        Ok(page)
    }
}

impl LogStorage for FolderLog<'_> {
    fn save(&self, entries: &[LogEntry]) -> Result<Vec<SavedEntry>, LogError> {
        let _lock = self.lock()?;
        let save = |entry: &LogEntry| {
            if let Some((_, there)) = self.find_file(entry.log_type(), entry.id())? {
                return Ok(if there.sha256() == entry.sha256() {
                    SavedEntry::Unchanged
                } else {
                    SavedEntry::Differs
                });
            }
            self.write(entry, &self.name_for(entry))?;
            Ok(SavedEntry::Added)
        };
        entries.iter().map(save).collect()
    }

    fn update(&self, id: &str, update: ExecutionUpdate) -> Result<Execution, LogError> {
        let _lock = self.lock()?;
        let Some((name, LogEntry::Execution(before))) = self.find_file(LogType::Executions, id)?
        else {
            let unknown = Message::new("execution_unknown").with("id", id);
            return Err(LogError::Refused(unknown));
        };
        let now = SystemClock.now().rfc3339();
        let mut after = before.updated(update, &now).map_err(LogError::Refused)?;
        self.write(&LogEntry::Execution(after.clone()), &name)?;
        let older = after
            .messages
            .len()
            .saturating_sub(UPDATED_MESSAGES as usize);
        after.messages.drain(..older);
        Ok(after)
    }
}

fn fits(entry: &LogEntry, at: i64, query: &LogQuery, say: &dyn Fn(&Message) -> String) -> bool {
    let word = |wanted: &str| match entry {
        LogEntry::Execution(execution) => match status_of_word(wanted) {
            Some(status) => execution.state() == Some(status),
            None => execution.status.as_deref() == Some(wanted),
        },
        LogEntry::Operation(operation) => {
            let operation = operation.operation_type.as_deref();
            operation.is_some_and(|one| one.eq_ignore_ascii_case(wanted))
        }
    };
    let says = |sought: &Sought| {
        let said = entry.to_text(say).to_lowercase();
        let mut words = sought.text.split_whitespace();
        words.all(|word| said.contains(&word.to_lowercase()))
    };
    query
        .workflow
        .as_deref()
        .is_none_or(|id| entry.workflow_id() == Some(id))
        && query.word.as_deref().is_none_or(word)
        && query.since.is_none_or(|since| at >= since)
        && query.until.is_none_or(|until| at < until)
        && query.sought.as_ref().is_none_or(says)
}

/// The files of a folder that may be entries, in the order of their names; none where it is missing.
fn names_in(folder: &Path) -> Result<Vec<String>, FilesError> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(FilesError::reading(folder)(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(FilesError::reading(folder))?;
        if let Ok(name) = entry.file_name().into_string()
            && Path::new(&name)
                .extension()
                .is_some_and(|end| end.eq_ignore_ascii_case("json"))
        {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// What the files of a folder say, one after the other.
pub(super) fn files_in(
    log: Option<LogType>,
    folder: &Path,
) -> Result<impl Iterator<Item = EntryFile>, FilesError> {
    let names = names_in(folder)?;
    Ok(names.into_iter().filter_map(move |name| {
        let entry = read(folder, log, Path::new(&name)).transpose()?;
        Some(EntryFile {
            path: path_text(&folder.join(&name)),
            entry,
        })
    }))
}

/// What a file says; nothing where there is none.
fn read(folder: &Path, log: Option<LogType>, name: &Path) -> Result<Option<LogEntry>, Message> {
    let folder = match Folder::open(folder) {
        Ok(folder) => folder,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(crate::io_reason(&error)),
    };
    let bytes = match folder.read(name, MAX_DOCUMENT_BYTES as u64) {
        Ok(bytes) => bytes,
        Err(ReadError::Missing) => return Ok(None),
        Err(error) => return Err(why(&error)),
    };
    let stem = name.file_stem().unwrap_or_default().to_string_lossy();
    LogEntry::read_bytes(log, &bytes, &stem).map(Some)
}

/// An id as the name of a file, where every system can have that.
fn plain_name(id: &str) -> Option<String> {
    const RESERVED: [&str; 4] = ["con", "prn", "aux", "nul"];
    let plain = |one: char| one.is_ascii_alphanumeric() || matches!(one, '-' | '_');
    let lower = id.to_ascii_lowercase();
    let device = RESERVED.contains(&lower.as_str())
        || (lower.len() == 4 && (lower.starts_with("com") || lower.starts_with("lpt")));
    // Names of files whose program had no id: an entry that is really called so gets another.
    let nameless = ["none", "null", "undefined", "nan"].contains(&lower.as_str());
    let fits = (1..=100).contains(&id.len()) && id.chars().all(plain);
    (fits && !device && !nameless).then(|| format!("{id}.json"))
}
