//! Full disks: small file systems in memory, which only root mounts and not in every container.

use anyhow::Result;
use flowkeep_faults::{flowkeep, full_disks};

#[test]
#[ignore = "only root may mount"]
fn a_full_disk_is_said_and_loses_nothing() -> Result<()> {
    let tried = full_disks(&flowkeep()?, 6)?;
    assert_eq!(tried.failures, Vec::<String>::new());
    Ok(())
}
