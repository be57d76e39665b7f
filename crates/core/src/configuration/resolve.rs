//! Which files a reference means.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::names::Depth;
use super::{ConfigPath, Facts, Names, Reference, ReferenceKey};

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

impl Resolved {
    /// This, or else what comes of looking on.
    fn or_else(self, look_on: impl FnOnce() -> Self) -> Self {
        match self {
            Self::Found(_) | Self::Ambiguous(_) => self,
            Self::Outside => match look_on() {
                Self::Missing(_) => Self::Outside,
                other => other,
            },
            Self::Missing(mut looked) => match look_on() {
                Self::Missing(more) => {
                    looked.extend(more);
                    Self::Missing(looked)
                }
                Self::Outside => Self::Missing(looked),
                other => other,
            },
        }
    }
}

/// What the paths and words of a tree mean here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// What the root folder is called: paths may begin with it. What leads there may be called otherwise.
    pub root: BTreeSet<String>,
    /// The tool set that `default` stands for.
    pub default_tool_set: String,
}

/// Where members can stand for files: in these files, right there or below one of these members.
struct Members {
    folder: &'static str,
    files: &'static [&'static str],
    below: &'static [&'static str],
}

const LLM_GROUPS: Members = Members {
    folder: "llms/groups",
    files: &["llms/groups/_task_groups", "llms/_group"],
    below: &["task_groups", "llm_groups", "groups"],
};
const POLLING_POOLS: Members = Members {
    folder: "llms/polling_pools",
    files: &["llms/groups/_task_groups"],
    below: &["polling_pools"],
};
const TOKEN_COUNTERS: Members = Members {
    folder: "llms/tokens_counter",
    files: &[],
    below: &[],
};
const TOOL_SETS: Members = Members {
    folder: "tool-sets",
    files: &["tool-sets/_group"],
    below: &[],
};

/// The folders of models.
const MODELS: [(&str, Depth); 2] = [("llms/provider", Depth::Any), ("llms", Depth::Right)];

/// What files are called by what they say, in a folder that was looked through.
type Said = HashMap<String, Vec<ConfigPath>>;

/// Finds out which files references mean.
pub(super) struct Resolver<'a> {
    pub(super) names: &'a Names,
    pub(super) settings: &'a Settings,
    /// What is said in a file.
    pub(super) facts: &'a mut dyn FnMut(&ConfigPath) -> Arc<Facts>,
    said: HashMap<(&'static str, Depth), Said>,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(
        names: &'a Names,
        settings: &'a Settings,
        facts: &'a mut dyn FnMut(&ConfigPath) -> Arc<Facts>,
    ) -> Self {
        Self {
            names,
            settings,
            facts,
            said: HashMap::new(),
        }
    }

    /// What `reference` means, which stands in the file `from`; without one, in a definition that is no
    /// file of the tree.
    pub(super) fn resolve(&mut self, reference: &Reference, from: Option<&ConfigPath>) -> Resolved {
        let name = reference.name.as_str();
        if reference.key.is_prompt() {
            let found = self.registered(name);
            if !found.is_empty() {
                return several(found, Vec::new);
            }
        }
        if reference.key.is_path() {
            self.path(reference, from)
        } else if name.contains('/') {
            let by_path = self.path(reference, from);
            by_path.or_else(|| self.by_name(reference.key, name, from))
        } else {
            self.by_name(reference.key, name, from)
        }
    }

    fn by_name(&mut self, key: ReferenceKey, name: &str, from: Option<&ConfigPath>) -> Resolved {
        match key {
            ReferenceKey::LlmClient | ReferenceKey::FallbackModel => self.model(name),
            ReferenceKey::LlmGroup => self.llm_group(name),
            ReferenceKey::PollingPool => self.one_of(name, &POLLING_POOLS),
            ReferenceKey::TokenCounter => self.one_of(name, &TOKEN_COUNTERS),
            ReferenceKey::Group => self.group(name, from),
            ReferenceKey::ToolSet => self.tool_set(name),
            ReferenceKey::Tool => self.by_name_inside(name, "tools"),
            ReferenceKey::Agent => self.by_name_inside(name, "agents"),
            ReferenceKey::Prompt
            | ReferenceKey::PromptOrText
            | ReferenceKey::PromptFile
            | ReferenceKey::PromptPath => self.prompt(name),
            ReferenceKey::InheritsFrom | ReferenceKey::File | ReferenceKey::FileOrWord => {
                Resolved::Missing(Vec::new())
            }
        }
    }

    fn model(&mut self, name: &str) -> Resolved {
        let called = MODELS.map(|(folder, depth)| self.names.called(folder, depth, name));
        let mut found = called.concat();
        if found.is_empty() {
            found = MODELS
                .map(|(folder, depth)| self.saying(name, folder, depth))
                .concat();
        }
        any_of(found, || {
            vec!["llms/provider/**".to_owned(), "llms".to_owned()]
        })
    }

    /// A group of models, or one with a level that it has: a name may hold dots of its own.
    fn llm_group(&mut self, name: &str) -> Resolved {
        let whole = self.one_of(name, &LLM_GROUPS);
        if !matches!(whole, Resolved::Missing(_)) {
            return whole;
        }
        for (dot, _) in name.rmatch_indices('.') {
            let (group, level) = (&name[..dot], &name[dot + 1..]);
            if let Resolved::Found(mut found) | Resolved::Ambiguous(mut found) =
                self.one_of(group, &LLM_GROUPS)
            {
                let looked = found
                    .iter()
                    .map(|target| format!("{}#{level}", target.path));
                let looked: Vec<_> = looked.collect();
                found.retain(|target| {
                    let within = target.within.as_deref().unwrap_or_default();
                    (self.facts)(&target.path).keys.has_level(within, level)
                });
                return several(found, || looked);
            }
        }
        whole
    }

    /// A file of that name in a folder, or else a member of one of these files.
    fn one_of(&mut self, name: &str, members: &Members) -> Resolved {
        let found = self.names.called(members.folder, Depth::Any, name);
        if !found.is_empty() {
            return any_of(found, Vec::new);
        }
        for file in members.files {
            if let Some(target) = self.member(file, name, members.below) {
                return Resolved::Found(vec![target]);
            }
        }
        let files = members.files.iter().map(|file| format!("{file}#{name}"));
        let folder = [members.folder.to_owned()];
        Resolved::Missing(folder.into_iter().chain(files).collect())
    }

    /// A member of a file whose path is told without its ending, right there or below one of these.
    fn member(&mut self, file: &str, key: &str, below: &[&str]) -> Option<Target> {
        let path = ConfigPath::new(file).ok()?;
        self.names.at(&path).into_iter().find_map(|path| {
            let within = (self.facts)(&path).keys.find(key, below)?;
            Some(Target {
                path,
                within: Some(within),
            })
        })
    }

    /// The nearest `_group` file that has such a member, from the folder of a file up to that of its kind.
    fn group(&mut self, name: &str, from: Option<&ConfigPath>) -> Resolved {
        let mut looked = Vec::new();
        let mut folder = from.map_or("", ConfigPath::folder);
        while !folder.is_empty() {
            let file = format!("{folder}/_group");
            if let Some(target) = self.member(&file, name, &[]) {
                return Resolved::Found(vec![target]);
            }
            looked.push(format!("{file}#{name}"));
            folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
        }
        Resolved::Missing(looked)
    }

    /// What the tree itself calls so goes before what `default` stands for.
    fn tool_set(&mut self, name: &str) -> Resolved {
        let own = self.one_of(name, &TOOL_SETS);
        let own = own.or_else(|| self.by_name_inside(name, "tool-sets"));
        let settings = self.settings;
        let meant = settings.default_tool_set.as_str();
        if name == "default" && meant != name {
            own.or_else(|| self.tool_set(meant))
        } else {
            own
        }
    }

    /// A file of that name, or one that says inside that it is called so.
    fn by_name_inside(&mut self, name: &str, folder: &'static str) -> Resolved {
        let mut found = self.names.called(folder, Depth::Any, name);
        if found.is_empty() {
            found = self.saying(name, folder, Depth::Any);
        }
        any_of(found, || vec![format!("{folder}/**")])
    }

    /// Files of a folder that call themselves so, or their model. A folder is looked through once.
    fn saying(&mut self, name: &str, folder: &'static str, depth: Depth) -> Vec<ConfigPath> {
        let Self {
            names, facts, said, ..
        } = self;
        let said = said.entry((folder, depth)).or_insert_with(|| {
            let mut said = Said::new();
            for path in names.readable(folder, depth) {
                for own in facts(&path).own_names(path.kind()) {
                    said.entry(own).or_default().push(path.clone());
                }
            }
            said
        });
        said.get(name).cloned().unwrap_or_default()
    }

    /// What the register of texts calls so.
    fn registered(&mut self, name: &str) -> Vec<Target> {
        let (kind, own) = kind_and_own(name);
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
        found
    }

    /// A text by its place below `prompts`.
    fn prompt(&self, name: &str) -> Resolved {
        let (kind, own) = kind_and_own(name);
        let folder = kind.map_or("prompts".to_owned(), |kind| format!("prompts/{kind}"));
        let files = self.names.called(&folder, Depth::Any, own);
        let below = ConfigPath::new(format!("{folder}/{own}")).map(|at| self.names.below(&at));
        match below {
            Ok(below) if files.is_empty() && !below.is_empty() => all_of(below),
            _ => any_of(files, || vec![folder]),
        }
    }
}

/// `system/clerk` is the text `clerk` of the kind `system`.
fn kind_and_own(name: &str) -> (Option<&str>, &str) {
    match name.split_once('/') {
        Some((kind, own)) => (Some(kind), own),
        None => (None, name),
    }
}

/// All files of a folder, which is what is meant.
pub(super) fn all_of(found: Vec<ConfigPath>) -> Resolved {
    Resolved::Found(found.into_iter().map(Target::whole).collect())
}

pub(super) fn any_of(found: Vec<ConfigPath>, looked: impl FnOnce() -> Vec<String>) -> Resolved {
    several(found.into_iter().map(Target::whole).collect(), looked)
}

pub(super) fn several(found: Vec<Target>, looked: impl FnOnce() -> Vec<String>) -> Resolved {
    match found.len() {
        0 => Resolved::Missing(looked()),
        1 => Resolved::Found(found),
        _ => Resolved::Ambiguous(found),
    }
}
