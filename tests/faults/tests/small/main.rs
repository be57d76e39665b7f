//! A small part of `make faults`: enough to see that the sweeps work and that nothing obvious has broken.

use anyhow::Result;
use flowkeep_faults::{flowkeep, kill_runs};

mod needs_mounts;
mod needs_strace;

#[test]
fn runs_whose_engine_is_killed_lose_and_repeat_nothing() -> Result<()> {
    let killed = kill_runs(&flowkeep()?, 12, 7)?;
    assert_eq!(killed.failures, Vec::<String>::new());
    assert_eq!(killed.kills % 12, 0);
    assert!(killed.runs > 27, "{killed:?}");
    Ok(())
}
