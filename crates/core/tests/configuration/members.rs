//! What is meant by members of files, and by what files say inside.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use flowkeep_core::configuration::{Entry, Facts, Names, Settings, collect};
use rstest::rstest;

use crate::{collected, missing, path, strategy, taken, value};

/// A level is a member of its group, right there or below a member that holds all levels.
#[rstest]
#[case("first: {}", true)]
#[case("echelons: {first: {}}", true)]
#[case("levels: {second: {}}", false)]
#[case("a: {b: {first: {}}}", false)]
fn a_level_of_a_group_is_there_or_missing(#[case] group: &str, #[case] is_there: bool) {
    let entry = ("workflows/entry.yaml", "llm_group: plan.first");
    let all = strategy("comprehensive");
    let file = [entry, ("llms/groups/plan.yaml", group)];
    let found = collected(&file, entry.0, &all);
    assert_eq!(found.missing.is_empty(), is_there, "{found:?}");
    if !is_there {
        let looked = found.missing[0].looked.as_deref().unwrap();
        assert_eq!(looked, ["llms/groups/plan.yaml#first"]);
    }
    for holder in ["", "task_groups: "] {
        let text = format!("{holder}{{plan: {{{group}}}}}");
        let member = [entry, ("llms/groups/_task_groups.yaml", text.as_str())];
        let found = collected(&member, entry.0, &all);
        assert_eq!(found.missing.is_empty(), is_there, "{text}: {found:?}");
    }
}

#[test]
fn a_group_with_a_dot_in_its_name_is_no_level() {
    let tree = [
        ("workflows/entry.yaml", "llm_group: gpt-4.1"),
        ("llms/groups/gpt-4.1.yaml", "models: []"),
        ("llms/groups/gpt-4.yaml", "'1': {}"),
    ];
    let found = collected(&tree, tree[0].0, &strategy("comprehensive"));
    assert_eq!(taken(&found), ["llms/groups/gpt-4.1.yaml", tree[0].0]);
    let gone = [("workflows/entry.yaml", "llm_group: gpt-5.1"), tree[1]];
    let found = collected(&gone, gone[0].0, &strategy("comprehensive"));
    assert_eq!(missing(&found), [(gone[0].0, "gpt-5.1")]);
}

#[test]
fn a_polling_pool_stands_below_the_member_for_pools_and_is_no_level_of_a_group() {
    let pools = |text| {
        let tree = [
            ("workflows/entry.yaml", "polling_pool: fast"),
            ("llms/groups/_task_groups.yaml", text),
            ("llms/m.yaml", "a: 1"),
        ];
        collected(&tree, tree[0].0, &strategy("comprehensive"))
    };
    let found = pools("polling_pools: {fast: {models: [m]}, slow: {models: [gone]}}");
    assert_eq!(missing(&found), []);
    assert!(found.files.contains_key(&path("llms/m.yaml")), "{found:?}");
    let found = pools("plan: {fast: {}}");
    assert_eq!(missing(&found), [("workflows/entry.yaml", "fast")]);
}

#[test]
fn a_model_is_not_what_says_its_name_elsewhere_below_the_models() {
    let tree = [
        ("workflows/entry.yaml", "llm_client: gpt"),
        ("llms/tokens_counter/words.yaml", "model_name: gpt"),
        ("llms/groups/plan.yaml", "name: gpt"),
    ];
    let found = collected(&tree, tree[0].0, &strategy("comprehensive"));
    assert_eq!(taken(&found), ["workflows/entry.yaml"]);
    assert_eq!(missing(&found), [("workflows/entry.yaml", "gpt")]);
    for place in ["llms/one.yaml", "llms/provider/north/one.yaml"] {
        let tree = [tree[0], (place, "model_name: gpt"), tree[1]];
        let found = collected(&tree, tree[0].0, &strategy("comprehensive"));
        assert_eq!(taken(&found), [place, "workflows/entry.yaml"]);
    }
}

#[test]
fn the_default_of_the_tree_goes_before_ours() {
    let entry = ("workflows/entry.yaml", "tool_manager: default");
    let ours = ("tool-sets/basic-tools.yaml", "a: 1");
    let all = strategy("comprehensive");
    for own in [
        ("tool-sets/_group.yaml", "default: {tools: []}"),
        ("tool-sets/own.yaml", "name: default"),
    ] {
        let found = collected(&[entry, ours, own], entry.0, &all);
        assert_eq!(taken(&found), [own.0, entry.0]);
    }
    let other = ("tool-sets/_group.yaml", "other: {}");
    let found = collected(&[entry, ours, other], entry.0, &all);
    assert_eq!(taken(&found), [ours.0, entry.0]);
    // The one that is named so stands for itself.
    let group = ("tool-sets/_group.yaml", "basic-tools: {}");
    let found = collected(&[entry, group], entry.0, &all);
    assert_eq!(taken(&found), [group.0, entry.0]);
}

#[test]
fn for_names_that_are_not_there_each_file_is_asked_a_few_times_and_texts_never() {
    let texts: BTreeMap<_, _> = [
        (
            "workflows/entry.yaml",
            "tools: [a1, a2, a3, a4, a5, a6, a7, a8]",
        ),
        ("tools/one.yaml", "name: one"),
        ("tools/two.py", "no document"),
        ("tools/three.md", "no document"),
    ]
    .into();
    let names: Names = texts.keys().map(|at| path(at)).collect();
    let settings = Settings {
        root: ["configs".to_owned()].into(),
        default_tool_set: String::new(),
    };
    let asked = RefCell::new(Vec::new());
    let mut facts = |path: &_| {
        asked.borrow_mut().push(format!("{path}"));
        Arc::new(Facts::of(&value(texts[format!("{path}").as_str()]), path))
    };
    let entry = Entry::File(path("workflows/entry.yaml"));
    let all = strategy("comprehensive");
    let found = collect(&entry, &names, &settings, &all, &mut facts);
    assert_eq!(found.missing.len(), 8);
    assert_eq!(asked.take(), ["workflows/entry.yaml", "tools/one.yaml"]);
}
