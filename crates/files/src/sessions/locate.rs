//! Where the configuration is that a session file names. What it says is not trusted: nothing is found outside
//! the folders that are looked in, and none through a link.

use std::path::{Path, PathBuf};

use flowkeep_core::configuration::ConfigPath;

use crate::configuration::find;

/// A configuration that was found.
#[derive(Debug, Clone)]
pub(super) struct Located {
    /// The root of its tree.
    pub(super) root: PathBuf,
    /// The file it begins with, below the root.
    pub(super) config: ConfigPath,
    /// Whether it lies in the root that the operator named.
    pub(super) is_named: bool,
    /// Roots of before that have it as well, and come after this one.
    pub(super) also: Vec<PathBuf>,
}

impl Located {
    pub(super) fn file(&self) -> PathBuf {
        self.root.join(self.config.as_str())
    }
}

/// Finds `stated`, which is mostly spelled from the folder that the root is in: in the root that the operator
/// names now, in those of before, or in a folder above the session file.
pub(super) fn locate(
    stated: &str,
    named: Option<&Path>,
    known: &[PathBuf],
    session: &Path,
) -> Option<Located> {
    let stated = stated.replace('\\', "/");
    let named = named.and_then(|root| in_root(&stated, root));
    if let Some((root, config)) = named {
        return Some(Located {
            root,
            config,
            is_named: true,
            also: Vec::new(),
        });
    }
    let mut known = known.iter().filter_map(|root| in_root(&stated, root));
    let first = known.next();
    let also = known.map(|(root, _)| root).collect();
    let (root, config) = first.or_else(|| above(&stated, session))?;
    Some(Located {
        root,
        config,
        is_named: false,
        also,
    })
}

fn in_root(stated: &str, root: &Path) -> Option<(PathBuf, ConfigPath)> {
    let real = root.canonicalize().ok()?;
    let found = |config: &str| {
        let below = from_here(config)?;
        let config = plain_file(real.join(below.as_str()))?;
        find(&config, Some(&real)).ok()
    };
    if Path::new(stated).is_absolute() {
        let below = Path::new(stated)
            .strip_prefix(root)
            .or_else(|_| Path::new(stated).strip_prefix(&real));
        return found(below.ok()?.to_str()?);
    }
    // From the folder that the root is in: its own name comes first.
    let names = [root.file_name(), real.file_name()];
    let inner = without_steps(stated).split_once('/');
    let inner = inner.filter(|(first, _)| {
        let is_it = |name: &std::ffi::OsStr| name == *first;
        names.into_iter().flatten().any(is_it)
    });
    found(stated).or_else(|| found(inner?.1))
}

fn above(stated: &str, session: &Path) -> Option<(PathBuf, ConfigPath)> {
    let below = from_here(stated)?;
    let session = session.canonicalize().ok()?;
    session.ancestors().skip(1).find_map(|folder| {
        let config = plain_file(folder.join(below.as_str()))?;
        find(&config, None).ok()
    })
}

/// A path without the steps up or nowhere that it begins with: the folders above are looked in anyway.
fn without_steps(mut stated: &str) -> &str {
    loop {
        match stated.strip_prefix("./").or(stated.strip_prefix("../")) {
            Some(rest) => stated = rest.trim_start_matches('/'),
            None => return stated,
        }
    }
}

fn from_here(stated: &str) -> Option<ConfigPath> {
    ConfigPath::from_folder("", without_steps(stated)).ok()
}

/// A file that is there itself, and not behind a link.
fn plain_file(path: PathBuf) -> Option<PathBuf> {
    let real = path.canonicalize().ok()?;
    (real == path && path.is_file()).then_some(path)
}
