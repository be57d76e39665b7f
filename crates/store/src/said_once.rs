//! What is wrong with a row is said once and not at every look: some are looked at each second.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

/// More than this would be another trouble; then what was said before may be said again.
const MOST: usize = 1_000;

static SAID: Mutex<Option<HashSet<String>>> = Mutex::new(None);

/// Whether this has not been said in this process.
pub(crate) fn is_new(what: &str) -> bool {
    let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
    let said = said.get_or_insert_default();
    if said.len() >= MOST {
        said.clear();
    }
    said.insert(what.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_again_is_not_new() {
        assert!(is_new("a row of this test"));
        assert!(!is_new("a row of this test"));
    }
}
