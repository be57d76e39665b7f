//! Where a file in a watched folder came from: from outside, or from a run that this folder started.
//! A workflow that puts what it makes into the folder it watches would start itself all night.
//!
//! Nobody is told who wrote a file, so its time has to say it: one that changed while no run of the
//! folder was under way came from outside. Of the others no single one proves anything, because many
//! files are also put there while the first of them is being worked on. Where too many in a row came
//! so, the next waits until all is quiet and then starts alone: if anything comes into the folder
//! during that one run, the workflow feeds itself, and nothing of it starts. If nothing does, all goes
//! on.

use flowkeep_core::run::Moment;
use flowkeep_store::ArrivalRun;

use crate::starting::LONGEST_CHAIN;

/// So many runs may lead to one, each by a file that came in its time, before that is doubted. Below
/// the longest chain, so that what listens to the end of such a run still starts.
const DOUBTED: u32 = LONGEST_CHAIN / 2;

/// The chain of a run that started alone to find out.
const ALONE: u32 = DOUBTED + 1;

/// So many files in a row may come while others of the folder are worked on before that is doubted:
/// a run that puts two files there doubles, and a long chain of that is very many runs.
const IN_A_ROW: usize = 200;

/// How long nothing of the folder has to be under way before one run starts alone, and after it.
const QUIET_MS: i64 = 30_000;

/// The clock of the folder's disk may differ from ours by so much.
const SLACK_MS: i64 = 1_000;

/// What is to become of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// It starts a run; so many led to it.
    Starts(u32),
    /// It is looked at again once more is known.
    Doubted,
}

/// Whether the run that was started alone was under way when a file changed: it brought it.
pub(super) fn is_own(runs: &[ArrivalRun], changed: Moment) -> bool {
    let mut over = runs.iter().filter(|run| spans(run, changed));
    over.any(|run| run.chain == ALONE)
}

/// What the runs of a folder, the newest first, say of a file that changed then and is not their own
/// ([`is_own`]); `is_proved` says that some file there is.
pub(super) fn origin(runs: &[ArrivalRun], is_proved: bool, changed: Moment, now: Moment) -> Origin {
    let over = || runs.iter().filter(|run| spans(run, changed));
    let Some(chain) = over().map(|run| run.chain.saturating_add(1)).min() else {
        return Origin::Starts(0);
    };
    let in_a_row = runs.iter().take_while(|run| run.chain > 0).count();
    if chain <= DOUBTED && in_a_row < IN_A_ROW {
        return Origin::Starts(chain);
    }
    let mut later = runs.iter().filter(|run| run.made > changed);
    if later.any(|run| run.chain == 0) {
        // Something came from outside after it, so more than these runs put files there.
        return Origin::Starts(0);
    }
    let is_quiet = runs.iter().all(|run| match run.until {
        Some(until) => now.0.saturating_sub(until.0) >= QUIET_MS,
        None => run.rests,
    });
    if is_proved || !is_quiet {
        return Origin::Doubted;
    }
    let mut later = runs.iter().filter(|run| run.made > changed);
    // One that started alone since then brought nothing.
    let is_cleared = later.any(|run| run.chain == ALONE);
    Origin::Starts(if is_cleared { 0 } else { ALONE })
}

fn spans(run: &ArrivalRun, changed: Moment) -> bool {
    let Some(from) = run.from else {
        return false;
    };
    let begun = from.0.saturating_sub(SLACK_MS) <= changed.0;
    let ended = run.until.map_or(run.rests, |until| {
        until.0.saturating_add(SLACK_MS) < changed.0
    });
    begun && !ended
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const LATER: Moment = Moment(10_000_000);

    /// Runs of this chain, each under way in its time; the newest first, as they are kept.
    fn runs(of: &[(u32, i64, Option<i64>)]) -> Vec<ArrivalRun> {
        let run = |(chain, from, until): &(u32, i64, Option<i64>)| ArrivalRun {
            from: Some(Moment(*from)),
            until: until.map(Moment),
            ..ArrivalRun::made(*chain, Moment(*from))
        };
        of.iter().rev().map(run).collect()
    }

    /// A row of runs, each of which began when the one before put its file there.
    fn chain() -> Vec<(u32, i64, Option<i64>)> {
        let run = |at: u32| {
            let from = i64::from(at) * 10_000;
            (at, from, Some(from + 5_000))
        };
        (0..=DOUBTED).map(run).collect()
    }

    #[test]
    fn what_comes_while_nothing_is_under_way_is_from_outside() {
        let kept = runs(&[(0, 0, Some(5_000)), (3, 60_000, None)]);
        let of = |at| origin(&kept, false, Moment(at), LATER);
        assert_eq!(of(3_000), Origin::Starts(1));
        assert_eq!(of(30_000), Origin::Starts(0));
        assert_eq!(of(70_000), Origin::Starts(4));
        // One that is queued has put nothing anywhere.
        let queued = [ArrivalRun::made(3, Moment(0))];
        assert_eq!(
            origin(&queued, false, Moment(70_000), LATER),
            Origin::Starts(0)
        );
    }

    #[test]
    fn a_long_row_is_doubted_until_one_has_started_alone() {
        let mut kept = chain();
        let own = Moment(i64::from(DOUBTED) * 10_000 + 4_000);
        let ended = own.0 + 1_000;
        let at = |kept: &[_], now| origin(&runs(kept), false, own, Moment(now));
        assert_eq!(at(&kept, ended + QUIET_MS - 1), Origin::Doubted);
        assert_eq!(at(&kept, ended + QUIET_MS), Origin::Starts(ALONE));
        // It is under way, and has then brought nothing for long enough.
        let alone = ended + QUIET_MS;
        kept.push((ALONE, alone, None));
        assert_eq!(at(&kept, LATER.0), Origin::Doubted);
        kept.pop();
        kept.push((ALONE, alone, Some(alone + 5_000)));
        assert_eq!(at(&kept, alone + 5_001), Origin::Doubted);
        assert_eq!(at(&kept, LATER.0), Origin::Starts(0));
        // It has brought one.
        let kept = runs(&kept);
        assert!(is_own(&kept, Moment(alone + 4_000)));
        assert!(!is_own(&kept, own));
        assert_eq!(origin(&kept, true, own, LATER), Origin::Doubted);
    }

    #[test]
    fn what_comes_from_outside_clears_those_that_are_doubted() {
        let mut kept = chain();
        let own = Moment(i64::from(DOUBTED) * 10_000 + 4_000);
        kept.push((0, own.0 + 20_000, None));
        assert_eq!(
            origin(&runs(&kept), true, own, Moment(own.0 + 20_001)),
            Origin::Starts(0)
        );
    }

    #[test]
    fn runs_that_double_are_doubted_before_their_chain_is_long() {
        let mut kept = vec![(0, 0, None)];
        kept.extend((0..i64::try_from(IN_A_ROW).unwrap()).map(|at| (1, at, None)));
        let of = |kept: &[_]| origin(&runs(kept), false, Moment(5_000), Moment(6_000));
        assert_eq!(of(&kept), Origin::Doubted);
        kept.pop();
        assert_eq!(of(&kept), Origin::Starts(1));
    }

    /// A folder and its runs, second by second: who puts files there, how long a run takes, and how many
    /// files each brings in its midst.
    struct Folder {
        takes: i64,
        brings: usize,
        /// Files that lie there, by when they came.
        lying: Vec<Moment>,
        /// The newest first.
        runs: Vec<ArrivalRun>,
    }

    impl Folder {
        fn new(takes: i64, brings: usize) -> Self {
            Self {
                takes,
                brings,
                lying: Vec::new(),
                runs: Vec::new(),
            }
        }

        fn pass(&mut self, now: Moment) {
            for run in &mut self.runs {
                if run.until.is_none() && now.0 - run.made.0 >= self.takes {
                    run.until = Some(now);
                }
                if now.0 - run.made.0 == self.takes / 2 {
                    self.lying.extend(vec![now; self.brings]);
                }
            }
            let (own, others): (Vec<_>, Vec<_>) = std::mem::take(&mut self.lying)
                .into_iter()
                .partition(|changed| is_own(&self.runs, *changed));
            for changed in others {
                // It has to lie there for a while.
                let starts = match origin(&self.runs, !own.is_empty(), changed, now) {
                    Origin::Starts(chain) if now.0 - changed.0 >= 2_000 => chain,
                    Origin::Starts(_) | Origin::Doubted => {
                        self.lying.push(changed);
                        continue;
                    }
                };
                let run = ArrivalRun {
                    from: Some(now),
                    ..ArrivalRun::made(starts, now)
                };
                self.runs.insert(0, run);
            }
            self.lying.extend(own);
        }
    }

    const SECOND: i64 = 1_000;

    #[rstest]
    #[case::one_after_the_other(1, 8)]
    #[case::many_at_once(7, 1)]
    #[case::more_than_are_done(60, 1)]
    fn what_many_put_there_for_long_all_starts(#[case] takes: i64, #[case] every: i64) {
        let mut folder = Folder::new(takes * SECOND, 0);
        let files = 250;
        for second in 0..files * every + 300 {
            if second % every == 0 && second / every < files {
                folder.lying.push(Moment(second * SECOND));
            }
            folder.pass(Moment(second * SECOND));
        }
        assert_eq!(folder.runs.len(), usize::try_from(files).unwrap());
    }

    #[rstest]
    #[case::a_file_each(1, 4)]
    #[case::two_files_each(2, 4)]
    #[case::for_long(1, 20)]
    fn what_feeds_itself_comes_to_an_end(#[case] brings: usize, #[case] takes: i64) {
        let mut folder = Folder::new(takes * SECOND, brings);
        folder.lying.push(Moment(0));
        let seconds = |from: i64, until: i64| (from..until).map(|second| Moment(second * SECOND));
        seconds(0, 600).for_each(|now| folder.pass(now));
        let ended = folder.runs.len();
        assert!(ended < 2 * IN_A_ROW, "{ended}");
        seconds(600, 800).for_each(|now| folder.pass(now));
        assert_eq!(folder.runs.len(), ended);
        assert!(folder.lying.iter().any(|at| is_own(&folder.runs, *at)));
        // One more from outside does not let all that is doubted go on for ever either.
        folder.lying.push(Moment(800 * SECOND));
        seconds(800, 1_600).for_each(|now| folder.pass(now));
        let once_more = folder.runs.len();
        assert!(
            once_more > ended && once_more < 10 * IN_A_ROW,
            "{once_more}"
        );
    }
}
