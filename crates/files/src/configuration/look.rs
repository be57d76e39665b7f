//! Looking at what of a configuration tree belongs to a piece of work.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flowkeep_core::configuration::{
    Ambiguous, Collected, ConfigKind, ConfigPath, Edge, Entry, LeftOut, Missing, Names, Settings,
    Strategy, collect,
};
use flowkeep_core::session::SnapshotStatus;
use flowkeep_core::{Message, ObjectHash, Sha256};
use flowkeep_host::Progress;
use flowkeep_store::LookedAt;

use super::ConfigurationError;
use super::listing::{below, root_above};
use super::tree::ConfigTree;
use crate::snapshots::manifest::TreeMasked;

/// What is to be looked at.
#[derive(Debug, Clone)]
pub struct Wish<'a> {
    /// The file it begins with.
    pub config: &'a Path,
    /// The root of the tree; absent: the nearest folder above that holds `workflows`.
    pub root: Option<&'a Path>,
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
    /// The file it begins with.
    pub config: ConfigPath,
    /// Whether everything is there.
    pub status: SnapshotStatus,
    /// The files, by their paths.
    pub files: Vec<Found>,
    /// What is taken and cannot be read, and the folders that cannot be looked into.
    pub unread: Vec<Unread>,
    /// What is referred to and is not there.
    pub missing: Vec<Missing>,
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
pub fn find(wish: &Wish<'_>) -> Result<(PathBuf, ConfigPath), ConfigurationError> {
    let config = real(wish.config)?;
    let root = match wish.root {
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
    /// The file it begins with.
    pub(crate) entry: ConfigPath,
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
        let config = real(wish.config)?;
        let root = match wish.root {
            Some(root) => root.to_owned(),
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
        let settings = Settings {
            root: root_names(wish, tree.root(), &entry),
            default_tool_set: wish.default_tool_set.to_owned(),
        };
        Ok(Self {
            wish,
            entry,
            settings,
            tree,
        })
    }

    /// Lists the tree below a root, whatever became of the file it begins with.
    pub(crate) fn over(
        wish: &'a Wish<'a>,
        keys: Keys,
        (root, entry): (&Path, ConfigPath),
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
            config: self.entry.clone(),
            status: SnapshotStatus::Complete,
            files: Vec::new(),
            unread: Vec::new(),
            missing: Vec::new(),
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
        let wish = serde_json::json!([self.entry, wish, default_tool_set, root, keys]);
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
        let collected = collected(&self.entry, &self.settings, strategy, &mut self.tree)?;
        let mut look = Look {
            unread: unread(&self.tree, strategy),
            missing: collected.missing,
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

/// Follows all references. Once the operator cancelled, no file says anything any more, and this comes to
/// its end.
fn collected(
    entry: &ConfigPath,
    settings: &Settings,
    strategy: &Strategy,
    tree: &mut ConfigTree<'_>,
) -> Result<Collected, ConfigurationError> {
    let names: Names = tree.names.iter().cloned().collect();
    let mut stopped = None;
    let mut facts = |path: &ConfigPath| match tree.file(path) {
        Ok(file) => file.facts.clone(),
        Err(error) => {
            stopped = Some(error);
            Arc::default()
        }
    };
    let entry = Entry::File(entry.clone());
    let collected = collect(&entry, &names, settings, strategy, &mut facts);
    match stopped {
        Some(error) => Err(error),
        None => Ok(collected),
    }
}

/// The folders that cannot be looked into and may hold something that is taken.
fn unread(tree: &ConfigTree<'_>, strategy: &Strategy) -> Vec<Unread> {
    let is_wanted = |folder: &&Unread| {
        let inside = ConfigPath::from_folder(folder.path.as_str(), "_");
        inside.is_ok_and(|path| strategy.kinds.contains(&path.kind()))
    };
    tree.unread.iter().filter(is_wanted).cloned().collect()
}

/// What the root is called: its own name, and that of a link by which the operator came there.
fn root_names(wish: &Wish<'_>, root: &Path, entry: &ConfigPath) -> BTreeSet<String> {
    let above = wish
        .config
        .ancestors()
        .nth(entry.as_str().split('/').count());
    let given = wish.root.or(above);
    let given = given.filter(|given| given.canonicalize().is_ok_and(|real| real == root));
    let names = [Some(root), given].into_iter().flatten();
    names
        .filter_map(|path| path.file_name()?.to_str().map(str::to_owned))
        .collect()
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
        let is_exact = |file: &Found| file.masked.is_empty();
        let is_whole = self.missing.is_empty()
            && self.ambiguous.is_empty()
            && self.unparsed.is_empty()
            && self.unread.is_empty()
            && self.files.iter().all(is_exact);
        match is_whole {
            true => SnapshotStatus::Complete,
            false if self.unread.iter().any(|file| file.path == self.config) => {
                SnapshotStatus::Failed
            }
            false => SnapshotStatus::Partial,
        }
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
