//! Names that point to other parts of a document, and near names for those that point nowhere.

use std::collections::HashMap;

use super::{Severity, Validation};
use crate::Message;
use crate::shape::{Item, Reference};

/// Targets that every earlier tool knows without a part of that name (decisions, "Across all
/// five" 3).
const PSEUDO: [&str; 7] = [
    "complete",
    "completed",
    "start",
    "end",
    "__start__",
    "__end__",
    "finish",
];

/// Looking for near names is quadratic; beyond this many unknown ones nobody reads them.
const SUGGESTIONS: usize = 50;

/// What can be pointed to: ids, and where each stands first.
#[derive(Debug, Default)]
pub(crate) struct Known<'i> {
    positions: HashMap<&'i str, usize>,
    names: HashMap<&'i str, usize>,
    suggested: usize,
}

impl<'i> Known<'i> {
    /// The ids of these items; says which id stands twice.
    pub(crate) fn of(items: &'i [Item<'_>], part: &str, validation: &mut Validation) -> Self {
        let mut known = Self::default();
        for (position, item) in items.iter().enumerate() {
            if let Some(name) = item.name() {
                known.names.entry(name).or_insert(position);
            }
            let Some(id) = item.id() else { continue };
            if known.positions.contains_key(id) {
                let path = format!("{}/id", item.pointer);
                let message = Message::new("duplicate_id")
                    .with("id", id)
                    .with("part", part);
                validation.error(path, message);
            } else {
                known.positions.insert(id, position);
            }
        }
        known
    }

    /// Where the item of this id stands.
    pub(super) fn position(&self, id: &str) -> Option<usize> {
        self.positions.get(id).copied()
    }

    /// Reports a reference to an id that is not there.
    pub(super) fn check_id(
        &mut self,
        severity: Severity,
        reference: &Reference<'_>,
        validation: &mut Validation,
    ) {
        if !self.positions.contains_key(reference.target) {
            self.report(severity, reference, validation);
        }
    }

    /// Reports a reference to neither an id, a name, nor a pseudo target.
    pub(super) fn check_target(
        &mut self,
        severity: Severity,
        reference: &Reference<'_>,
        validation: &mut Validation,
    ) {
        let target = reference.target;
        let known = target.is_empty()
            || self.positions.contains_key(target)
            || self.names.contains_key(target)
            || PSEUDO.contains(&target.to_ascii_lowercase().as_str());
        if !known {
            self.report(severity, reference, validation);
        }
    }

    fn report(
        &mut self,
        severity: Severity,
        reference: &Reference<'_>,
        validation: &mut Validation,
    ) {
        let target = reference.target;
        let suggestion = if self.suggested < SUGGESTIONS {
            self.suggested += 1;
            nearest(target, self.positions.keys().copied())
        } else {
            None
        };
        let message = match suggestion {
            Some(near) => Message::new("unknown_reference_suggestion").with("suggestion", near),
            None => Message::new("unknown_reference"),
        };
        validation.report(
            severity,
            reference.pointer.clone(),
            message.with("target", target),
        );
    }
}

/// The known word nearest to this one, when it is near enough to be meant.
pub(super) fn nearest<'w>(word: &str, known: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    let length = word.chars().count();
    if length > 64 {
        return None;
    }
    let allowed = (length / 3).clamp(1, 3);
    known
        .filter(|other| other.chars().count().abs_diff(length) <= allowed)
        .map(|other| (distance(word, other), other))
        .filter(|&(distance, _)| distance <= allowed && distance < length)
        .min()
        .map(|(_, other)| other)
}

/// Edits between two words: insert, remove, replace, swap neighbours. Case counts for nothing, so
/// that a word in the wrong case is the nearest of all.
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().flat_map(char::to_lowercase).collect();
    let right: Vec<char> = right.chars().flat_map(char::to_lowercase).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (row, &a) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, &b) in right.iter().enumerate() {
            let replaced = above[column] + usize::from(a != b);
            let mut best = replaced.min(above[column + 1] + 1).min(current[column] + 1);
            let swapped = row > 0 && column > 0 && a == right[column - 1] && left[row - 1] == b;
            if swapped {
                best = best.min(before[column - 1] + 1);
            }
            current.push(best);
        }
        before = std::mem::replace(&mut above, current);
    }
    above[right.len()]
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("extrat", Some("extract"))]
    #[case("laod", Some("load"))]
    #[case("Check", Some("check"))]
    #[case("提取数剧", Some("提取数据"))]
    #[case("publish", None)]
    #[case("x", None)]
    fn near_names(#[case] word: &str, #[case] expected: Option<&str>) {
        let known = ["extract", "load", "check", "提取数据", "y"];
        assert_eq!(nearest(word, known.into_iter()), expected);
    }
}
