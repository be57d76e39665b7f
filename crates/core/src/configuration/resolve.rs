//! Which files a reference means.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::{ConfigKind, ConfigPath, Facts, Reference, ReferenceKey};
use crate::value::push_token;

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
    /// called exactly so is meant before what is only spelled alike.
    fn called(&self, folder: &str, depth: Depth, name: &str) -> Vec<ConfigPath> {
        let (stem, whole) = match ConfigPath::new(name) {
            Ok(path) if path.folder().is_empty() => (path.stem().to_owned(), path),
            _ => return Vec::new(),
        };
        let of = |stem: &str| self.by_stem.get(&alike(stem)).into_iter().flatten();
        let below = |path: &&ConfigPath| depth.reaches(folder, path.folder());
        let found: Vec<_> = of(name).chain(of(&stem)).filter(below).collect();
        let tests: [&dyn Fn(&ConfigPath) -> bool; 3] = [
            &|path| path.file_name() == whole.as_str(),
            &|path| path.stem() == name,
            &|path| alike(path.stem()) == alike(name),
        ];
        let first = tests.into_iter().find_map(|test| {
            let mut met: Vec<_> = found
                .iter()
                .filter(|path| test(path))
                .map(|path| (*path).clone())
                .collect();
            met.sort();
            met.dedup();
            (!met.is_empty()).then_some(met)
        });
        first.unwrap_or_default()
    }

    /// All files in a folder and below it.
    fn below(&self, folder: &ConfigPath) -> Vec<ConfigPath> {
        let start = format!("{folder}/");
        let all = self.all.iter();
        all.filter(|path| path.as_str().starts_with(&start))
            .cloned()
            .collect()
    }

    /// A file by its path, with or without what says how it is written.
    fn at(&self, path: &ConfigPath) -> Vec<ConfigPath> {
        if self.has(path) {
            return vec![path.clone()];
        }
        let found = self.called(path.folder(), Depth::Right, path.file_name());
        let exactly = found.iter().filter(|file| file.stem() == path.file_name());
        exactly.cloned().collect()
    }
}

/// How far below a folder files are looked for.
#[derive(Debug, Clone, Copy)]
enum Depth {
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

/// A file that a reference means, or a member of one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Target {
    pub(super) path: ConfigPath,
    /// Only what stands below this pointer is meant.
    pub(super) within: Option<String>,
}

impl Target {
    /// All of a file.
    pub(super) fn whole(path: ConfigPath) -> Self {
        Self { path, within: None }
    }

    /// Whether what stands at a pointer is meant.
    pub(super) fn covers(&self, pointer: &str) -> bool {
        self.within.as_ref().is_none_or(|within| {
            pointer
                .strip_prefix(within.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }
}

/// What a reference comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Resolved {
    /// What is meant.
    Found(Vec<Target>),
    /// Each of these could be meant.
    Ambiguous(Vec<Target>),
    /// Nothing; where it was looked for.
    Missing(Vec<String>),
    /// It leads out of the root.
    Outside,
}

/// Finds out which files references mean.
pub(super) struct Resolver<'a> {
    pub(super) names: &'a Names,
    pub(super) settings: &'a Settings,
    /// What is said in a file.
    pub(super) facts: &'a mut dyn FnMut(&ConfigPath) -> Arc<Facts>,
}

/// What the paths and words of a tree mean here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The name of the root folder: paths may begin with it.
    pub root: String,
    /// The tool set that `default` stands for.
    pub default_tool_set: String,
}

impl Resolver<'_> {
    /// What `reference` means, which stands in the file `from`; without one, in a definition that is no
    /// file of the tree.
    pub(super) fn resolve(&mut self, reference: &Reference, from: Option<&ConfigPath>) -> Resolved {
        let name = reference.name.as_str();
        match reference.key {
            ReferenceKey::LlmClient | ReferenceKey::FallbackModel => self.model(name),
            ReferenceKey::LlmGroup => {
                let group = name.split_once('.').map_or(name, |(group, _)| group);
                self.one_of(
                    group,
                    "llms/groups",
                    &["llms/groups/_task_groups", "llms/_group"],
                )
            }
            ReferenceKey::PollingPool => {
                self.one_of(name, "llms/polling_pools", &["llms/groups/_task_groups"])
            }
            ReferenceKey::TokenCounter => self.one_of(name, "llms/tokens_counter", &[]),
            ReferenceKey::Group => self.group(name, from),
            ReferenceKey::InheritsFrom => self.inherited(name, from),
            ReferenceKey::ToolSet => self.tool_set(name),
            ReferenceKey::Tool => self.by_name_inside(name, "tools", Depth::Any),
            ReferenceKey::Agent if name.contains('/') => self.path(name, "agents"),
            ReferenceKey::Agent => self.by_name_inside(name, "agents", Depth::Any),
            ReferenceKey::Prompt => self.prompt(name),
            ReferenceKey::File => self.path(name, ""),
        }
    }

    fn model(&mut self, name: &str) -> Resolved {
        let looked = || vec!["llms/provider/**".to_owned(), "llms".to_owned()];
        let right = self.names.called("llms", Depth::Right, name);
        let provided = self.names.called("llms/provider", Depth::Any, name);
        let mut found: Vec<_> = provided.into_iter().chain(right).collect();
        if found.is_empty() {
            found = self.saying(name, "llms", "model_name");
        }
        any_of(found, looked)
    }

    /// A file of that name in a folder, or else a member of one of these files.
    fn one_of(&mut self, name: &str, folder: &str, members_of: &[&str]) -> Resolved {
        let found = self.names.called(folder, Depth::Any, name);
        if !found.is_empty() {
            return any_of(found, Vec::new);
        }
        for file in members_of {
            if let Some(target) = self.member(file, name) {
                return Resolved::Found(vec![target]);
            }
        }
        let files = members_of.iter().map(|file| format!("{file}#{name}"));
        Resolved::Missing([folder.to_owned()].into_iter().chain(files).collect())
    }

    /// A member of a file whose path is told without its ending.
    fn member(&mut self, file: &str, key: &str) -> Option<Target> {
        let path = ConfigPath::new(file).ok()?;
        let mut files = self.names.at(&path).into_iter();
        files.find_map(|path| {
            let has_it = (self.facts)(&path).keys.contains(key);
            has_it.then(|| Target {
                path,
                within: Some(push_token("", key)),
            })
        })
    }

    /// The nearest `_group` file that has such a member, from the folder of a file up to that of its kind.
    fn group(&mut self, name: &str, from: Option<&ConfigPath>) -> Resolved {
        let mut looked = Vec::new();
        let mut folder = from.map_or("", ConfigPath::folder);
        while !folder.is_empty() {
            let file = format!("{folder}/_group");
            if let Some(target) = self.member(&file, name) {
                return Resolved::Found(vec![target]);
            }
            looked.push(format!("{file}#{name}"));
            folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
        }
        Resolved::Missing(looked)
    }

    fn inherited(&mut self, name: &str, from: Option<&ConfigPath>) -> Resolved {
        let (path, key) = match name.split_once('#') {
            Some((path, key)) => (path, Some(key)),
            None => (name, None),
        };
        let folder = from.map_or("", ConfigPath::folder);
        let kind = from.map(ConfigPath::kind);
        let kind = kind.filter(|kind| *kind != ConfigKind::Global);
        let kind = kind.map_or("", ConfigKind::as_str);
        let mut outside = true;
        for base in [folder, kind, ""] {
            let Ok(path) = ConfigPath::from_folder(base, path) else {
                continue;
            };
            outside = false;
            let found = self.names.at(&path);
            if !found.is_empty() {
                return self.with_key(found, key);
            }
        }
        match self.beside_root(path) {
            Some(found) if !found.is_empty() => self.with_key(found, key),
            _ if outside => Resolved::Outside,
            _ => Resolved::Missing(vec![path.to_owned()]),
        }
    }

    fn with_key(&mut self, found: Vec<ConfigPath>, key: Option<&str>) -> Resolved {
        let Some(key) = key else {
            return any_of(found, Vec::new);
        };
        let has_it = |path: &ConfigPath| (self.facts)(path).keys.contains(key);
        let looked: Vec<_> = found.iter().map(|path| format!("{path}#{key}")).collect();
        let found: Vec<_> = found.into_iter().filter(has_it).collect();
        let targets = found.into_iter().map(|path| Target {
            path,
            within: Some(push_token("", key)),
        });
        several(targets.collect(), || looked)
    }

    fn tool_set(&mut self, name: &str) -> Resolved {
        let found = self.names.called("tool-sets", Depth::Any, name);
        if !found.is_empty() {
            return any_of(found, Vec::new);
        }
        if name == "default" && self.settings.default_tool_set != name {
            let meant = self.settings.default_tool_set.clone();
            return self.tool_set(&meant);
        }
        match self.member("tool-sets/_group", name) {
            Some(target) => Resolved::Found(vec![target]),
            None => self.by_name_inside(name, "tool-sets", Depth::Any),
        }
    }

    /// A file of that name, or one that says inside that it is called so.
    fn by_name_inside(&mut self, name: &str, folder: &str, depth: Depth) -> Resolved {
        let mut found = self.names.called(folder, depth, name);
        if found.is_empty() {
            found = self.saying(name, folder, "");
        }
        any_of(found, || vec![format!("{folder}/**")])
    }

    /// Files below a folder that say so under `name` or `other`.
    fn saying(&mut self, name: &str, folder: &str, other: &str) -> Vec<ConfigPath> {
        let Ok(folder) = ConfigPath::new(folder) else {
            return Vec::new();
        };
        let mut found = self.names.below(&folder);
        found.retain(|path| {
            let facts = (self.facts)(path);
            facts.name.as_deref() == Some(name)
                || (!other.is_empty() && facts.model_name.as_deref() == Some(name))
        });
        found
    }

    /// A text by its name in the register, or by its place below `prompts`.
    fn prompt(&mut self, name: &str) -> Resolved {
        let (kind, own) = match name.split_once('/') {
            Some((kind, own)) => (Some(kind), own),
            None => (None, name),
        };
        let register = ConfigPath::new("prompts").map(|path| self.names.at(&path));
        let mut found = Vec::new();
        for file in register.unwrap_or_default() {
            let facts = (self.facts)(&file);
            let met = facts
                .registered
                .iter()
                .filter(|entry| entry.name == own && kind.is_none_or(|kind| entry.kind == kind));
            for entry in met {
                found.push(Target {
                    path: file.clone(),
                    within: Some(entry.pointer.clone()),
                });
            }
        }
        if !found.is_empty() {
            return several(found, Vec::new);
        }
        let folder = kind.map_or("prompts".to_owned(), |kind| format!("prompts/{kind}"));
        let files = self.names.called(&folder, Depth::Any, own);
        let whole = ConfigPath::new(format!("{folder}/{own}"));
        let files = match whole {
            Ok(whole) if files.is_empty() => self.names.below(&whole),
            _ => files,
        };
        any_of(files, || vec![folder])
    }

    /// A file or a folder by its path from the root, from its parent or from the folder of its kind.
    fn path(&mut self, text: &str, kind: &str) -> Resolved {
        let mut outside = true;
        for base in ["", kind] {
            let Ok(path) = ConfigPath::from_folder(base, text) else {
                continue;
            };
            outside = false;
            let found = self.at_or_below(&path);
            if !found.is_empty() {
                return Resolved::Found(whole(found));
            }
        }
        match self.beside_root(text) {
            Some(found) if !found.is_empty() => Resolved::Found(whole(found)),
            _ if outside => Resolved::Outside,
            _ => Resolved::Missing(vec![text.to_owned()]),
        }
    }

    fn at_or_below(&self, path: &ConfigPath) -> Vec<ConfigPath> {
        let found = self.names.at(path);
        if found.is_empty() {
            self.names.below(path)
        } else {
            found
        }
    }

    /// What a path means that begins with the name of the root; nothing where it does not.
    fn beside_root(&self, text: &str) -> Option<Vec<ConfigPath>> {
        let rest = text.strip_prefix(&self.settings.root)?.strip_prefix('/')?;
        let path = ConfigPath::from_folder("", rest).ok()?;
        Some(self.at_or_below(&path))
    }
}

fn whole(paths: Vec<ConfigPath>) -> Vec<Target> {
    paths.into_iter().map(Target::whole).collect()
}

fn any_of(found: Vec<ConfigPath>, looked: impl FnOnce() -> Vec<String>) -> Resolved {
    several(whole(found), looked)
}

fn several(found: Vec<Target>, looked: impl FnOnce() -> Vec<String>) -> Resolved {
    match found.len() {
        0 => Resolved::Missing(looked()),
        1 => Resolved::Found(found),
        _ => Resolved::Ambiguous(found),
    }
}
