//! Packs.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use flowkeep_core::ObjectHash;
use flowkeep_files::snapshots::pack::{
    self, LARGEST_OBJECT, LARGEST_PACK, Pack, PackReader, PackWriter, Placed,
};
use flowkeep_files::snapshots::{SnapshotError, prepare};
use flowkeep_host::SystemFiles;
use flowkeep_host::testing::FailingFiles;
use proptest::prelude::*;

use crate::shared::{files_below, noise, pack as put, packed, place};

fn found(packs: &[Pack], bytes: &[u8]) -> (ObjectHash, Placed) {
    let hash = ObjectHash::of(bytes);
    let all = packs.iter().flat_map(|pack| {
        let objects = pack.objects.iter();
        objects.map(|placed| (pack.name, *placed))
    });
    all.clone()
        .find(|(_, placed)| placed.hash == hash)
        .expect("it is in a pack")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_object_comes_back(
        objects in proptest::collection::vec(
            prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..600),
                (0_usize..300_000).prop_map(|length| vec![b'x'; length]),
                (0_usize..300_000).prop_map(noise),
            ],
            0..12,
        )
    ) {
        let (_place, store) = place();
        let objects: Vec<&[u8]> = objects.iter().map(Vec::as_slice).collect();
        let packs = packed(&store, &objects);
        let mut reader = PackReader::new(&store);
        for object in objects.iter().chain(objects.iter().rev()) {
            let (pack, placed) = found(&packs, object);
            prop_assert_eq!(&reader.read(&pack, &placed).unwrap(), object);
            prop_assert_eq!(&pack::read(&store, &pack, &placed).unwrap(), object);
        }
        let kept: usize = packs.iter().map(|pack| pack.objects.len()).sum();
        let mut different = objects.clone();
        different.sort_unstable();
        different.dedup();
        prop_assert_eq!(kept, different.len());
        for pack in &packs {
            let checked = pack::check(&SystemFiles, &store, &pack.name, &pack.objects).unwrap();
            prop_assert!(checked.is_whole && checked.damaged.is_empty());
            let length = pack::path(&store, &pack.name).metadata().unwrap().len();
            prop_assert_eq!(length, pack.bytes);
        }
    }
}

/// No file has its name that does not hold what its name says, and nothing unfinished is left.
fn assert_whole(store: &Path, context: &str) {
    for path in files_below(&store.join("objects")) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let bytes = fs::read(store.join("objects").join(&path)).unwrap();
        let hash = name.strip_suffix(".zst").expect(context);
        assert_eq!(ObjectHash::of(&bytes).to_string(), hash, "{context}");
    }
}

const THREE: [&[u8]; 3] = [b"one", b"two", b"three three three"];

#[test]
fn whatever_call_fails_no_pack_has_its_name_that_is_not_whole() {
    for kind in [ErrorKind::StorageFull, ErrorKind::Other] {
        for n in 1.. {
            let (_place, store) = place();
            let files = FailingFiles::at(n, kind);
            let answer = put(&files, &store, &THREE);
            assert_whole(&store, &format!("call {n}"));
            let is_done = files.calls() < n;
            assert_eq!(answer.is_ok(), is_done, "call {n}: {answer:?}");
            let packs = put(&SystemFiles, &store, &THREE).unwrap();
            let (pack, placed) = found(&packs, THREE[2]);
            assert_eq!(
                pack::read(&store, &pack, &placed).unwrap(),
                THREE[2],
                "call {n}"
            );
            assert_whole(&store, &format!("after call {n}"));
            if is_done {
                assert!(n > 10, "only {n} calls");
                break;
            }
        }
    }
}

#[test]
fn a_disk_that_goes_away_leaves_nothing_but_unfinished_files() {
    for n in 1.. {
        let (_place, store) = place();
        let files = FailingFiles::at(n, ErrorKind::Other).for_good();
        let answer = put(&files, &store, &THREE);
        for path in files_below(&store.join("objects")) {
            if path.extension().is_some_and(|ending| ending == "partial") {
                fs::remove_file(store.join("objects").join(path)).unwrap();
            }
        }
        assert_whole(&store, &format!("call {n}"));
        if answer.is_ok() {
            break;
        }
    }
}

#[test]
fn a_file_has_its_name_once_it_is_on_the_disk_and_was_read_back() {
    let (_place, store) = place();
    let files = FailingFiles::at(0, ErrorKind::Other);
    put(&files, &store, &THREE).unwrap();
    let made = files.made();
    let mut renamed = 0;
    for (at, (call, path)) in made.iter().enumerate() {
        if *call != "rename_new" {
            continue;
        }
        renamed += 1;
        let of_it = made[..at].iter().filter(|(_, other)| other == path);
        let calls: Vec<_> = of_it.map(|(call, _)| *call).collect();
        assert_eq!(calls, ["write_new", "flush", "read"]);
        let folder = path.parent().unwrap();
        let flushed = ("flush", folder.to_owned());
        assert!(made[at..].contains(&flushed), "{}", folder.display());
    }
    // What says how it is read, and the pack.
    assert_eq!(renamed, 2);
}

#[test]
fn a_damaged_byte_anywhere_is_found_and_its_pack_named() {
    let (_place, store) = place();
    let objects: Vec<Vec<u8>> = vec![b"small".to_vec(), noise(270_000), b"after".to_vec()];
    let objects: Vec<&[u8]> = objects.iter().map(Vec::as_slice).collect();
    let packs = packed(&store, &objects);
    let [only] = packs.as_slice() else {
        panic!("one pack");
    };
    let path = pack::path(&store, &only.name);
    let bytes = fs::read(&path).unwrap();
    let ends = only.objects.iter().map(|at| at.frame + at.frame_bytes);
    let held = usize::try_from(ends.max().unwrap()).unwrap();
    let ends = (0..40).chain(held - 40..bytes.len());
    let places = ends.chain((40..held - 40).step_by(9_973));
    let mut told = 0;
    for byte in places {
        let mut damaged = bytes.clone();
        damaged[byte] ^= 0x41;
        fs::write(&path, &damaged).unwrap();
        let checked = pack::check(&SystemFiles, &store, &only.name, &only.objects).unwrap();
        assert!(!checked.is_whole, "byte {byte}");
        for object in &objects {
            let (name, at) = found(&packs, object);
            match pack::read(&store, &name, &at) {
                Ok(read) => {
                    assert_eq!(read, *object, "byte {byte}");
                    assert!(!checked.damaged.contains(&at.hash), "byte {byte}");
                }
                Err(SnapshotError::Damaged(named)) => {
                    told += 1;
                    assert_eq!(named, path, "byte {byte}");
                    assert!(checked.damaged.contains(&at.hash), "byte {byte}");
                }
                Err(error) => panic!("byte {byte}: {error}"),
            }
        }
    }
    assert!(told > 50, "{told}");
    for length in [0, 1, bytes.len() / 2, held - 1] {
        fs::write(&path, &bytes[..length]).unwrap();
        let (name, at) = found(&packs, b"after");
        let error = pack::read(&store, &name, &at).unwrap_err();
        assert!(
            matches!(error, SnapshotError::Damaged(_)),
            "{length}: {error}"
        );
    }
    fs::remove_file(&path).unwrap();
    let (name, at) = found(&packs, b"after");
    let error = pack::read(&store, &name, &at).unwrap_err();
    assert!(matches!(error, SnapshotError::Gone(gone) if gone == path));
}

#[test]
fn a_row_that_lies_gives_nothing() {
    let (_place, store) = place();
    let packs = packed(&store, &THREE);
    let (name, right) = found(&packs, THREE[1]);
    let wrong = [
        Placed {
            place: right.place + 1,
            ..right
        },
        Placed {
            place: u64::MAX,
            ..right
        },
        Placed {
            bytes: right.bytes + 1,
            ..right
        },
        Placed {
            bytes: u64::MAX,
            ..right
        },
        Placed {
            frame: right.frame + 1,
            ..right
        },
        Placed {
            frame_bytes: right.frame_bytes - 1,
            ..right
        },
        Placed {
            frame_bytes: u64::MAX,
            ..right
        },
        Placed {
            hash: ObjectHash::of(b"another"),
            ..right
        },
    ];
    for placed in wrong {
        let error = pack::read(&store, &name, &placed).unwrap_err();
        assert!(
            matches!(error, SnapshotError::Damaged(_)),
            "{placed:?}: {error}"
        );
        let checked = pack::check(&SystemFiles, &store, &name, &[placed]).unwrap();
        assert_eq!(
            (checked.is_whole, checked.damaged),
            (true, vec![placed.hash])
        );
    }
}

#[test]
fn small_ones_share_a_frame_and_a_large_one_has_its_own() {
    let (_place, store) = place();
    let small: Vec<Vec<u8>> = (0..200_u32)
        .map(|n| format!("name: file {n}\nkind: tool\n").into())
        .collect();
    let large = vec![b'y'; 300_000];
    let mut objects: Vec<&[u8]> = small.iter().map(Vec::as_slice).collect();
    objects.insert(100, &large);
    let packs = packed(&store, &objects);
    assert_eq!(packs.len(), 1);
    let frame = |object: &[u8]| found(&packs, object).1.frame;
    assert!(small[..100].iter().all(|object| frame(object) == 0));
    let after = frame(&small[100]);
    assert!(small[100..].iter().all(|object| frame(object) == after));
    assert!(0 < frame(&large) && frame(&large) < after);
    // As one they are a fraction of what each would be.
    let frames = [&small[0], &large, &small[100]].map(|object| found(&packs, object).1.frame_bytes);
    assert!(frames.iter().sum::<u64>() < 1_500, "{frames:?}");
}

#[test]
fn a_pack_ends_before_it_is_too_large_and_so_is_no_object() {
    let (_place, store) = place();
    prepare(&SystemFiles, &store).unwrap();
    let mut writer = PackWriter::new(&SystemFiles, &store).unwrap();
    let mut bytes = noise(LARGEST_OBJECT + 1);
    let error = writer.add(&bytes).unwrap_err();
    assert!(matches!(error, SnapshotError::TooLarge { .. }));
    bytes.pop();
    for n in 0..3 {
        bytes[0] = n;
        writer.add(&bytes).unwrap();
    }
    let packs = writer.finish().unwrap();
    assert_eq!(packs.len(), 3);
    assert!(packs.iter().all(|pack| pack.bytes <= LARGEST_PACK as u64));
    let (name, placed) = found(&packs, &bytes);
    assert_eq!(pack::read(&store, &name, &placed).unwrap(), bytes);
}

#[test]
fn a_pack_that_is_no_longer_what_it_was_makes_way_for_the_same_one() {
    let (_place, store) = place();
    let packs = packed(&store, &THREE);
    let path = pack::path(&store, &packs[0].name);
    let whole = fs::read(&path).unwrap();
    assert_eq!(packed(&store, &THREE), packs);
    fs::write(&path, "nothing").unwrap();
    assert_eq!(packed(&store, &THREE), packs);
    assert_eq!(fs::read(&path).unwrap(), whole);
    let folder = path.parent().unwrap();
    let aside: Vec<_> = files_below(folder)
        .into_iter()
        .filter(|file| file.extension().is_some_and(|ending| ending == "damaged"))
        .collect();
    assert_eq!(aside.len(), 1);
    assert_eq!(fs::read(folder.join(&aside[0])).unwrap(), b"nothing");
}

#[cfg(unix)]
#[test]
fn a_link_in_the_place_of_a_pack_or_a_folder_is_not_followed() {
    use std::os::unix::fs::symlink;
    let (place, store) = place();
    let packs = packed(&store, &THREE);
    let path = pack::path(&store, &packs[0].name);
    let elsewhere = place.path().join("elsewhere");
    fs::rename(&path, &elsewhere).unwrap();
    symlink(&elsewhere, &path).unwrap();
    let (name, placed) = found(&packs, THREE[0]);
    let error = pack::read(&store, &name, &placed).unwrap_err();
    assert!(matches!(error, SnapshotError::Damaged(_)), "{error}");
    fs::remove_dir_all(store.join("objects")).unwrap();
    symlink(place.path(), store.join("objects")).unwrap();
    let error = put(&SystemFiles, &store, &THREE).unwrap_err();
    assert!(matches!(error, SnapshotError::Io { .. }), "{error}");
}

#[test]
fn there_is_no_pack_without_an_object() {
    let (_place, store) = place();
    assert_eq!(packed(&store, &[]), []);
    assert_eq!(files_below(&store), [Path::new("README.txt")]);
    let empty: &[u8] = b"";
    let packs = packed(&store, &[empty]);
    let (name, placed) = found(&packs, empty);
    assert_eq!(pack::read(&store, &name, &placed).unwrap(), empty);
}

#[test]
#[ignore = "needs zstd"]
fn a_file_comes_back_by_hand_as_the_readme_says_needs_zstd() {
    let (_place, store) = place();
    let objects: [&[u8]; 4] = [b"first", b"second\n", &noise(300_000), "第四".as_bytes()];
    packed(&store, &objects);
    let sh = |script: String| {
        let mut shell = Command::new("sh");
        let shell = shell.current_dir(&store).args(["-c", &script]);
        shell.output().unwrap().stdout
    };
    for object in objects {
        let hash = ObjectHash::of(object);
        let search = format!(
            "for PACK in objects/*/*.zst; do zstd -dc $PACK | grep -a '^{{\"blake3\":\"{hash}\"' && echo $PACK; done"
        );
        let told = String::from_utf8(sh(search)).unwrap();
        let (line, pack) = told.trim_end().split_once('\n').unwrap();
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let (offset, bytes) = (&line["offset"], &line["bytes"]);
        let content = format!("zstd -dc {pack} | tail -c +$(({offset} + 1)) | head -c {bytes}");
        assert_eq!(sh(content), object);
        assert_eq!(sh(format!("zstd -tq {pack} || echo damaged")), b"");
    }
    let readme = fs::read_to_string(store.join("README.txt")).unwrap();
    assert_eq!(readme.matches("for PACK in objects/*/*.zst").count(), 2);
}
