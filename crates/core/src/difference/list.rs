//! Lists: which item is which, then what came, went, moved and changed.

use std::collections::HashMap;
use std::hash::Hash;

use super::{Comparison, DifferenceKind, Position, item_name, shown};
use crate::Value;

impl Comparison {
    pub(super) fn lists(&mut self, position: &Position, before: &[Value], after: &[Value]) {
        let kind = self.item_kind(&position.path);
        let pairs = pairs(kind, before, after);
        let stayed = stayed(&pairs);
        for (new, item) in after.iter().enumerate() {
            let here = position.item(&new.to_string(), kind.unwrap_or("item"), item);
            let Some(old) = pairs[new] else {
                self.came(&here, item);
                continue;
            };
            if !stayed[new] && !is_order_free(position) {
                let (from, to) = (Some((old + 1).to_string()), Some((new + 1).to_string()));
                if here.subject == position.subject {
                    self.push(
                        &here,
                        DifferenceKind::Moved,
                        shown(&before[old]),
                        shown(item),
                    );
                } else {
                    self.push(&here, DifferenceKind::Moved, from, to);
                }
            }
            self.values(&here, &before[old], item);
        }
        let mut kept = vec![false; before.len()];
        for old in pairs.iter().flatten() {
            kept[*old] = true;
        }
        for (old, item) in before.iter().enumerate().filter(|(old, _)| !kept[*old]) {
            let there = position.item(&old.to_string(), kind.unwrap_or("item"), item);
            self.went(&there, item);
        }
    }
}

/// Lists whose order says nothing.
fn is_order_free(position: &Position) -> bool {
    let last = position.field.rsplit('.').next().unwrap_or_default();
    matches!(
        last,
        "dependsOn" | "depends_on" | "dependencies" | "tags" | "labels" | "capabilities"
    )
}

/// For each later item, which earlier one it is.
fn pairs(kind: Option<&str>, before: &[Value], after: &[Value]) -> Vec<Option<usize>> {
    let mut pairs = vec![None; after.len()];
    let mut free = vec![true; before.len()];
    let id = |item: &Value| item.get("id").and_then(Value::as_word).map(str::to_owned);
    // An item keeps its name when its id changes, unless another item has the id already.
    let name = |item: &Value| item_name(kind.unwrap_or("item"), "0", item);
    let content = |item: &Value| Some(item.clone());
    match_by(id, before, after, &mut pairs, &mut free);
    match_by(name, before, after, &mut pairs, &mut free);
    match_by(content, before, after, &mut pairs, &mut free);
    // What is left at the same place is the same thing, changed, unless names say otherwise.
    for (at, pair) in pairs.iter_mut().enumerate() {
        let anonymous = |item: &Value| id(item).is_none() && name(item).is_none();
        if pair.is_none()
            && free.get(at) == Some(&true)
            && anonymous(&after[at])
            && anonymous(&before[at])
        {
            *pair = Some(at);
            free[at] = false;
        }
    }
    pairs
}

/// Pairs what is unpaired and has the same key, in order.
fn match_by<K: Eq + Hash>(
    key: impl Fn(&Value) -> Option<K>,
    before: &[Value],
    after: &[Value],
    pairs: &mut [Option<usize>],
    free: &mut [bool],
) {
    let mut waiting: HashMap<K, Vec<usize>> = HashMap::new();
    for (old, item) in before
        .iter()
        .enumerate()
        .rev()
        .filter(|(old, _)| free[*old])
    {
        if let Some(key) = key(item) {
            waiting.entry(key).or_default().push(old);
        }
    }
    for (item, pair) in after.iter().zip(pairs).filter(|(_, pair)| pair.is_none()) {
        let old = key(item).and_then(|key| waiting.get_mut(&key)?.pop());
        if let Some(old) = old {
            free[old] = false;
            *pair = Some(old);
        }
    }
}

/// Which later items did not move: the longest run of pairs in the earlier order, so that as few
/// as possible are said to have moved.
fn stayed(pairs: &[Option<usize>]) -> Vec<bool> {
    // `tails[n]` ends the best run of length n + 1 found so far.
    let mut tails: Vec<usize> = Vec::new();
    let mut previous: Vec<Option<usize>> = vec![None; pairs.len()];
    for (new, pair) in pairs.iter().enumerate() {
        let Some(old) = pair else { continue };
        let length = tails.partition_point(|&tail| pairs[tail].is_some_and(|tail| tail < *old));
        previous[new] = length.checked_sub(1).map(|at| tails[at]);
        if length == tails.len() {
            tails.push(new);
        } else {
            tails[length] = new;
        }
    }
    let mut stayed = vec![false; pairs.len()];
    let mut at = tails.last().copied();
    while let Some(new) = at {
        stayed[new] = true;
        at = previous[new];
    }
    stayed
}
