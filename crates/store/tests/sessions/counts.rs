//! Whatever is kept and removed in whatever order, references are counted right, and what is needed stays.

use std::collections::{BTreeMap, BTreeSet};

use flowkeep_store::{Store, StoreError};
use proptest::prelude::*;

use super::{add, keep, let_go, object, options, pack, session, snapshot};

#[derive(Debug, Clone)]
enum Step {
    /// A snapshot of one of three sessions, of these contents, with all of them in a pack or only the new ones.
    Keep(usize, Vec<u8>, bool),
    /// The n-th snapshot that is there goes.
    Remove(usize),
    /// A session goes, and one of its name begins anew.
    RemoveSession(usize),
    LetGo,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (0..3_usize, prop::collection::vec(0..6_u8, 0..4), any::<bool>())
            .prop_map(|(session, contents, all)| Step::Keep(session, contents, all)),
        3 => (0..20_usize).prop_map(Step::Remove),
        1 => (0..3_usize).prop_map(Step::RemoveSession),
        2 => Just(Step::LetGo),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn counts_are_right_and_what_is_needed_is_kept(steps in prop::collection::vec(step(), 1..25)) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_scratch(options(folder.path())).unwrap();
        let name = |number: usize| format!("session-{number}");
        let mut rows: Vec<i64> = (0..3).map(|n| add(&store, session(&name(n)))).collect();
        let mut sequence = 0;
        // Row of the session and what it holds, for each snapshot.
        let mut model: BTreeMap<_, (i64, Vec<u8>)> = BTreeMap::new();
        for step in steps {
            match step {
                Step::Keep(session, contents, all) => {
                    sequence += 1;
                    let kept = store.kept_objects(contents.iter().map(|one| object(*one))).unwrap();
                    let missing = contents.iter().copied().filter(|one| all || !kept.contains_key(&object(*one)));
                    let missing: BTreeSet<u8> = missing.collect();
                    let packs = if missing.is_empty() {
                        vec![]
                    } else {
                        vec![pack(&format!("pack-{sequence}"), missing)]
                    };
                    let new = snapshot(rows[session], sequence, &contents, packs);
                    model.insert(new.snapshot.id, (rows[session], contents));
                    keep(&store, new).unwrap();
                }
                Step::Remove(number) => {
                    if let Some(id) = model.keys().nth(number).copied() {
                        model.remove(&id);
                        store
                            .write::<_, StoreError>(move |tx| tx.remove_config_snapshots(&[id]))
                            .unwrap();
                    }
                }
                Step::RemoveSession(number) => {
                    let id = name(number);
                    prop_assert!(store.write::<_, StoreError>(move |tx| tx.remove_session(&id)).unwrap());
                    model.retain(|_, (row, _)| *row != rows[number]);
                    rows[number] = add(&store, session(&name(number)));
                }
                Step::LetGo => {
                    let_go(&store);
                    let needed: BTreeSet<u8> = model.values().flat_map(|(_, held)| held.clone()).collect();
                    for content in 0..6 {
                        let kept = store.kept_objects([object(content)]).unwrap();
                        prop_assert_eq!(kept.contains_key(&object(content)), needed.contains(&content));
                    }
                }
            }
            let wrong = store.wrong_snapshot_counts().unwrap();
            prop_assert!(wrong.is_none(), "{:?}", wrong);
            // What a snapshot holds is always there, in a pack that is there.
            for (_, held) in model.values() {
                let kept = store.kept_objects(held.iter().map(|one| object(*one))).unwrap();
                let distinct: BTreeSet<_> = held.iter().collect();
                prop_assert_eq!(kept.len(), distinct.len());
            }
        }
    }
}
