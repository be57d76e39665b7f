//! Which files belong to a piece of work, told from a tree that is held in memory.

#![expect(
    clippy::unwrap_used,
    reason = "a test's own helpers fail as its assertions do"
)]

mod files;
mod members;
mod paths;
mod unsure;

use std::collections::BTreeMap;
use std::sync::Arc;

use flowkeep_core::configuration::{
    Collected, ConfigKind, ConfigPath, Entry, Facts, LeftOut, Names, Settings, Strategy, collect,
    references,
};
use flowkeep_core::{Document, Format};
use rstest::rstest;

/// Paths, and what is in the files.
type Tree<'a> = &'a [(&'a str, &'a str)];

fn path(text: &str) -> ConfigPath {
    ConfigPath::new(text).unwrap()
}

fn strategy(name: &str) -> Strategy {
    let mut all = Strategy::factory().into_iter();
    all.find(|strategy| strategy.name == name).unwrap()
}

fn value(text: &str) -> flowkeep_core::Value {
    let document = Document::parse(Format::Yaml, text.to_owned()).unwrap();
    document.value().clone()
}

fn collected(tree: Tree<'_>, entry: &str, strategy: &Strategy) -> Collected {
    let texts: BTreeMap<_, _> = tree.iter().map(|(at, text)| (path(at), *text)).collect();
    let names: Names = texts.keys().cloned().collect();
    let settings = Settings {
        root: ["configs", "release-7"].map(str::to_owned).into(),
        default_tool_set: "basic-tools".to_owned(),
    };
    let mut facts = |path: &ConfigPath| {
        let text = texts[path];
        let is_text = path.kind() == ConfigKind::Prompts;
        let facts = (!is_text).then(|| Facts::of(&value(text), path));
        Arc::new(facts.unwrap_or_default())
    };
    let entry = Entry::File(path(entry));
    collect(&entry, &names, &settings, strategy, &mut facts)
}

fn taken(collected: &Collected) -> Vec<&str> {
    collected.files.keys().map(ConfigPath::as_str).collect()
}

fn missing(collected: &Collected) -> Vec<(&str, &str)> {
    let missing = collected.missing.iter();
    missing
        .map(|missing| {
            let from = missing.from.as_ref().map_or("", ConfigPath::as_str);
            (from, missing.reference.name.as_str())
        })
        .collect()
}

/// Each form of a reference: what stands in the entry, another file, and whether that is taken.
#[rstest]
#[case("llm_client: big-model", "llms/provider/north/big-model.yaml", true)]
#[case("llm_client: big-model", "llms/big-model.yml", true)]
#[case("llmClient: big-model", "llms/big-model.yml", true)]
#[case("toolManager: office", "tool-sets/office.yaml", true)]
#[case("promptIDs: [clerk]", "prompts/clerk.md", true)]
#[case("LLMClient: big-model", "llms/big-model.yml", false)]
#[case("Agent: clerk", "agents/clerk.yaml", false)]
#[case("nodes: {a: {agentConfig: clerk}}", "agents/clerk.yaml", true)]
#[case("stateSchema: {llmClient: m}", "llms/m.yaml", false)]
#[case("llm_client: big_model", "llms/provider/north/big-model.yaml", true)]
#[case("llm_client: big-model", "llms/deeper/big-model.yaml", false)]
#[case(
    "llm_client: big-model",
    "llms/provider/north/big-model-chat.yaml",
    false
)]
#[case("llm_client: big-model", "tools/big-model.yaml", false)]
#[case("llm_client: '${MODEL}'", "llms/model.yaml", false)]
#[case(
    "nodes: {a: {config: {llm_client: m}}}",
    "llms/provider/north/m.yaml",
    true
)]
#[case("state_schema: {llm_client: m}", "llms/m.yaml", false)]
#[case("llm_group: plan.a", "llms/groups/plan.yaml", true)]
#[case("llm_group: gpt-4.1", "llms/groups/gpt-4.1.yaml", true)]
#[case("llm_group: gpt-4.1.a", "llms/groups/gpt-4.1.yaml", true)]
#[case("fallback_groups: [plan.a, other]", "llms/groups/other.yaml", true)]
#[case("polling_pool: fast", "llms/polling_pools/fast.yaml", true)]
#[case("token_counter: big_model", "llms/tokens_counter/big-model.yaml", true)]
#[case("tool_manager: office", "tool-sets/office.yaml", true)]
#[case("tool_manager: default", "tool-sets/basic-tools.yaml", true)]
#[case("tool_manager: default", "tool-sets/default.yaml", true)]
#[case("tool_sets: [office]", "tool-sets/office.yaml", true)]
#[case("available_tools: [sum]", "tools/money/sum.yaml", true)]
#[case("tools: [sum]", "tools/sum.yaml", true)]
#[case("tools: [my_sum.yaml]", "tools/my-sum.yaml", true)]
#[case("tools: [my_sum.yaml]", "tools/my-sum.json", false)]
#[case("tools: [money/sum]", "tools/money/sum.yaml", true)]
#[case("tools: [./sum.yaml]", "workflows/sum.yaml", true)]
#[case("tools: [configs/tools/money]", "tools/money/sum.yaml", true)]
#[case("tool_set: tool-sets/office.yaml", "tool-sets/office.yaml", true)]
#[case("llm_client: provider/north/m", "llms/provider/north/m.yaml", true)]
#[case("llm_client: ../llms/deep/m.yaml", "llms/deep/m.yaml", true)]
#[case("llm_group: groups/plan", "llms/groups/plan.yaml", true)]
#[case("tools: [{name: sum}]", "tools/sum.yaml", false)]
#[case("agent_config: clerk", "agents/clerk.yaml", true)]
#[case("agent_config: agents/clerk.yaml", "agents/clerk.yaml", true)]
#[case("agent_config: configs/agents/clerk.yaml", "agents/clerk.yaml", true)]
#[case("agent_config: release-7/agents/clerk.yaml", "agents/clerk.yaml", true)]
#[case("agent_config: ./clerk.yaml", "workflows/clerk.yaml", true)]
#[case("agents: [clerk]", "agents/clerk.yaml", true)]
#[case("system_prompt: clerk", "prompts/system/clerk.md", true)]
#[case(
    "system_prompt: You are a clerk.",
    "prompts/system/You are a clerk..md",
    false
)]
#[case("prompt: prompts/p.md", "prompts/p.md", true)]
#[case("prompt: ../prompts/p.md", "prompts/p.md", true)]
#[case("nodes: [{prompt: p.md}]", "prompts/p.md", true)]
#[case("prompt: p", "prompts/p.md", false)]
#[case("text: ref://system/clerk", "prompts/system/clerk/index.md", true)]
#[case("inherits_from: base.yaml", "workflows/base.yaml", true)]
#[case("inherits_from: ../shared.yaml", "shared.yaml", true)]
#[case("inherits_from: base", "workflows/base.yaml", true)]
#[case("inherits_from: north/base", "workflows/north/base.yaml", true)]
#[case(
    "inherits_from: configs/workflows/base.yaml",
    "workflows/base.yaml",
    true
)]
#[case("inherits_from: north/my_base", "workflows/north/my-base.yaml", true)]
#[case("inherits_from: [one, base]", "workflows/base.yaml", true)]
#[case("extends: base", "workflows/base.yml", true)]
#[case("inherits_from: ../../agents/base.yaml", "agents/base.yaml", false)]
fn a_reference_is_followed(#[case] says: &str, #[case] other: &str, #[case] is_taken: bool) {
    let tree = [("workflows/entry.yaml", says), (other, "a: 1")];
    let found = collected(&tree, "workflows/entry.yaml", &strategy("comprehensive"));
    assert_eq!(
        found.files.contains_key(&path(other)),
        is_taken,
        "{found:?}"
    );
}

#[test]
fn a_model_brings_what_holds_for_its_provider_and_its_counter_with_the_group_that_is_meant() {
    let tree = [
        ("workflows/entry.yaml", "nodes: [{llm_client: big}]"),
        ("llms/provider/north/big.yaml", "token_counter: big-count"),
        ("llms/provider/north/common.yaml", "timeout: 1"),
        ("llms/provider/south/common.yaml", "timeout: 2"),
        ("llms/tokens_counter/big_count.yaml", "group: north"),
        (
            "llms/tokens_counter/_group.yaml",
            "north: {llm: far}\nsouth: {llm: gone}",
        ),
        ("llms/_group.yaml", "north: {llm: gone}"),
        ("llms/far.yaml", "fallback_models: [gone]"),
    ];
    let found = collected(&tree, "workflows/entry.yaml", &strategy("comprehensive"));
    let expected = [
        "llms/far.yaml",
        "llms/provider/north/big.yaml",
        "llms/provider/north/common.yaml",
        "llms/tokens_counter/_group.yaml",
        "llms/tokens_counter/big_count.yaml",
        "workflows/entry.yaml",
    ];
    assert_eq!(taken(&found), expected);
    // Of a group, the member that is meant counts alone.
    assert_eq!(missing(&found), [("llms/far.yaml", "gone")]);
}

#[test]
fn what_says_so_inside_is_meant_when_no_file_is_called_so() {
    let tree = [
        (
            "workflows/entry.yaml",
            "tools: [table_query]\nllm_client: gpt",
        ),
        ("tools/database.yaml", "name: table_query"),
        ("llms/provider/north/one.yaml", "model_name: gpt"),
        ("llms/provider/north/two.yaml", "model_name: gpt"),
    ];
    let found = collected(&tree, "workflows/entry.yaml", &strategy("comprehensive"));
    assert_eq!(found.files.len(), 4);
    assert_eq!(found.ambiguous.len(), 1);
    assert_eq!(found.ambiguous[0].reference.name, "gpt");
    assert_eq!(found.ambiguous[0].reference.pointer, "/llm_client");
    assert_eq!(found.ambiguous[0].taken.len(), 2);
}

#[test]
fn a_member_of_a_group_file_stands_in_for_a_file() {
    let tree = [
        (
            "workflows/entry.yaml",
            "tool_set: office\nllm_group: plan.first\npolling_pool: fast",
        ),
        (
            "tool-sets/_group.yaml",
            "office: {tools: [sum]}\nother: {tools: [gone]}",
        ),
        ("tools/sum.yaml", "a: 1"),
        (
            "llms/groups/_task_groups.yaml",
            "plan: {models: [m], first: {}}\nfast: {}\nlast: {models: [gone]}",
        ),
        ("llms/m.yaml", "a: 1"),
    ];
    let found = collected(&tree, "workflows/entry.yaml", &strategy("comprehensive"));
    assert_eq!(found.files.len(), 5);
    assert_eq!(missing(&found), []);
}

#[test]
fn a_group_is_the_nearest_that_has_the_member() {
    let tree = [
        ("agents/north/clerk.yaml", "group: office"),
        ("agents/north/_group.yaml", "field: {}"),
        ("agents/_group.yaml", "office: {}"),
    ];
    let found = collected(&tree, "agents/north/clerk.yaml", &strategy("comprehensive"));
    assert_eq!(
        taken(&found),
        ["agents/_group.yaml", "agents/north/clerk.yaml"]
    );
    let tree = [tree[0], tree[1]];
    let found = collected(&tree, "agents/north/clerk.yaml", &strategy("comprehensive"));
    let looked = ["agents/north/_group#office", "agents/_group#office"];
    assert_eq!(found.missing[0].looked.as_deref().unwrap(), looked);
}

#[test]
fn one_member_of_a_file_can_be_inherited() {
    let tree = [
        (
            "llms/provider/north/big.yaml",
            "inherits_from: ../../_group.yaml#north",
        ),
        (
            "llms/_group.yaml",
            "north: {token_counter: words}\nsouth: {token_counter: gone}",
        ),
        ("llms/tokens_counter/words.yaml", "a: 1"),
    ];
    let all = strategy("comprehensive");
    let found = collected(&tree, "llms/provider/north/big.yaml", &all);
    assert_eq!(found.files.len(), 3);
    assert_eq!(missing(&found), []);
    let tree = [
        ("llms/big.yaml", "inherits_from: _group.yaml#east"),
        tree[1],
    ];
    let found = collected(&tree, "llms/big.yaml", &all);
    assert_eq!(
        found.missing[0].looked.as_deref().unwrap(),
        ["llms/_group.yaml#east"]
    );
}

#[test]
fn the_register_names_texts_and_folders_of_them() {
    let register = "system:\n\
        - {name: clerk, path: configs/prompts/system/clerk/, is_composite: true}\n\
        - {name: other, path: prompts/system/gone.md}\n";
    let tree = [
        ("workflows/entry.yaml", "system_prompt: clerk"),
        ("prompts.yaml", register),
        ("prompts/system/clerk/index.md", "You are a clerk."),
        ("prompts/system/clerk/01_tone.md", "Be calm."),
    ];
    let only_prompts = Strategy {
        kinds: [ConfigKind::Prompts].into(),
        ..strategy("minimal")
    };
    let found = collected(&tree, "workflows/entry.yaml", &only_prompts);
    // The register itself is no text and not wanted; without it nobody knows the folder.
    assert_eq!(
        found.left_out,
        BTreeMap::from([(path("prompts.yaml"), LeftOut::Kind)])
    );
    let found = collected(&tree, "workflows/entry.yaml", &strategy("comprehensive"));
    assert_eq!(found.files.len(), 4);
    // A folder is meant with all its files.
    assert_eq!(found.ambiguous, []);
    // Files right in the root are read whole.
    assert_eq!(
        missing(&found),
        [("prompts.yaml", "prompts/system/gone.md")]
    );
}

#[test]
fn circles_end_and_a_file_that_leads_to_itself_is_taken_once() {
    let tree = [
        ("workflows/a.yaml", "inherits_from: b"),
        ("workflows/b.yaml", "inherits_from: [a, b]"),
    ];
    let found = collected(&tree, "workflows/a.yaml", &strategy("minimal"));
    assert_eq!(taken(&found), ["workflows/a.yaml", "workflows/b.yaml"]);
}

#[test]
fn what_a_strategy_leaves_out_is_neither_missing_nor_read_on() {
    let tree = [
        (
            "workflows/entry.yaml",
            "llm_client: big\ntool_set: office\nagent: gone",
        ),
        ("llms/big.yaml", "fallback_models: [gone]"),
        ("tool-sets/office.yaml", "tools: [sum_test, sum]"),
        ("tools/sum_test.yaml", "a: 1"),
        ("tools/sum.yaml", "a: 1"),
    ];
    let found = collected(&tree, "workflows/entry.yaml", &strategy("standard"));
    let expected = [
        "tool-sets/office.yaml",
        "tools/sum.yaml",
        "workflows/entry.yaml",
    ];
    assert_eq!(taken(&found), expected);
    assert_eq!(missing(&found), []);
    let left_out = [
        (path("llms/big.yaml"), LeftOut::Kind),
        (path("tools/sum_test.yaml"), LeftOut::Pattern),
    ];
    assert_eq!(found.left_out, BTreeMap::from(left_out));
    // The entry is taken, whatever it is.
    let found = collected(&tree, "tools/sum_test.yaml", &strategy("standard"));
    assert_eq!(taken(&found), ["tools/sum_test.yaml"]);
}

#[test]
fn the_same_name_in_two_folders_is_told_apart() {
    let tree = [
        (
            "workflows/entry.yaml",
            "agents: [clerk]\ninherits_from: [north/base, south/base]",
        ),
        ("workflows/north/base.yaml", "a: 1"),
        ("workflows/south/base.yaml", "a: 2"),
        ("agents/north/clerk.yaml", "a: 1"),
        ("agents/south/clerk.yaml", "a: 2"),
    ];
    let found = collected(&tree, "workflows/entry.yaml", &strategy("comprehensive"));
    assert_eq!(found.files.len(), 5);
    let ambiguous: Vec<_> = found
        .ambiguous
        .iter()
        .map(|met| &met.reference.name)
        .collect();
    assert_eq!(ambiguous, ["clerk"]);
}

#[test]
fn a_reference_tells_where_it_stands() {
    let text = "nodes:\n  'a/b':\n    config: {llm_client: big, tools: ['one', 2, '${THREE}']}\n";
    let found = references(&value(text), &path("workflows/entry.yaml"));
    let found: Vec<_> = found
        .iter()
        .map(|found| (found.name.as_str(), found.pointer.as_str()))
        .collect();
    let expected = [
        ("big", "/nodes/a~1b/config/llm_client"),
        ("one", "/nodes/a~1b/config/tools/0"),
    ];
    assert_eq!(found, expected);
}
