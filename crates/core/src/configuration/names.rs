//! The files of a tree, to be looked up by their names.

use std::collections::{BTreeSet, HashMap};

use super::{ConfigKind, ConfigPath};

/// All files of a tree, to be looked up by their names.
#[derive(Debug, Clone, Default)]
pub struct Names {
    all: BTreeSet<ConfigPath>,
    /// By the stem, as it is written and as others might write it.
    by_stem: HashMap<String, Vec<ConfigPath>>,
}

impl FromIterator<ConfigPath> for Names {
    fn from_iter<Paths: IntoIterator<Item = ConfigPath>>(paths: Paths) -> Self {
        let all: BTreeSet<_> = paths.into_iter().collect();
        let mut by_stem: HashMap<String, Vec<ConfigPath>> = HashMap::new();
        for path in &all {
            let stem = alike(path.stem());
            by_stem.entry(stem).or_default().push(path.clone());
        }
        Self { all, by_stem }
    }
}

/// Whether a file can be read for references.
fn is_readable(path: &ConfigPath) -> bool {
    let name = path.file_name();
    [".yaml", ".yml", ".json"]
        .iter()
        .any(|end| name.ends_with(end))
}

/// `openai-gpt4` and `openai_gpt4` are meant alike.
fn alike(stem: &str) -> String {
    stem.replace('-', "_")
}

impl Names {
    /// Whether there is such a file.
    pub fn has(&self, path: &ConfigPath) -> bool {
        self.all.contains(path)
    }

    /// The configuration files right in the root.
    pub(super) fn in_root(&self) -> Vec<ConfigPath> {
        let all = self.all.iter();
        all.filter(|path| path.folder().is_empty() && is_readable(path))
            .cloned()
            .collect()
    }

    /// What holds for all models of a provider, beside the file of one of them.
    pub(super) fn common_of(&self, path: &ConfigPath) -> Vec<ConfigPath> {
        let folder = path.folder();
        if folder.starts_with("llms/provider/") {
            self.called(folder, Depth::Right, "common")
        } else {
            Vec::new()
        }
    }

    /// Files below a folder that are called so, with or without what says how they are written. What is
    /// called exactly so is meant before what is only spelled alike, and what can be read for references
    /// before what cannot: `sum.yaml` describes a tool, `sum.py` beside it is the tool. Texts may be
    /// written in any way.
    pub(super) fn called(&self, folder: &str, depth: Depth, name: &str) -> Vec<ConfigPath> {
        let stem = match ConfigPath::new(name) {
            Ok(path) if path.folder().is_empty() => path.stem().to_owned(),
            _ => return Vec::new(),
        };
        let of = |stem: &str| self.by_stem.get(&alike(stem)).into_iter().flatten();
        let below = |path: &&ConfigPath| depth.reaches(folder, path.folder());
        let found: Vec<_> = of(name).chain(of(&stem)).filter(below).collect();
        let is_described =
            |path: &&&ConfigPath| path.kind() != ConfigKind::Prompts && is_readable(path);
        let described: Vec<_> = found.iter().filter(is_described).copied().collect();
        let met = exactly_first(name, &described);
        if met.is_empty() {
            exactly_first(name, &found)
        } else {
            met
        }
    }

    /// All files in a folder and below it.
    pub(super) fn below(&self, folder: &ConfigPath) -> Vec<ConfigPath> {
        let start = format!("{folder}/");
        let after = self.all.range(folder.clone()..);
        after
            .skip_while(|path| path.as_str() < start.as_str())
            .take_while(|path| path.as_str().starts_with(&start))
            .cloned()
            .collect()
    }

    /// The files of a folder that can be read for references.
    pub(super) fn readable(&self, folder: &str, depth: Depth) -> Vec<ConfigPath> {
        let mut found = ConfigPath::new(folder).map_or_else(|_| Vec::new(), |at| self.below(&at));
        found.retain(|path| is_readable(path) && depth.reaches(folder, path.folder()));
        found
    }

    /// A file by its path, with or without what says how it is written.
    pub(super) fn at(&self, path: &ConfigPath) -> Vec<ConfigPath> {
        if self.has(path) {
            return vec![path.clone()];
        }
        self.called(path.folder(), Depth::Right, path.file_name())
    }
}

/// Those of some files that a name fits best.
fn exactly_first(name: &str, found: &[&ConfigPath]) -> Vec<ConfigPath> {
    let tests: [&dyn Fn(&ConfigPath) -> bool; 4] = [
        &|path| path.file_name() == name,
        &|path| path.stem() == name,
        &|path| alike(path.file_name()) == alike(name),
        &|path| alike(path.stem()) == alike(name),
    ];
    let met = tests.into_iter().find_map(|test| {
        let met = found.iter().filter(|path| test(path));
        let met: BTreeSet<_> = met.map(|path| (*path).clone()).collect();
        (!met.is_empty()).then_some(met)
    });
    met.unwrap_or_default().into_iter().collect()
}

/// How far below a folder files are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Depth {
    Right,
    Any,
}

impl Depth {
    fn reaches(self, folder: &str, other: &str) -> bool {
        let below = || {
            other
                .strip_prefix(folder)
                .is_some_and(|rest| folder.is_empty() || rest.starts_with('/'))
        };
        other == folder || (matches!(self, Self::Any) && below())
    }
}
