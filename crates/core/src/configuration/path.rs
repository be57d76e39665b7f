//! Where a file of a configuration tree is, below its root.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ConfigKind;

/// The path of a file below the root of a configuration tree: parts joined by `/`, none of them empty,
/// `.` or `..`. So whatever a file claims, nothing outside its root is ever read or written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ConfigPath(String);

/// A path that does not stay below its root, or is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotBelowRoot(pub String);

impl fmt::Display for NotBelowRoot {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "no path below the root: {:?}", self.0)
    }
}

impl std::error::Error for NotBelowRoot {}

impl ConfigPath {
    /// Reads a path; `/` between its parts.
    ///
    /// # Errors
    /// [`NotBelowRoot`] for anything that is absolute, empty, leads up or has a NUL in it.
    pub fn new(text: impl Into<String>) -> Result<Self, NotBelowRoot> {
        let text = text.into();
        let is_path =
            !text.contains('\0') && text.split('/').all(|part| !matches!(part, "" | "." | ".."));
        if is_path {
            Ok(Self(text))
        } else {
            Err(NotBelowRoot(text))
        }
    }

    /// The path that `text` leads to from the folder `from`, which is empty for the root.
    ///
    /// # Errors
    /// [`NotBelowRoot`] where it leads out, to the root itself or nowhere.
    pub fn from_folder(from: &str, text: &str) -> Result<Self, NotBelowRoot> {
        let out = || NotBelowRoot(text.to_owned());
        if text.starts_with('/') {
            return Err(out());
        }
        let mut parts: Vec<&str> = from.split('/').filter(|part| !part.is_empty()).collect();
        for part in text.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop().ok_or_else(out)?;
                }
                part => parts.push(part),
            }
        }
        Self::new(parts.join("/")).map_err(|_| out())
    }

    /// As a text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folder it is in; empty for the root.
    pub fn folder(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// Its last part.
    pub fn file_name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, name)| name)
    }

    /// Its name without what says how it is written.
    pub fn stem(&self) -> &str {
        let name = self.file_name();
        match name.rsplit_once('.') {
            Some((stem, _)) if !stem.is_empty() => stem,
            _ => name,
        }
    }

    /// What kind of configuration it is.
    pub fn kind(&self) -> ConfigKind {
        ConfigKind::of(self)
    }
}

impl fmt::Display for ConfigPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl TryFrom<String> for ConfigPath {
    type Error = NotBelowRoot;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(text)
    }
}

impl From<ConfigPath> for String {
    fn from(path: ConfigPath) -> Self {
        path.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("")]
    #[case("/a")]
    #[case("a//b")]
    #[case("a/../b")]
    #[case("./a")]
    #[case("a/")]
    #[case("a\0b")]
    fn what_may_lead_out_is_no_path(#[case] text: &str) {
        ConfigPath::new(text).unwrap_err();
    }

    #[rstest]
    #[case(
        "llms/provider/openai",
        "common.yaml",
        Some("llms/provider/openai/common.yaml")
    )]
    #[case("llms/provider/openai", "../../_group.yaml", Some("llms/_group.yaml"))]
    #[case("llms", "./a.yaml", Some("llms/a.yaml"))]
    #[case("", "a.yaml", Some("a.yaml"))]
    #[case("", "../a.yaml", None)]
    #[case("llms", "..", None)]
    #[case("llms", "../../etc/passwd", None)]
    #[case("llms", "/etc/passwd", None)]
    fn a_path_is_followed_as_long_as_it_stays(
        #[case] from: &str,
        #[case] text: &str,
        #[case] to: Option<&str>,
    ) {
        let found = ConfigPath::from_folder(from, text).ok();
        assert_eq!(found.as_ref().map(ConfigPath::as_str), to);
    }

    /// Where a path leads, told by a walk through folders: above the root there is no way back.
    fn walked(from: &str, text: &str) -> Option<Vec<String>> {
        let mut at: Vec<String> = Vec::new();
        for part in from.split('/').chain(text.split('/')) {
            match part {
                "" | "." => {}
                ".." if at.is_empty() => return None,
                ".." => at.truncate(at.len() - 1),
                part => at.push(part.to_owned()),
            }
        }
        let is_named =
            |parts: &[String]| !parts.is_empty() && parts.iter().all(|part| !part.contains('\0'));
        (is_named(&at) && !text.starts_with('/')).then_some(at)
    }

    proptest! {
        #[test]
        fn nothing_leads_out(from in "([ab]{1,2}(/[ab.]?[ab]){0,3})?", text in "([ab]|\\.|\\.\\.|/|\\\\|\0){0,16}") {
            let found = ConfigPath::from_folder(&from, &text).ok();
            let parts = found.map(|path| path.as_str().split('/').map(str::to_owned).collect());
            prop_assert_eq!(parts, walked(&from, &text));
        }
    }
}
