//! What may be meant in several ways, or not at all.

use flowkeep_core::configuration::{ConfigKind, Strategy};
use rstest::rstest;

use crate::{collected, missing, strategy, taken};

/// A prompt that is found nowhere is the text itself, unless it looks like a name.
#[rstest]
#[case("system_prompt: 你是一个有用的AI助手，能够回答问题并使用工具。", false)]
#[case("system_prompt: Summarise.", false)]
#[case("system_prompt: '/help'", false)]
#[case("system_prompt: '-'", false)]
#[case("system_prompt: clerk", true)]
#[case("system_prompt: system/clerk-2.md", true)]
#[case("prompt: prompts/p.md", true)]
#[case("prompt: prompts/p", false)]
#[case("prompt: Summarise.", false)]
#[case("prompt: 'Read notes.md'", false)]
#[case("prompts: [客服]", false)]
#[case("prompt_ids: [客服]", true)]
#[case("text: ref://客服", true)]
fn a_text_is_not_missing(#[case] says: &str, #[case] is_missing: bool) {
    let tree = [("agents/clerk.yaml", says)];
    let found = collected(&tree, tree[0].0, &strategy("comprehensive"));
    assert_eq!(found.missing.len(), usize::from(is_missing), "{found:?}");
}

#[test]
fn a_text_that_the_register_names_is_meant_in_any_writing() {
    let tree = [
        ("agents/clerk.yaml", "system_prompt: 客服"),
        ("prompts/system/客服.md", "你是客服。"),
    ];
    let found = collected(&tree, tree[0].0, &strategy("comprehensive"));
    assert_eq!(found.files.len(), 2);
}

#[test]
fn a_folder_of_texts_is_meant_with_all_its_files() {
    for says in ["system_prompt: clerk", "system_prompt: prompts/clerk"] {
        let tree = [
            ("workflows/entry.yaml", says),
            ("prompts/clerk/index.md", "You are a clerk."),
            ("prompts/clerk/tone.md", "Be calm."),
        ];
        let found = collected(&tree, tree[0].0, &strategy("comprehensive"));
        assert_eq!((found.files.len(), found.ambiguous.len()), (3, 0), "{says}");
    }
}

#[test]
fn one_name_under_two_headings_of_the_register_is_one_file() {
    let tree = [
        ("workflows/entry.yaml", "system_prompt: clerk"),
        (
            "prompts.yaml",
            "system: [{name: clerk, path: prompts/a.md}]\nrules: [{name: clerk, path: prompts/b.md}]",
        ),
        ("prompts/a.md", "a"),
        ("prompts/b.md", "b"),
    ];
    let found = collected(&tree, tree[0].0, &strategy("comprehensive"));
    assert_eq!(found.files.len(), 4);
    assert_eq!(found.ambiguous, []);
}

#[test]
fn what_describes_a_tool_is_meant_and_not_the_tool() {
    let tree = [
        ("workflows/entry.yaml", "tools: [my_sum, other, whole.py]"),
        ("tools/my-sum.yaml", "a: 1"),
        ("tools/my_sum.py", "def sum(): ..."),
        ("tools/other.py", "def other(): ..."),
        ("tools/whole.py", "def whole(): ..."),
        ("tools/whole.yaml", "a: 1"),
    ];
    let found = collected(&tree, tree[0].0, &strategy("standard"));
    let expected = [
        "tools/my-sum.yaml",
        "tools/other.py",
        "tools/whole.py",
        tree[0].0,
    ];
    assert_eq!(taken(&found), expected);
    assert_eq!(found.ambiguous, []);
    // Texts are written in any way.
    let tree = [
        ("workflows/entry.yaml", "system_prompt: clerk"),
        ("prompts/system/clerk.md", "text"),
        ("prompts/system/clerk.yaml", "text"),
    ];
    let found = collected(&tree, tree[0].0, &strategy("comprehensive"));
    assert_eq!(found.ambiguous[0].taken.len(), 2);
}

/// What would be left out if it were there is not missing.
#[rstest]
#[case("tools: [gone_test]", false)]
#[case("tools: [gone_test.yaml]", false)]
#[case("tools: [gone]", true)]
#[case("tools: [deep/gone_test]", false)]
#[case("inherits_from: ../agents/gone.yaml", false)]
#[case("inherits_from: agents/gone.yaml", false)]
#[case("inherits_from: configs/agents/gone.yaml", false)]
#[case("inherits_from: ../tools/gone.yaml", true)]
#[case("inherits_from: gone", true)]
#[case("inherits_from: gone_dev", false)]
#[case("agent: ./gone/clerk", false)]
#[case("inherits_from: ../../gone.yaml", true)]
fn what_the_standard_strategy_leaves_out_is_not_missing(
    #[case] says: &str,
    #[case] is_missing: bool,
) {
    let tree = [("workflows/entry.yaml", says)];
    let found = collected(&tree, tree[0].0, &strategy("standard"));
    assert_eq!(found.missing.len(), usize::from(is_missing), "{found:?}");
}

#[test]
fn a_pattern_with_a_folder_leaves_out_what_is_not_there() {
    let tree = [("tools/one.yaml", "group: gone\ntools: [draft, other]")];
    let few = Strategy {
        name: "few".to_owned(),
        kinds: [ConfigKind::Tools].into(),
        exclude: vec!["tools/draft.yaml".to_owned(), "_group.yaml".to_owned()],
    };
    let found = collected(&tree, tree[0].0, &few);
    assert_eq!(missing(&found), [("tools/one.yaml", "other")]);
}
