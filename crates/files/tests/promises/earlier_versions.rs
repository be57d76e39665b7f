//! What earlier versions wrote is read for ever (reliability, row 39). The fixtures are never made
//! anew: a writer and a reader that change together would pass every other test.

use std::path::Path;

use flowkeep_core::Kind;
use flowkeep_files::prove;
use flowkeep_host::Unfollowed;

use crate::catalog::{Catalog, document_files};

/// Four documents with a revision, a run, entries of another program, agents and a setting.
#[test]
fn a_backup_of_format_1_comes_in_whole() {
    let backup = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/backup-1");
    let catalog = Catalog::new();
    let proof = prove(&backup, &catalog.scratch(), &Unfollowed).unwrap();
    assert_eq!((proof.damaged, proof.unlisted), (vec![], vec![]));

    let (mut staging, _) = catalog.plan(&backup).unwrap();
    let done = catalog.apply(&mut staging);
    assert_eq!((done.imported, done.failed), (4, 0));
    assert_eq!(
        (done.operations, done.settings, done.runs, done.log),
        (4, 2, 1, 2)
    );
    let texts = catalog.texts();
    let nightly = &texts[&(Kind::Workflow, "nightly".to_owned())];
    assert!(nightly.contains(r#""priority": 1.0, "account": 12345678901234567890,"#));
    assert!(nightly.contains("Wait a little"));
    let year = &texts[&(Kind::Roadmap, "year".to_owned())];
    assert!(year.contains("Year  # kept as it came\n"));
    let again = catalog.back_up();
    assert_eq!(document_files(&again.folder), document_files(&backup));
}

/// As the first version with runs wrote it: without what other programs record, agents and the number
/// of each run's rows. Four documents, one of them with a revision, and two runs.
#[test]
fn a_backup_from_before_the_log_comes_in_whole() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let backup = fixtures.join("backup-1-before-log");
    let catalog = Catalog::new();
    let proof = prove(&backup, &catalog.scratch(), &Unfollowed).unwrap();
    assert_eq!((proof.damaged, proof.unlisted), (vec![], vec![]));

    let (mut staging, _) = catalog.plan(&backup).unwrap();
    let done = catalog.apply(&mut staging);
    assert_eq!((done.imported, done.failed), (4, 0));
    assert_eq!((done.operations, done.runs, done.log), (2, 2, 0));
    let texts = catalog.texts();
    let nightly = &texts[&(Kind::Workflow, "nightly".to_owned())];
    assert!(nightly.contains(r#""priority": 1.0, "account": 12345678901234567890,"#));
    let again = catalog.back_up();
    assert_eq!(document_files(&again.folder), document_files(&backup));
}
