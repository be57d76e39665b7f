//! Many files on all cores. Items are gathered into rounds; while the outcome of one round is taken
//! in, in order and by one thread, the next one is worked on by the others. So a database is filled
//! in the order of the items, memory holds two rounds however many there are, and no core waits.

use std::hash::{DefaultHasher, Hash, Hasher as _};

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use crate::FilesError;

/// Items of a round.
const ITEMS: usize = 256;

/// Bytes of a round, as its items say before they are worked on.
const BYTES: u64 = 4 << 20;

/// Works through items in rounds.
pub(crate) struct Rounds<T, R, W, I> {
    gathered: Vec<T>,
    bytes: u64,
    done: Vec<R>,
    work: W,
    take_in: I,
}

impl<T, R, W, I> Rounds<T, R, W, I>
where
    T: Send,
    R: Send,
    W: Fn(T) -> R + Sync,
    I: FnMut(R) -> Result<(), FilesError> + Send,
{
    /// `work` is done by any thread, `take_in` gets its outcomes one by one, in order.
    pub(crate) fn new(work: W, take_in: I) -> Self {
        Self {
            gathered: Vec::new(),
            bytes: 0,
            done: Vec::new(),
            work,
            take_in,
        }
    }

    /// Adds an item of about so many bytes.
    ///
    /// # Errors
    /// The first that taking in an earlier one answered.
    pub(crate) fn add(&mut self, item: T, bytes: u64) -> Result<(), FilesError> {
        self.gathered.push(item);
        self.bytes = self.bytes.saturating_add(bytes);
        if self.gathered.len() >= ITEMS || self.bytes >= BYTES {
            self.turn()?;
        }
        Ok(())
    }

    /// Works on what is left and takes all of it in.
    ///
    /// # Errors
    /// The first that taking in answered.
    pub(crate) fn end(mut self) -> Result<(), FilesError> {
        self.turn()?;
        self.turn()
    }

    fn turn(&mut self) -> Result<(), FilesError> {
        let (next, before) = (
            std::mem::take(&mut self.gathered),
            std::mem::take(&mut self.done),
        );
        self.bytes = 0;
        let (work, take_in) = (&self.work, &mut self.take_in);
        let (taken, done) = rayon::join(
            || before.into_iter().try_for_each(take_in),
            || next.into_par_iter().map(work).collect(),
        );
        self.done = done;
        taken
    }
}

/// Stands for a value among a hundred thousand others in eight bytes.
pub(crate) fn hash_of(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_come_in_the_order_of_the_items_and_none_is_lost() {
        for count in [0, 1, ITEMS - 1, ITEMS, ITEMS + 1, 5 * ITEMS + 7] {
            let mut taken = Vec::new();
            let mut rounds = Rounds::new(
                |n: usize| n * 2,
                |n| {
                    taken.push(n);
                    Ok(())
                },
            );
            for n in 0..count {
                rounds.add(n, 1).unwrap();
            }
            rounds.end().unwrap();
            assert!(taken.into_iter().eq((0..count).map(|n| n * 2)));
        }
    }

    #[test]
    fn large_items_make_short_rounds() {
        let worked = std::sync::atomic::AtomicUsize::new(0);
        let mut rounds = Rounds::new(
            |()| worked.fetch_add(1, std::sync::atomic::Ordering::Relaxed),
            |_| Ok(()),
        );
        rounds.add((), BYTES).unwrap();
        rounds.add((), 1).unwrap();
        drop(rounds);
        assert_eq!(worked.into_inner(), 1);
    }

    #[test]
    fn the_first_failure_ends_the_taking_in() {
        let mut taken = 0;
        let mut rounds = Rounds::new(
            |n: usize| n,
            |n| {
                taken += 1;
                if n == 3 {
                    Err(FilesError::Cancelled)
                } else {
                    Ok(())
                }
            },
        );
        for n in 0..10 {
            rounds.add(n, 1).unwrap();
        }
        assert!(matches!(rounds.end(), Err(FilesError::Cancelled)));
        assert_eq!(taken, 4);
    }
}
