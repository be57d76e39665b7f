//! Long texts: only the lines that differ are shown.

use std::time::Instant;

use similar::{ChangeTag, DiffOp, TextDiff};

use super::{DifferenceKind, shortened};

/// Texts with fewer lines are shown whole.
const WHOLE_LINES: usize = 4;

/// Comparing line by line is costly; texts longer than this, in bytes, are shown whole.
const COMPARED_BYTES: usize = 1 << 20;

/// The lines that differ with those around them, as `diff -u` shows them. Empty where nothing differs. After
/// `until` it is not looked for the least that differs any more: then it is a coarse answer, which a caller whose
/// clock is past that moment knows it to be.
pub fn line_difference(before: &str, after: &str, until: Instant) -> String {
    TextDiff::configure()
        .deadline(until)
        .diff_lines(before, after)
        .unified_diff()
        .context_radius(2)
        .to_string()
}

type Change = (DifferenceKind, Option<String>, Option<String>);

/// What changed from one text to another: the whole of short ones, groups of lines of long ones.
pub(super) fn changes(before: &str, after: &str) -> Vec<Change> {
    let long = before.lines().count().max(after.lines().count()) >= WHOLE_LINES;
    if !long || before.len() + after.len() > COMPARED_BYTES {
        return vec![changed(before, after)];
    }
    let diff = TextDiff::from_lines(before, after);
    let lines = |op: &DiffOp, tag: ChangeTag| -> String {
        let changes = diff.iter_changes(op).filter(|change| change.tag() == tag);
        changes.map(|change| change.value().to_owned()).collect()
    };
    diff.ops()
        .iter()
        .filter(|op| !matches!(op, DiffOp::Equal { .. }))
        .map(|op| changed(&lines(op, ChangeTag::Delete), &lines(op, ChangeTag::Insert)))
        .collect()
}

fn changed(before: &str, after: &str) -> Change {
    let side = |text: &str| {
        let text = text.strip_suffix('\n').unwrap_or(text);
        (!text.is_empty()).then(|| shortened(text))
    };
    let (before, after) = (side(before), side(after));
    let change = match (&before, &after) {
        (None, Some(_)) => DifferenceKind::Added,
        (Some(_), None) => DifferenceKind::Removed,
        _ => DifferenceKind::Changed,
    };
    (change, before, after)
}
