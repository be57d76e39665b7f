//! `.zip` files on import: what people and their tools put into them, and what is put in to harm.

use std::io::{Cursor, Write as _};

use flowkeep_core::MAX_DOCUMENT_BYTES;
use flowkeep_files::{FilesError, stage_files};
use flowkeep_host::{Cancellation, Progress, Unfollowed};
use flowkeep_store::{StagedGroup, Staging, StoreError};
use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, ZipArchive};

use crate::catalog::Catalog;

fn stored() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(CompressionMethod::Stored)
}

fn workflow(id: &str) -> String {
    format!(r#"{{"id": "{id}", "name": "{id}", "tasks": []}}"#)
}

fn archive(fill: impl FnOnce(&mut ZipWriter<Cursor<Vec<u8>>>)) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    fill(&mut writer);
    writer.finish().unwrap().into_inner()
}

fn add(writer: &mut ZipWriter<Cursor<Vec<u8>>>, name: &str, text: &str) {
    writer.start_file(name, stored()).unwrap();
    writer.write_all(text.as_bytes()).unwrap();
}

/// What an import met in this archive: each entry, and what is said of it.
fn met(bytes: &[u8], progress: &dyn Progress) -> Result<Vec<(String, String)>, FilesError> {
    let catalog = Catalog::new();
    let file = catalog.scratch().join("a.zip");
    std::fs::write(&file, bytes).unwrap();
    let mut staging = Staging::create(catalog.scratch().join("plan.db")).unwrap();
    stage_files(&[file], None, &mut staging, progress)?;
    staging
        .compare(&catalog.store, Cancellation::never())
        .unwrap();
    let mut all = Vec::new();
    staging
        .each_item::<StoreError>(|item| {
            let name = item.path.split_once('!').map_or("", |(_, name)| name);
            let said = match (item.group, item.reason) {
                (StagedGroup::New, _) => "new".to_owned(),
                (_, Some(reason)) => reason.code,
                (group, None) => format!("{group:?}"),
            };
            all.push((name.to_owned(), said));
            Ok(())
        })
        .unwrap();
    Ok(all)
}

fn told(bytes: &[u8]) -> Vec<(String, String)> {
    met(bytes, &Unfollowed).unwrap()
}

fn said(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(name, said): &(&str, &str)| ((*name).to_owned(), (*said).to_owned());
    pairs.iter().map(owned).collect()
}

/// The bytes with a stretch that stands in them as often as wanted exchanged for one as long.
fn exchanged(mut bytes: Vec<u8>, old: &[u8], new: &[u8], times: usize) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    let mut found = 0;
    for at in 0..=bytes.len() - old.len() {
        if &bytes[at..at + old.len()] == old {
            bytes[at..at + old.len()].copy_from_slice(new);
            found += 1;
        }
    }
    assert_eq!(found, times);
    bytes
}

#[test]
fn a_name_in_gbk_is_read_as_it_was_meant() {
    let bytes = archive(|writer| add(writer, "1234.json", &workflow("a")));
    // 周报 as older Windows tools write it, once before the content and once in the directory.
    let bytes = exchanged(bytes, b"1234.json", b"\xd6\xdc\xb1\xa8.json", 2);
    assert_eq!(told(&bytes), said(&[("周报.json", "new")]));
}

#[test]
fn each_entry_is_an_item_and_a_bad_one_holds_nothing_up() {
    let bytes = archive(|writer| {
        writer.add_directory("flows/", stored()).unwrap();
        add(writer, "flows/a.json", &workflow("a"));
        add(writer, "__MACOSX/flows/._a.json", "resource fork");
        add(writer, "rotten.json", &workflow("the rotten one"));
        writer
            .add_symlink("link.json", "/etc/passwd", stored())
            .unwrap();
        add(writer, "../../out.json", &workflow("b"));
        add(writer, "photo.bin", "\0\0\0");
    });
    // Its content is not what its checksum says any more.
    let bytes = exchanged(bytes, b"the rotten one", b"the rotted one", 2);
    let told = told(&bytes);
    let of = |name: &str| {
        let (_, said) = told.iter().find(|(met, _)| met == name).unwrap();
        said.as_str()
    };
    assert_eq!(of("flows/a.json"), "new");
    assert_eq!(of("rotten.json"), "zip_damaged");
    assert_eq!(of("link.json"), "file_is_link");
    assert_eq!(of("../../out.json"), "new", "a name is no path");
    assert_ne!(of("photo.bin"), "new");
    assert_eq!(told.len(), 5, "{told:?}");
}

#[test]
fn an_entry_behind_a_password_is_named() {
    let bytes = archive(|writer| {
        add(writer, "a.json", &workflow("a"));
        add(writer, "b.json", &workflow("b"));
    });
    // The flag that an entry is encrypted, in the directory and before the content of the first.
    let starts: Vec<_> = [&b"PK\x03\x04"[..], b"PK\x01\x02"]
        .iter()
        .map(|mark| bytes.windows(4).position(|four| four == *mark).unwrap())
        .collect();
    let mut bytes = bytes;
    bytes[starts[0] + 6] |= 1;
    bytes[starts[1] + 8] |= 1;
    let told = told(&bytes);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().any(|(_, said)| said == "zip_has_password"));
    assert!(told.contains(&("b.json".to_owned(), "new".to_owned())));
}

#[test]
fn an_entry_that_unpacks_to_more_than_a_document_is_left_unread() {
    let bytes = archive(|writer| {
        let packed = stored().compression_method(CompressionMethod::Deflated);
        writer.start_file("bomb.json", packed).unwrap();
        writer
            .write_all(&vec![b' '; MAX_DOCUMENT_BYTES + 2])
            .unwrap();
        add(writer, "a.json", &workflow("a"));
    });
    assert!(bytes.len() < MAX_DOCUMENT_BYTES / 100);
    let told = told(&bytes);
    assert_eq!(told[0].0, "bomb.json");
    assert!(told[0].1.ends_with("too_large"), "{told:?}");
    assert_eq!(told[1].1, "new");
}

#[test]
fn too_many_entries_are_refused_at_once() {
    let bytes = archive(|writer| add(writer, "a.json", ""));
    // As many as are allowed and one: told by the end of the archive, before any is read.
    let many = archive(|writer| {
        for n in 0..=200_000 {
            writer.start_file(format!("{n}"), stored()).unwrap();
        }
    });
    assert_eq!(ZipArchive::new(Cursor::new(&many)).unwrap().len(), 200_001);
    assert_eq!(told(&many), said(&[("", "zip_too_many")]));
    assert_eq!(told(&bytes).len(), 1);
}

#[test]
fn a_cut_archive_and_one_that_is_none_are_named_as_a_whole() {
    let bytes = archive(|writer| add(writer, "a.json", &workflow("a")));
    assert_eq!(
        told(&bytes[..bytes.len() - 10]),
        said(&[("", "zip_damaged")])
    );
    assert_eq!(told(b"{}"), said(&[("", "zip_damaged")]));
}
