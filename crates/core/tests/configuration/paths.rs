//! What paths mean that stand in files.

use crate::{collected, missing, strategy, taken};

#[test]
fn a_file_that_seems_to_inherit_from_itself_means_one_of_its_name_farther_off() {
    let tree = [
        ("agents/north/base.yaml", "inherits_from: base"),
        ("agents/base.yaml", "tools: [sum]"),
        ("tools/sum.yaml", "a: 1"),
    ];
    let found = collected(&tree, tree[0].0, &strategy("comprehensive"));
    assert_eq!(found.files.len(), 3, "{found:?}");
    assert_eq!(missing(&found), []);
    // Where there is no other, it leads to itself, which is there.
    let found = collected(&[tree[0]], tree[0].0, &strategy("comprehensive"));
    assert_eq!(missing(&found), []);
    // A member of itself is another thing.
    let group = [(
        "llms/_group.yaml",
        "north: {}\nsouth: {inherits_from: _group.yaml#east}",
    )];
    let found = collected(&group, group[0].0, &strategy("comprehensive"));
    assert_eq!(missing(&found), [("llms/_group.yaml", "_group.yaml#east")]);
}

#[test]
fn a_path_means_the_nearest_file_and_a_folder_only_where_no_file_is() {
    let tree = [
        ("workflows/entry.yaml", "agent: north/clerk"),
        ("agents/north/clerk.yaml", "a: 1"),
        ("workflows/north/clerk/one.yaml", "a: 1"),
        ("north/clerk.yaml", "a: 1"),
    ];
    let all = strategy("comprehensive");
    let found = collected(&tree, tree[0].0, &all);
    assert_eq!(taken(&found), ["agents/north/clerk.yaml", tree[0].0]);
    let found = collected(&[tree[0], tree[2]], tree[0].0, &all);
    assert_eq!(taken(&found), [tree[0].0, tree[2].0]);
    // With its stroke at the end it is a folder.
    let folder = ("workflows/entry.yaml", "agent: north/clerk/");
    let found = collected(&[folder, tree[1], tree[2]], tree[0].0, &all);
    assert_eq!(taken(&found), [tree[0].0, tree[2].0]);
}

#[test]
fn what_has_a_stroke_in_it_may_be_a_name_that_a_file_says_inside() {
    let tree = [
        ("workflows/entry.yaml", "llm_client: north/gpt"),
        ("llms/one.yaml", "model_name: north/gpt"),
    ];
    let all = strategy("comprehensive");
    let found = collected(&tree, tree[0].0, &all);
    assert_eq!(taken(&found), ["llms/one.yaml", "workflows/entry.yaml"]);
    let found = collected(&[tree[0]], tree[0].0, &all);
    let looked = found.missing[0].looked.as_deref().unwrap();
    let expected = [
        "workflows/north/gpt",
        "llms/north/gpt",
        "north/gpt",
        "llms/provider/**",
        "llms",
    ];
    assert_eq!(looked, expected);
}
