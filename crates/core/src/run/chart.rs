//! Runs along the time of a calendar: what lies so close that it cannot be told apart is one chunk.

/// Some runs, from when to when.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
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
    /// How many of them were cancelled.
    pub cancelled: u32,
    /// How many have not ended.
    pub open: u32,
    /// How many of those wait for a person.
    pub waiting: u32,
    /// How many of those that wait for a person were broken off.
    pub interrupted: u32,
    /// How many of those that have not ended are paused.
    pub paused: u32,
    /// How many of those that have not ended wait for their turn.
    pub queued: u32,
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

/// Where in a row runs failed, by when they were made: drawn over the chunks, so that one failure is seen among many
/// that did not.
pub fn failures(spans: &[Span], since: i64, bucket: i64) -> Vec<Span> {
    let failed = spans.iter().filter(|span| span.failed > 0);
    let made = failed.map(|span| Span {
        to: span.from.max(span.made_until - 1),
        ..*span
    });
    chunks(made.collect(), since, bucket)
}

/// What has not ended: what waits for a person, what is paused and what is at work are never one chunk, for all of it
/// reaches to now and would hide who is waited for.
pub fn unended(spans: Vec<Span>, since: i64, bucket: i64) -> Vec<Span> {
    let (waiting, others): (Vec<_>, Vec<_>) = spans.into_iter().partition(|span| span.waiting > 0);
    let (paused, at_work): (Vec<_>, Vec<_>) = others.into_iter().partition(|span| span.paused > 0);
    let kinds = [waiting, paused, at_work].into_iter();
    let mut apart: Vec<_> = kinds
        .flat_map(|spans| chunks(spans, since, bucket))
        .collect();
    apart.sort_by_key(|span| span.from);
    apart
}

impl Span {
    fn join(&mut self, other: Self) {
        self.from = self.from.min(other.from);
        self.made_until = self.made_until.max(other.made_until);
        self.to = self.to.max(other.to);
        self.runs = self.runs.saturating_add(other.runs);
        self.failed = self.failed.saturating_add(other.failed);
        self.cancelled = self.cancelled.saturating_add(other.cancelled);
        self.open = self.open.saturating_add(other.open);
        self.waiting = self.waiting.saturating_add(other.waiting);
        self.interrupted = self.interrupted.saturating_add(other.interrupted);
        self.paused = self.paused.saturating_add(other.paused);
        self.queued = self.queued.saturating_add(other.queued);
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
            cancelled: u32::from(from % 3 == 1),
            open: 0,
            waiting: u32::from(from % 5 == 0),
            ..Span::default()
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

    #[test]
    fn a_failure_among_many_is_where_it_was_made() {
        let mut spans: Vec<_> = (1..=50).map(|at| span(at * 10, at * 10 + 9)).collect();
        for span in &mut spans {
            span.failed = u32::from(span.from == 220);
        }
        spans.push(span(3, 700));
        let seen = |spans: Vec<Span>| -> Vec<_> {
            let spans = spans.into_iter();
            spans
                .map(|span| (span.from, span.to, span.runs, span.failed))
                .collect()
        };
        assert_eq!(seen(chunks(spans.clone(), 0, 10)), [(3, 700, 51, 2)]);
        assert_eq!(
            seen(failures(&spans, 0, 10)),
            [(3, 3, 1, 1), (220, 220, 1, 1)]
        );
    }

    #[test]
    fn what_waits_is_not_one_with_what_is_at_work() {
        let open = |from, waiting, paused| Span {
            open: 1,
            waiting,
            paused,
            ..span(from, 1000)
        };
        let spans = vec![
            open(3, 1, 0),
            open(40, 0, 0),
            open(60, 0, 1),
            open(90, 1, 0),
            open(95, 0, 0),
        ];
        let seen: Vec<_> = unended(spans, 0, 10)
            .iter()
            .map(|chunk| {
                let kinds = (chunk.waiting, chunk.paused);
                (chunk.from, chunk.made_until, chunk.runs, kinds)
            })
            .collect();
        assert_eq!(
            seen,
            [(3, 91, 2, (2, 0)), (40, 96, 2, (0, 0)), (60, 61, 1, (0, 1))]
        );
    }

    proptest! {
        #[test]
        fn every_run_is_in_one_chunk_and_chunks_are_a_bucket_apart(
            spans in prop::collection::vec((0..10_000_i64, 0..2_000_i64), 0..60), since in -500..500_i64, bucket in 1..800_i64,
        ) {
            let spans: Vec<_> = spans.into_iter().map(|(from, length)| span(from, from + length)).collect();
            let chunks = chunks(spans.clone(), since, bucket);
            let count = |one: fn(&Span) -> u32| (chunks.iter().map(one).sum::<u32>(), spans.iter().map(one).sum::<u32>());
            let counts: [fn(&Span) -> u32; 4] = [|span| span.runs, |span| span.failed, |span| span.cancelled, |span| span.waiting];
            for (chunked, there) in counts.map(count) {
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
