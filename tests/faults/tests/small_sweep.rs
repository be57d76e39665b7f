//! A small part of `make faults`: enough to see that the sweep works and that nothing obvious has
//! broken. Where programs may not be traced it says so and ends.

use anyhow::Result;
use flowkeep_faults::{Deed, Extent, can_trace, flowkeep, kill_runs, sweep};

#[expect(clippy::print_stdout, reason = "a test that did not run says so")]
fn killed_here_and_there(deed: Deed, every: usize) -> Result<()> {
    if !can_trace() {
        println!("strace is missing or may not trace here: nothing was killed");
        return Ok(());
    }
    let swept = sweep(
        &flowkeep()?,
        deed,
        Extent {
            every,
            all_calls: false,
        },
    )?;
    assert!(swept.kills >= 10, "{swept:?}");
    assert_eq!(swept.failures, Vec::<String>::new());
    Ok(())
}

#[test]
fn a_killed_backup_leaves_nothing_that_looks_like_one() -> Result<()> {
    killed_here_and_there(Deed::Backup, 29)
}

#[test]
fn a_killed_restore_is_all_or_nothing() -> Result<()> {
    killed_here_and_there(Deed::Restore, 23)
}

#[test]
fn a_killed_undo_is_all_or_nothing() -> Result<()> {
    killed_here_and_there(Deed::Undo, 13)
}

#[test]
fn runs_whose_engine_is_killed_lose_and_repeat_nothing() -> Result<()> {
    let killed = kill_runs(&flowkeep()?, 12, 7)?;
    assert_eq!(killed.failures, Vec::<String>::new());
    assert_eq!(killed.kills % 12, 0);
    assert!(killed.runs > 27, "{killed:?}");
    Ok(())
}
