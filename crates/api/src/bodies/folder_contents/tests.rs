use std::fs;
use std::path::Path;

use super::*;
use crate::Silent;
use crate::bodies::folders::{archive, archives};
use crate::testing::{adopt, keep_workflow};
use crate::types::{FolderArchiveInput, FolderMade, FolderRef};

/// A folder that a workflow's runs work in.
fn made(api: &Api, path: &Path) -> FolderMade {
    let text = r#"{"id": "describe", "name": "Describe", "tasks": [
        {"id": "look", "name": "Look", "action": "manual", "params": {"instruction": "Look"}}]}"#;
    keep_workflow(api, text);
    fs::create_dir(path).unwrap();
    adopt(api, "describe", path)
}

#[test]
fn an_archive_opens_to_its_files_and_leads_nowhere_else() {
    let root = tempfile::tempdir().unwrap();
    let api = crate::testing::open(&root.path().join("data"));
    let path = root.path().canonicalize().unwrap().join("task");
    let id = made(&api, &path).id;
    fs::write(path.join("orders.ddl"), "CREATE TABLE orders();").unwrap();
    let input = FolderArchiveInput {
        id: id.clone(),
        continue_anyway: false,
    };
    let name = archive(&api, input, &Silent).unwrap().archive.unwrap();
    let show = |archive: &str| {
        archive_show(
            &api,
            FolderArchiveRef {
                id: id.clone(),
                archive: archive.to_owned(),
            },
        )
    };
    let shown = show(&name).unwrap();
    assert_eq!(shown.path, path_text(&path.join(&name)));
    assert_eq!((shown.files.len(), shown.files[0].how), (1, Some("moved")));
    let listed = archives(&api, FolderRef { id: id.clone() }).unwrap();
    assert!(!listed.items[0].earlier && listed.items[0].run.is_none());
    assert_eq!(place(&api, &id, Some(&name)).unwrap(), path.join(&name));
    assert_eq!(place(&api, &id, None).unwrap(), path);
    for elsewhere in ["..", "/etc", "file_bak_1", "orders.ddl"] {
        assert_eq!(show(elsewhere).unwrap_err().code, "archive_unknown");
        let refused = place(&api, &id, Some(elsewhere)).unwrap_err();
        assert_eq!(refused.code, "archive_unknown");
    }
}

#[test]
fn a_list_is_shown_before_it_is_put_and_only_what_was_shown_is_put() {
    let root = tempfile::tempdir().unwrap();
    let api = crate::testing::open(&root.path().join("data"));
    let path = root.path().canonicalize().unwrap().join("task");
    let id = made(&api, &path).id;
    let file = root.path().join("tables.txt");
    // 表一, in GBK.
    fs::write(&file, b"\xb1\xed\xd2\xbb, t2\n# notes\nt2\n").unwrap();
    let from = || ChosenPlace::Path(file.clone());
    let look = || {
        table_list(
            &api,
            FolderTableListInput {
                id: id.clone(),
                from: from(),
            },
        )
    };
    let put = |sha256| {
        put_table_list(
            &api,
            FolderPutTableListInput {
                id: id.clone(),
                from: from(),
                sha256,
            },
        )
    };
    let plan = look().unwrap();
    assert_eq!(plan.names, ["表一", "t2"]);
    assert_eq!(plan.dropped.len(), 1);
    assert!(!plan.replaces && !plan.same);
    assert!(!path.join("table_list.txt").exists());
    assert_eq!(put(plan.sha256).unwrap().kept_as, None);
    assert_eq!(
        fs::read(path.join("table_list.txt")).unwrap(),
        fs::read(&file).unwrap()
    );
    assert!(look().unwrap().same);
    fs::write(&file, "t3\n").unwrap();
    assert_eq!(put(plan.sha256).unwrap_err().code, "plan_changed");
    let plan = look().unwrap();
    assert!(plan.replaces && !plan.same);
    let kept = put(plan.sha256).unwrap().kept_as.unwrap();
    assert!(path.join(kept).is_file());
    fs::write(&file, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").unwrap();
    let refused = look().unwrap_err();
    assert_eq!(refused.code, "table_list_unreadable");
    assert_eq!(refused.because.unwrap().code, "encoding_unknown");
}

#[test]
fn the_tables_of_a_folder_are_those_of_its_list_in_whatever_capitals() {
    let root = tempfile::tempdir().unwrap();
    let api = crate::testing::open(&root.path().join("data"));
    let path = root.path().canonicalize().unwrap().join("task");
    let id = made(&api, &path).id;
    let look = || tables(&api, FolderRef { id: id.clone() });
    let none = look().unwrap();
    assert_eq!((none.path, none.encoding), (None, None));
    let list = path.join("Table_List.TXT");
    fs::write(&list, "orders\ntwo words\n").unwrap();
    let there = look().unwrap();
    assert_eq!(there.path, Some(path_text(&list)));
    assert_eq!(
        (there.tables, there.dropped.len()),
        (vec!["orders".to_owned()], 1)
    );
    // What is too long for a run is too long here, and can be replaced all the same.
    fs::write(&list, vec![b'a'; 1_000_001]).unwrap();
    let refused = look().unwrap_err();
    assert_eq!(refused.because.unwrap().code, "table_list_long");
    let file = root.path().join("tables.txt");
    let put = |text: &str| {
        fs::write(&file, text).unwrap();
        let input = FolderPutTableListInput {
            id: id.clone(),
            from: ChosenPlace::Path(file.clone()),
            sha256: Sha256::of(text.as_bytes()),
        };
        put_table_list(&api, input)
    };
    let refused = put("# none yet\n").unwrap_err();
    assert_eq!(refused.because.unwrap().code, "table_list_empty");
    assert!(put("customers\n").unwrap().kept_as.is_some());
    assert_eq!(look().unwrap().tables, ["customers"]);
    assert!(
        !path.join("table_list.txt").exists(),
        "the list keeps its name"
    );
}
