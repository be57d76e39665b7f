//! How busy each data source is, so that the least loaded is taken (requirement 002, sections 4.2 and
//! 5.3): attempts that wait for their turn on it count like those under way, or all that become ready
//! in one round would go to the same one.
//!
//! Absent on purpose: how many connections a source has open (`sources`).

use std::collections::HashMap;
use std::sync::Arc;

/// What one attempt takes up of a source, for as long as this is kept.
#[derive(Debug)]
pub(crate) struct Share(#[expect(dead_code, reason = "it counts by being there")] Arc<()>);

/// How many shares of each source are kept.
#[derive(Debug, Default)]
pub(crate) struct Loads(HashMap<String, Arc<()>>);

impl Loads {
    /// How many attempts a source has.
    pub(crate) fn of(&self, source: &str) -> u64 {
        self.0.get(source).map_or(0, count)
    }

    /// How many each has.
    pub(crate) fn all(&self) -> HashMap<String, u64> {
        let all = self.0.iter();
        all.map(|(source, own)| (source.clone(), count(own)))
            .collect()
    }

    /// Gives one attempt more to a source.
    pub(crate) fn take(&mut self, source: &str) -> Share {
        Share(Arc::clone(self.0.entry(source.to_owned()).or_default()))
    }
}

fn count(own: &Arc<()>) -> u64 {
    u64::try_from(Arc::strong_count(own) - 1).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_counts_for_as_long_as_it_is_kept() {
        let mut loads = Loads::default();
        assert_eq!(loads.of("shop"), 0);
        let (one, two) = (loads.take("shop"), loads.take("shop"));
        assert_eq!((loads.of("shop"), loads.of("other")), (2, 0));
        drop(one);
        assert_eq!(loads.of("shop"), 1);
        drop(two);
        assert_eq!(loads.of("shop"), 0);
    }
}
