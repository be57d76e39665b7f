//! Runs along the time of a calendar: what lies so close that it cannot be told apart is one chunk.

/// Some runs, from when to when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// When the first of them was made.
    pub from: i64,
    /// None of them was made at or after.
    pub made_until: i64,
    /// When the last of them ended.
    pub to: i64,
    /// How many.
    pub runs: u32,
    /// How many of them failed.
    pub failed: u32,
    /// How many have not ended.
    pub open: u32,
}

/// The spans of a row as they are drawn from `since` on with so many milliseconds to a bucket, which is as narrow as
/// anything can be seen: those that share a bucket, or touch, are one. They may come in any order.
pub fn chunks(mut spans: Vec<Span>, since: i64, bucket: i64) -> Vec<Span> {
    let place = |at: i64| (at - since).div_euclid(bucket.max(1));
    spans.sort_unstable_by_key(|span| (span.from, span.to));
    let mut chunks: Vec<Span> = Vec::new();
    for span in spans {
        match chunks.last_mut() {
            Some(last) if place(span.from) <= place(last.to) + 1 => last.join(span),
            _ => chunks.push(span),
        }
    }
    chunks
}

impl Span {
    fn join(&mut self, other: Self) {
        self.from = self.from.min(other.from);
        self.made_until = self.made_until.max(other.made_until);
        self.to = self.to.max(other.to);
        self.runs = self.runs.saturating_add(other.runs);
        self.failed = self.failed.saturating_add(other.failed);
        self.open = self.open.saturating_add(other.open);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn span(from: i64, to: i64) -> Span {
        Span {
            from,
            made_until: from + 1,
            to,
            runs: 1,
            failed: u32::from(from % 3 == 0),
            open: 0,
        }
    }

    #[test]
    fn what_touches_is_one_and_what_is_apart_is_not() {
        let spans = vec![
            span(0, 5),
            span(12, 14),
            span(100, 130),
            span(131, 132),
            span(170, 171),
        ];
        let chunks = chunks(spans, 0, 10);
        let seen: Vec<_> = chunks
            .iter()
            .map(|chunk| (chunk.from, chunk.to, chunk.runs))
            .collect();
        assert_eq!(seen, [(0, 14, 2), (100, 132, 2), (170, 171, 1)]);
    }

    proptest! {
        #[test]
        fn every_run_is_in_one_chunk_and_chunks_are_a_bucket_apart(
            spans in prop::collection::vec((0..10_000_i64, 0..2_000_i64), 0..60), since in -500..500_i64, bucket in 1..800_i64,
        ) {
            let spans: Vec<_> = spans.into_iter().map(|(from, length)| span(from, from + length)).collect();
            let chunks = chunks(spans.clone(), since, bucket);
            let count = |one: fn(&Span) -> u32| (chunks.iter().map(one).sum::<u32>(), spans.iter().map(one).sum::<u32>());
            for (chunked, there) in [count(|span| span.runs), count(|span| span.failed)] {
                prop_assert_eq!(chunked, there);
            }
            for span in &spans {
                let within = chunks.iter().filter(|chunk| chunk.from <= span.from && span.to <= chunk.to);
                prop_assert_eq!(within.count(), 1);
            }
            for pair in chunks.windows(2) {
                prop_assert!(pair[1].from - pair[0].to > bucket, "{:?}", pair);
            }
        }
    }
}
