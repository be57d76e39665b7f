//! Killed by `strace`, which containers may forbid.

use anyhow::Result;
use flowkeep_faults::{
    Deed, Extent, SessionDeed, flowkeep, sweep, sweep_folder, sweep_in_place, sweep_put_back,
    sweep_sessions,
};

fn killed_here_and_there(deed: Deed, every: usize) -> Result<()> {
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
#[ignore = "strace has to be there and to be allowed to trace"]
fn a_killed_backup_leaves_nothing_that_looks_like_one() -> Result<()> {
    killed_here_and_there(Deed::Backup, 29)
}

#[test]
#[ignore = "strace has to be there and to be allowed to trace"]
fn a_killed_restore_is_all_or_nothing() -> Result<()> {
    killed_here_and_there(Deed::Restore, 23)
}

#[test]
#[ignore = "strace has to be there and to be allowed to trace"]
fn a_killed_undo_is_all_or_nothing() -> Result<()> {
    killed_here_and_there(Deed::Undo, 13)
}

#[test]
#[ignore = "strace has to be there and to be allowed to trace"]
fn a_killed_archive_of_a_task_folder_loses_no_file() -> Result<()> {
    let swept = sweep_folder(&flowkeep()?, 12, 4)?;
    assert!(swept.kills >= 20, "{swept:?}");
    assert_eq!(swept.failures, Vec::<String>::new());
    Ok(())
}

#[test]
#[ignore = "strace has to be there and to be allowed to trace"]
fn a_killed_putting_back_is_all_or_nothing_and_loses_no_file() -> Result<()> {
    let swept = sweep_put_back(&flowkeep()?, 8, 3)?;
    assert!(swept.kills >= 20, "{swept:?}");
    assert_eq!(swept.failures, Vec::<String>::new());
    Ok(())
}

fn session_killed(deed: SessionDeed) -> Result<()> {
    let swept = sweep_sessions(&flowkeep()?, deed, 2)?;
    assert!(swept.kills >= 10, "{swept:?}");
    assert_eq!(swept.failures, Vec::<String>::new());
    Ok(())
}

#[test]
#[ignore = "strace has to be there and to be allowed to trace"]
fn a_killed_snapshot_counts_what_is_there_and_loses_none() -> Result<()> {
    session_killed(SessionDeed::Snapshot)
}

#[test]
#[ignore = "strace has to be there and to be allowed to trace"]
fn a_killed_forgetting_of_a_session_takes_nothing_of_another() -> Result<()> {
    session_killed(SessionDeed::Forget)
}

#[test]
#[ignore = "strace has to be there and to be allowed to trace"]
fn a_killed_move_of_the_store_leaves_it_whole_at_one_place() -> Result<()> {
    session_killed(SessionDeed::MoveStore)
}

#[test]
#[ignore = "strace has to be there and to be allowed to trace"]
fn files_of_a_session_that_are_put_back_are_all_as_they_were_or_all_back() -> Result<()> {
    let swept = sweep_in_place(&flowkeep()?, 4, 3)?;
    assert!(swept.kills >= 20, "{swept:?}");
    assert_eq!(swept.failures, Vec::<String>::new());
    Ok(())
}

#[test]
#[ignore = "strace has to be there and to be allowed to trace"]
fn a_killed_clean_up_of_snapshots_takes_none_that_stays() -> Result<()> {
    session_killed(SessionDeed::CleanUp)
}

#[test]
#[ignore = "strace has to be there and to be allowed to trace"]
fn a_killed_check_of_snapshots_mends_what_is_damaged_when_it_is_made_again() -> Result<()> {
    session_killed(SessionDeed::Scrub)
}

#[test]
#[ignore = "strace has to be there and to be allowed to trace"]
fn a_killed_import_of_session_files_is_done_when_it_is_made_again() -> Result<()> {
    session_killed(SessionDeed::Import)
}
