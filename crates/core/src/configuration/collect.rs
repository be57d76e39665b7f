//! Which files belong to a snapshot, and what cannot be found.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::resolve::{Resolved, Resolver, Target};
use super::{ConfigKind, ConfigPath, Facts, LeftOut, Names, Reference, Settings, Strategy};

/// Where collecting begins.
#[derive(Debug, Clone)]
pub enum Entry {
    /// At a file of the tree.
    File(ConfigPath),
    /// At a definition that is no file of it.
    Definition(Vec<Reference>),
}

/// What belongs to a snapshot.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Collected {
    /// The files, each with what it refers to.
    pub files: BTreeMap<ConfigPath, Vec<Edge>>,
    /// What is referred to and is not there.
    pub missing: Vec<Missing>,
    /// What is named by its whole path, from the root of the disk: no file of the tree is.
    pub elsewhere: Vec<Missing>,
    /// What could mean several files; all of them are taken.
    pub ambiguous: Vec<Ambiguous>,
    /// What is referred to and not wanted.
    pub left_out: BTreeMap<ConfigPath, LeftOut>,
}

/// A reference, and the files it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// What stands in the file.
    pub reference: Reference,
    /// What it means.
    pub to: Vec<ConfigPath>,
}

/// A reference to what is not there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// The file it stands in; nothing where that is no file of the tree.
    pub from: Option<ConfigPath>,
    /// What stands there.
    pub reference: Reference,
    /// Where it was looked for; nothing where it leads out of the root.
    pub looked: Option<Vec<String>>,
    /// Whether it leads out of the root from one of the folders it is followed from.
    pub leads_out: bool,
}

/// A reference that several files fit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ambiguous {
    /// The file it stands in; nothing where that is no file of the tree.
    pub from: Option<ConfigPath>,
    /// What stands there.
    pub reference: Reference,
    /// All that fit.
    pub taken: Vec<ConfigPath>,
}

/// Follows all references from an entry as far as the strategy wants. Every file is asked for what it says
/// once at most by whoever keeps the answers; circles come to an end.
pub fn collect(
    entry: &Entry,
    names: &Names,
    settings: &Settings,
    strategy: &Strategy,
    facts: &mut dyn FnMut(&ConfigPath) -> Arc<Facts>,
) -> Collected {
    let mut collecting = Collecting {
        strategy,
        names,
        resolver: Resolver::new(names, settings, facts),
        collected: Collected::default(),
        waiting: VecDeque::new(),
        met: BTreeSet::new(),
    };
    match entry {
        Entry::File(path) => {
            collecting.collected.files.insert(path.clone(), Vec::new());
            collecting.wait(Target::whole(path.clone()));
        }
        Entry::Definition(references) => {
            for reference in references {
                collecting.follow(None, reference);
            }
        }
    }
    if strategy.kinds.contains(&ConfigKind::Global) {
        for path in names.in_root() {
            collecting.want(Target::whole(path));
        }
    }
    while let Some(target) = collecting.waiting.pop_front() {
        collecting.read(&target);
    }
    collecting.done()
}

/// How many references of a definition that is no file of a tree mean something in it.
pub fn count_resolved(
    references: &[Reference],
    names: &Names,
    settings: &Settings,
    facts: &mut dyn FnMut(&ConfigPath) -> Arc<Facts>,
) -> usize {
    let mut resolver = Resolver::new(names, settings, facts);
    let means = |reference: &&Reference| {
        let meant = resolver.resolve(reference, None);
        matches!(meant, Resolved::Found(_) | Resolved::Ambiguous(_))
    };
    references.iter().filter(means).count()
}

struct Collecting<'a> {
    strategy: &'a Strategy,
    names: &'a Names,
    resolver: Resolver<'a>,
    collected: Collected,
    waiting: VecDeque<Target>,
    met: BTreeSet<Target>,
}

impl Collecting<'_> {
    fn wait(&mut self, target: Target) {
        if self.met.insert(target.clone()) {
            self.waiting.push_back(target);
        }
    }

    /// Takes what is meant, unless it is not wanted.
    fn want(&mut self, target: Target) {
        let is_taken = self.collected.files.contains_key(&target.path);
        match self.strategy.leaves_out(&target.path) {
            Some(why) if !is_taken => {
                self.collected.left_out.insert(target.path, why);
            }
            _ => {
                let path = target.path.clone();
                self.collected.files.entry(path).or_default();
                self.wait(target);
            }
        }
    }

    /// Follows what a file that was taken refers to.
    fn read(&mut self, target: &Target) {
        for common in self.names.common_of(&target.path) {
            self.want(Target::whole(common));
        }
        let facts = (self.resolver.facts)(&target.path);
        for reference in &facts.references {
            if target.covers(&reference.pointer) {
                self.follow(Some(&target.path), reference);
            }
        }
    }

    fn follow(&mut self, from: Option<&ConfigPath>, reference: &Reference) {
        if reference.leads_elsewhere() {
            self.collected.elsewhere.push(Missing {
                from: from.cloned(),
                reference: reference.clone(),
                looked: None,
                leads_out: true,
            });
            return;
        }
        let (targets, is_ambiguous) = match self.resolver.resolve(reference, from) {
            Resolved::Found(targets) => (targets, false),
            Resolved::Ambiguous(targets) => (targets, true),
            Resolved::Missing(looked) => return self.miss(from, reference, Some(looked)),
            Resolved::Outside => return self.miss(from, reference, None),
        };
        let to: BTreeSet<_> = targets.iter().map(|target| target.path.clone()).collect();
        let to: Vec<_> = to.into_iter().collect();
        for target in targets {
            self.want(target);
        }
        if is_ambiguous {
            let mut taken = to.clone();
            taken.retain(|path| self.collected.files.contains_key(path));
            self.collected.ambiguous.push(Ambiguous {
                from: from.cloned(),
                reference: reference.clone(),
                taken,
            });
        }
        if let Some(edges) = from.and_then(|path| self.collected.files.get_mut(path)) {
            edges.push(Edge {
                reference: reference.clone(),
                to,
            });
        }
    }

    /// What is not there and would not be taken is not missing. What a definition itself calls by its path is: no
    /// strategy leaves out what is not there.
    fn miss(
        &mut self,
        from: Option<&ConfigPath>,
        reference: &Reference,
        looked: Option<Vec<String>>,
    ) {
        let is_own_file = from.is_none() && reference.names_a_file();
        if reference.names_something() && (is_own_file || self.would_take(from, reference)) {
            self.collected.missing.push(Missing {
                from: from.cloned(),
                reference: reference.clone(),
                leads_out: looked.is_none() || self.resolver.may_lead_out(reference, from),
                looked,
            });
        }
    }

    fn would_take(&self, from: Option<&ConfigPath>, reference: &Reference) -> bool {
        if let Some(path) = self.resolver.leads_to(reference, from) {
            return self.strategy.would_take(&path);
        }
        let kind = reference.key.kind().or(from.map(ConfigPath::kind));
        kind.is_none_or(|kind| self.strategy.kinds.contains(&kind))
    }

    fn done(self) -> Collected {
        let mut collected = self.collected;
        collected.missing.sort();
        collected.missing.dedup();
        collected.elsewhere.sort();
        collected.elsewhere.dedup();
        collected.ambiguous.retain(|met| met.taken.len() > 1);
        collected.ambiguous.sort();
        collected.ambiguous.dedup();
        for edges in collected.files.values_mut() {
            edges.sort_by(|one, other| one.reference.cmp(&other.reference));
            edges.dedup();
        }
        let files = &collected.files;
        collected
            .left_out
            .retain(|path, _| !files.contains_key(path));
        collected
    }
}
