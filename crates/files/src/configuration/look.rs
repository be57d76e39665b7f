//! Looking at what of a configuration tree belongs to a piece of work.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flowkeep_core::configuration::{
    self as collect, Ambiguous, Collected, ConfigKind, ConfigPath, Edge, Facts, LeftOut, Missing,
    Names, Settings, Strategy,
};
use flowkeep_core::session::SnapshotStatus;
use flowkeep_core::{Message, ObjectHash, Sha256};
use flowkeep_host::Progress;
use flowkeep_store::LookedAt;

use super::ConfigurationError;
use super::entry::{Begin, Definition, Entry, names_of};
use super::listing::{NoFile, below, root_above};
use super::tree::ConfigTree;
use crate::snapshots::manifest::TreeMasked;

/// What is to be looked at.
#[derive(Debug, Clone)]
pub struct Wish<'a> {
    /// What it begins with.
    pub begin: Begin<'a>,
    /// What is taken.
    pub strategy: &'a Strategy,
    /// The tool set that `default` stands for.
    pub default_tool_set: &'a str,
}

/// What becomes of the keys that stand in files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    /// Something else is kept in their place.
    Masked,
    /// Files are kept as they are, encrypted.
    Encrypted,
}

impl Keys {
    /// The word in manifests.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Masked => "masked",
            Self::Encrypted => "encrypted",
        }
    }
}

/// What belongs to a piece of work.
#[derive(Debug, Clone)]
pub struct Look {
    /// The root, through no links.
    pub root: PathBuf,
    /// What it begins with, where that is known.
    pub entry: Option<Entry>,
    /// Whether everything is there.
    pub status: SnapshotStatus,
    /// The files, by their paths.
    pub files: Vec<Found>,
    /// What is taken and cannot be read, and the folders that cannot be looked into.
    pub unread: Vec<Unread>,
    /// What is referred to and is not there.
    pub missing: Vec<Missing>,
    /// What is named by its whole path, and so is not kept.
    pub elsewhere: Vec<Missing>,
    /// What several files fit.
    pub ambiguous: Vec<Ambiguous>,
    /// What is taken as bytes, because it cannot be understood or was being written meanwhile.
    pub unparsed: Vec<Unread>,
    /// What is referred to and not wanted.
    pub left_out: Vec<(ConfigPath, LeftOut)>,
}

/// One file that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it is below the root.
    pub path: ConfigPath,
    /// What it is for.
    pub kind: ConfigKind,
    /// Bytes.
    pub bytes: u64,
    /// Their hash.
    pub sha256: Sha256,
    /// Milliseconds; when they last changed.
    pub modified: Option<i64>,
    /// What a snapshot keeps of it.
    pub object: ObjectHash,
    /// Bytes of that.
    pub object_bytes: u64,
    /// Where keys are masked in that.
    pub masked: Vec<TreeMasked>,
    /// Why it is no document, where it should be one.
    pub unparsed: Option<Message>,
    /// Whether it was changed again and again while it was read.
    pub changed_while_read: bool,
    /// What it refers to.
    pub references: Vec<Edge>,
}

/// A file with which something is the matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Where it is below the root.
    pub path: ConfigPath,
    /// What.
    pub reason: Message,
}

impl Unread {
    /// A file that was changed again and again while it was read.
    pub(crate) fn changed_while_read(path: ConfigPath) -> Self {
        let reason = Message::new("changed_while_read");
        Self { path, reason }
    }
}

/// The step of progress: looking at the files of a configuration.
pub(super) const SCAN: &str = "configuration_scan";

/// Finds the files that belong to a configuration, by following all references from it. Nothing is
/// written.
///
/// Steps of progress: `configuration_scan`, once for each time a file is read.
///
/// # Errors
/// [`ConfigurationError`].
pub fn look(
    wish: &Wish<'_>,
    keys: Keys,
    progress: &dyn Progress,
) -> Result<Look, ConfigurationError> {
    Looking::begin(wish, keys, progress)?.end()
}

/// Where the root of a configuration is, and the file it begins with. Nothing is read.
///
/// # Errors
/// [`ConfigurationError`].
pub fn find(
    config: &Path,
    root: Option<&Path>,
) -> Result<(PathBuf, ConfigPath), ConfigurationError> {
    let config = real(config)?;
    let root = match root {
        Some(root) => root.to_owned(),
        None => root_above(&config)?,
    };
    let missing = |_| ConfigurationError::RootMissing(root.clone());
    let root = root.canonicalize().map_err(missing)?;
    match below(&root, &config) {
        Some(entry) => Ok((root, entry)),
        None => Err(ConfigurationError::OutsideRoot { config, root }),
    }
}

/// A tree that is being looked at.
pub(crate) struct Looking<'a> {
    wish: &'a Wish<'a>,
    /// What it begins with, where that is known.
    pub(crate) entry: Option<Entry>,
    settings: Settings,
    /// The tree.
    pub(crate) tree: ConfigTree<'a>,
}

impl<'a> Looking<'a> {
    /// Lists a tree.
    pub(crate) fn begin(
        wish: &'a Wish<'a>,
        keys: Keys,
        progress: &'a dyn Progress,
    ) -> Result<Self, ConfigurationError> {
        progress.step(SCAN, 0, None, None);
        let (tree, entry) = match &wish.begin {
            Begin::File { config, root } => {
                let config = real(config)?;
                let root = match root {
                    Some(root) => (*root).to_owned(),
                    None => root_above(&config)?,
                };
                let tree = ConfigTree::open(&root, keys, progress)?;
                let Some(entry) = below(tree.root(), &config) else {
                    let root = tree.root().to_owned();
                    return Err(ConfigurationError::OutsideRoot { config, root });
                };
                if !tree.has(&entry) {
                    return Err(ConfigurationError::NoFile(config));
                }
                (tree, Entry::File(entry))
            }
            Begin::Definition { definition, root } => {
                let tree = ConfigTree::open(root, keys, progress)?;
                (tree, Entry::Definition((*definition).clone()))
            }
        };
        let settings = Settings {
            root: wish.begin.root_names(tree.root(), &entry),
            default_tool_set: wish.default_tool_set.to_owned(),
        };
        Ok(Self {
            wish,
            entry: Some(entry),
            settings,
            tree,
        })
    }

    /// Lists the tree below a root, whatever became of what it begins with.
    pub(crate) fn over(
        wish: &'a Wish<'a>,
        keys: Keys,
        (root, entry): (&Path, Option<Entry>),
        progress: &'a dyn Progress,
    ) -> Result<Self, ConfigurationError> {
        Ok(Self {
            wish,
            entry,
            settings: Settings {
                root: BTreeSet::new(),
                default_tool_set: wish.default_tool_set.to_owned(),
            },
            tree: ConfigTree::open(root, keys, progress)?,
        })
    }

    /// The tree is a copy of another one: what that is called is what this is called.
    pub(crate) fn stands_for(&mut self, root: &Path) {
        self.settings.root.extend(names_of(self.tree.root(), None));
        let name = root.file_name().and_then(OsStr::to_str);
        self.settings.root.extend(name.map(str::to_owned));
    }

    /// These files as well, where they are there.
    pub(crate) fn also(
        &mut self,
        look: &mut Look,
        files: impl IntoIterator<Item = ConfigPath>,
    ) -> Result<(), ConfigurationError> {
        for path in files {
            if self.tree.has(&path) {
                look.take(path, Vec::new(), &mut self.tree)?;
            }
        }
        look.files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(())
    }

    /// These files and no others, whatever refers to what.
    pub(crate) fn these(&mut self, files: &[ConfigPath]) -> Result<Look, ConfigurationError> {
        let mut look = self.nothing();
        for path in files {
            look.take(path.clone(), Vec::new(), &mut self.tree)?;
        }
        look.status = look.what_it_comes_to();
        Ok(look)
    }

    fn nothing(&self) -> Look {
        Look {
            root: self.tree.root().to_owned(),
            entry: self.entry.clone(),
            status: SnapshotStatus::Complete,
            files: Vec::new(),
            unread: Vec::new(),
            missing: Vec::new(),
            elsewhere: Vec::new(),
            ambiguous: Vec::new(),
            unparsed: Vec::new(),
            left_out: Vec::new(),
        }
    }

    /// Stands for what is looked for.
    pub(crate) fn wish(&self) -> ObjectHash {
        let Settings {
            root,
            default_tool_set,
        } = &self.settings;
        let keys = self.tree.keys.as_str();
        let wish = &self.wish.strategy;
        let entry = match &self.entry {
            Some(Entry::File(path)) => serde_json::json!(path),
            Some(Entry::Definition(definition)) => serde_json::json!(definition.references),
            None => serde_json::Value::Null,
        };
        let wish = serde_json::json!([entry, wish, default_tool_set, root, keys]);
        ObjectHash::of(wish.to_string().as_bytes())
    }

    /// What a look that came to its end came from, where the next one can be told to come from the same.
    pub(crate) fn looked_at(&self) -> Option<LookedAt> {
        let (files, digest) = self.tree.settled()?;
        Some(LookedAt {
            wish: self.wish(),
            digest,
            files,
        })
    }

    /// Whether all that a look came from is as it was.
    pub(crate) fn is_still(&self, at: &LookedAt) -> bool {
        at.wish == self.wish() && self.tree.digest(&at.files) == Some(at.digest)
    }

    /// Follows all references.
    pub(crate) fn end(&mut self) -> Result<Look, ConfigurationError> {
        let strategy = self.wish.strategy;
        let collected = collected(
            self.entry.as_ref(),
            &self.settings,
            strategy,
            &mut self.tree,
        )?;
        let links = &self.tree.links;
        let (linked, missing) = without_linked(collected.missing, links);
        let (no_files, missing) = without_no_files(missing, &self.tree.others);
        let mut look = Look {
            unread: [unread(&self.tree, strategy), linked, no_files].concat(),
            missing,
            elsewhere: collected.elsewhere,
            ambiguous: collected.ambiguous,
            left_out: collected.left_out.into_iter().collect(),
            ..self.nothing()
        };
        for (path, references) in collected.files {
            look.take(path, references, &mut self.tree)?;
        }
        look.unread.sort_by(|one, other| one.path.cmp(&other.path));
        look.status = look.what_it_comes_to();
        Ok(look)
    }
}

/// Follows all references.
fn collected(
    entry: Option<&Entry>,
    settings: &Settings,
    strategy: &Strategy,
    tree: &mut ConfigTree<'_>,
) -> Result<Collected, ConfigurationError> {
    let entry = match entry {
        Some(Entry::File(path)) => collect::Entry::File(path.clone()),
        Some(Entry::Definition(definition)) => {
            collect::Entry::Definition(definition.references.clone())
        }
        None => collect::Entry::Definition(Vec::new()),
    };
    asking(tree, |names, facts| {
        collect::collect(&entry, names, settings, strategy, facts)
    })
}

/// How many references of a definition mean something in the tree below `root`. Nothing is written.
///
/// # Errors
/// [`ConfigurationError`].
pub fn count_resolved(
    definition: &Definition,
    root: &Path,
    default_tool_set: &str,
    progress: &dyn Progress,
) -> Result<usize, ConfigurationError> {
    let mut tree = ConfigTree::open(root, Keys::Encrypted, progress)?;
    let settings = Settings {
        root: names_of(tree.root(), Some(root)),
        default_tool_set: default_tool_set.to_owned(),
    };
    asking(&mut tree, |names, facts| {
        collect::count_resolved(&definition.references, names, &settings, facts)
    })
}

/// Does something that asks files what they say. Once the operator cancelled, none says anything any more.
fn asking<T>(
    tree: &mut ConfigTree<'_>,
    work: impl FnOnce(&Names, &mut dyn FnMut(&ConfigPath) -> Arc<Facts>) -> T,
) -> Result<T, ConfigurationError> {
    let names: Names = tree.names.iter().cloned().collect();
    let mut stopped = None;
    let mut facts = |path: &ConfigPath| match tree.file(path) {
        Ok(file) => file.facts.clone(),
        Err(error) => {
            stopped = Some(error);
            Arc::default()
        }
    };
    let done = work(&names, &mut facts);
    match stopped {
        Some(error) => Err(error),
        None => Ok(done),
    }
}

/// What is not found because it is behind a link, and what is not there at all.
fn without_linked(missing: Vec<Missing>, links: &[ConfigPath]) -> (Vec<Unread>, Vec<Missing>) {
    let mut linked = Vec::new();
    let mut gone = Vec::new();
    for missing in missing {
        let behind = links.iter().find(|link| leads_there(link, &missing));
        let Some(path) = behind.cloned() else {
            gone.push(missing);
            continue;
        };
        let reason = Message::new("config_behind_link").with("name", &missing.reference.name);
        let unread = Unread { path, reason };
        if !linked.contains(&unread) {
            linked.push(unread);
        }
    }
    (linked, gone)
}

/// What is named by its path and is no file, and what is not there at all.
fn without_no_files(
    missing: Vec<Missing>,
    others: &BTreeMap<ConfigPath, NoFile>,
) -> (Vec<Unread>, Vec<Missing>) {
    let mut no_files = Vec::new();
    let mut gone = Vec::new();
    for missing in missing {
        let name = missing.reference.name.trim_end_matches('/');
        let called = name.rsplit('/').next().unwrap_or(name);
        let looked = missing.looked.iter().flatten();
        // A folder in which a name is looked for is not what it means.
        let met = looked
            .filter_map(|looked| others.get_key_value(&ConfigPath::new(looked.as_str()).ok()?))
            .find(|(path, _)| path.file_name() == called);
        let Some((path, what)) = met else {
            gone.push(missing);
            continue;
        };
        let reason = Message::new(match what {
            NoFile::Folder => "config_is_folder",
            NoFile::Special => "config_is_special",
        });
        let unread = Unread {
            path: path.clone(),
            reason: reason.with("name", &missing.reference.name),
        };
        if !no_files.contains(&unread) {
            no_files.push(unread);
        }
    }
    (no_files, gone)
}

/// Whether a file or a link is where something was looked for, or above that.
pub(crate) fn leads_there(link: &ConfigPath, missing: &Missing) -> bool {
    let mut looked = missing.looked.iter().flatten();
    looked.any(|looked| {
        let (folder, is_all) = match looked.strip_suffix("/**") {
            Some(folder) => (folder, true),
            None => (looked.as_str(), false),
        };
        let is_above = format!("{folder}/").starts_with(&format!("{link}/"));
        let is_it = without_ending(link).is_some_and(|link| link == folder);
        let is_below = link.as_str().starts_with(&format!("{folder}/"));
        let is_called_so =
            link.stem() == missing.reference.name && (is_all || link.folder() == folder);
        is_above || is_it || (is_below && is_called_so)
    })
}

/// A path without what says how its file is written.
fn without_ending(path: &ConfigPath) -> Option<&str> {
    path.as_str().rsplit_once('.').map(|(before, _)| before)
}

/// The folders that cannot be looked into and may hold something that is taken.
fn unread(tree: &ConfigTree<'_>, strategy: &Strategy) -> Vec<Unread> {
    let is_wanted = |folder: &&Unread| {
        let inside = ConfigPath::from_folder(folder.path.as_str(), "_");
        inside.is_ok_and(|path| strategy.kinds.contains(&path.kind()))
    };
    tree.unread.iter().filter(is_wanted).cloned().collect()
}

impl Look {
    fn take(
        &mut self,
        path: ConfigPath,
        references: Vec<Edge>,
        tree: &mut ConfigTree<'_>,
    ) -> Result<(), ConfigurationError> {
        let read = tree.file(&path)?;
        if let Some(reason) = read.unparsed.clone() {
            let path = path.clone();
            self.unparsed.push(Unread { path, reason });
        }
        if read.changed_while_read {
            self.unparsed.push(Unread::changed_while_read(path.clone()));
        }
        match read.content.clone() {
            Ok(content) => self.files.push(Found {
                kind: path.kind(),
                path,
                bytes: content.bytes,
                sha256: content.sha256,
                modified: read.modified,
                object: content.object,
                object_bytes: content.object_bytes,
                masked: content.masked,
                unparsed: read.unparsed.clone(),
                changed_while_read: read.changed_while_read,
                references,
            }),
            Err(reason) => self.unread.push(Unread { path, reason }),
        }
        Ok(())
    }

    /// Never more than was read.
    pub(crate) fn what_it_comes_to(&self) -> SnapshotStatus {
        let entry = self.entry.as_ref().and_then(Entry::file);
        let is_exact = |file: &Found| file.masked.is_empty();
        let is_whole = self.missing.is_empty()
            && self.ambiguous.is_empty()
            && self.unparsed.is_empty()
            && self.unread.is_empty()
            && self.files.iter().all(is_exact)
            && !self.is_all_left_out();
        match is_whole {
            true => SnapshotStatus::Complete,
            false if self.unread.iter().any(|file| Some(&file.path) == entry) => {
                SnapshotStatus::Failed
            }
            false => SnapshotStatus::Partial,
        }
    }

    /// Whether the strategy takes nothing of what a definition refers to. Of a file it takes that file.
    fn is_all_left_out(&self) -> bool {
        self.files.is_empty() && !self.left_out.is_empty()
    }
}

/// The path of a file through no links, but for the file itself: what is a link is not read.
fn real(config: &Path) -> Result<PathBuf, ConfigurationError> {
    let missing = || ConfigurationError::Missing(config.to_owned());
    let name = config.file_name().ok_or_else(missing)?;
    let folder = match config.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let folder = folder.canonicalize().map_err(|error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => missing(),
        _ => ConfigurationError::at(folder)(error),
    })?;
    let path = folder.join(name);
    match path.symlink_metadata() {
        Ok(found) if found.is_file() => Ok(path),
        Ok(_) => Err(ConfigurationError::NoFile(config.to_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(missing()),
        Err(error) => Err(ConfigurationError::at(&path)(error)),
    }
}
