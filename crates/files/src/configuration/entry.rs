//! What a piece of work begins with: a file of a tree, or a definition that is none.

use std::collections::BTreeSet;
use std::path::Path;

use flowkeep_core::configuration::{ConfigPath, Reference, references_of_definition};
use flowkeep_core::{Document, Format, Message, Sha256};

/// What is looked for first.
#[derive(Debug, Clone, Copy)]
pub enum Begin<'a> {
    /// A file.
    File {
        /// Where it is.
        config: &'a Path,
        /// The root of its tree; absent: the nearest folder above that holds `workflows`.
        root: Option<&'a Path>,
    },
    /// What a definition refers to.
    Definition {
        /// The definition.
        definition: &'a Definition,
        /// The root of the tree in which its files are.
        root: &'a Path,
    },
}

/// What a piece of work begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A file of the tree.
    File(ConfigPath),
    /// A definition that is no file of it.
    Definition(Definition),
}

/// A definition that is kept elsewhere than in a tree, and what it refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// The workflow: its id, or its name where it has none.
    pub workflow: String,
    /// Its revision, where it is one.
    pub revision: Option<u64>,
    /// The hash of its text.
    pub sha256: Sha256,
    /// What it refers to.
    pub references: Vec<Reference>,
}

impl Definition {
    /// Reads a text for what it refers to.
    ///
    /// # Errors
    /// Why it is no document.
    pub fn of(
        workflow: String,
        revision: Option<u64>,
        format: Format,
        text: String,
    ) -> Result<Self, Message> {
        let sha256 = Sha256::of(text.as_bytes());
        let document = Document::parse(format, text)?;
        Ok(Self {
            workflow,
            revision,
            sha256,
            references: references_of_definition(document.value()),
        })
    }
}

impl Definition {
    /// Whether it refers to anything that may be a file of a tree.
    pub fn refers(&self) -> bool {
        let mut references = self.references.iter();
        references.any(|reference| !reference.leads_elsewhere())
    }
}

impl Entry {
    /// The file, where it is one.
    pub fn file(&self) -> Option<&ConfigPath> {
        match self {
            Self::File(path) => Some(path),
            Self::Definition(_) => None,
        }
    }
}

impl Begin<'_> {
    /// What the root is called: its own name, and that of a link by which the operator came there.
    pub(super) fn root_names(&self, root: &Path, entry: &Entry) -> BTreeSet<String> {
        let given = match (self, entry) {
            (Self::Definition { root, .. }, _) => Some(*root),
            (Self::File { config, root }, Entry::File(entry)) => {
                let above = config.ancestors().nth(entry.as_str().split('/').count());
                root.or(above)
            }
            (Self::File { root, .. }, Entry::Definition(_)) => *root,
        };
        names_of(root, given)
    }
}

/// The name of a root, and that of a path which leads there.
pub(super) fn names_of(root: &Path, given: Option<&Path>) -> BTreeSet<String> {
    let given = given.filter(|given| given.canonicalize().is_ok_and(|real| real == root));
    let names = [Some(root), given].into_iter().flatten();
    names
        .filter_map(|path| path.file_name()?.to_str().map(str::to_owned))
        .collect()
}
