//! Files that a key names by their paths, and definitions that are no file of the tree.

use std::collections::BTreeMap;
use std::sync::Arc;

use flowkeep_core::configuration::{
    Collected, ConfigPath, Entry, Facts, LeftOut, Names, Settings, collect, count_resolved,
    references_of_definition,
};
use rstest::rstest;

use crate::{collected, missing, path, strategy, taken, value};

const ENTRY: &str = "workflows/entry.yaml";

/// Keys of which the last word says that a file is meant: followed where it is there.
#[rstest]
#[case("promptFile: clerk.md", "prompts/clerk.md")]
#[case(
    "system_prompt_path: prompts/system/clerk.txt",
    "prompts/system/clerk.txt"
)]
#[case("workflowRef: parts/load.yaml", "workflows/parts/load.yaml")]
#[case("workflow_ref: configs/workflows/load.yaml", "workflows/load.yaml")]
#[case("toolsConfig: ../tools/office.yaml", "tools/office.yaml")]
#[case("scriptPath: scripts/load.py", "scripts/load.py")]
#[case("outer: [{inputSchema: schemas/order.json}]", "schemas/order.json")]
#[case("mail_template: mail.j2", "workflows/mail.j2")]
#[case("report_template: mails/report.html", "mails/report.html")]
#[case("outputSchema: schemas/order.json", "schemas/order.json")]
#[case("log_config: log.cfg", "workflows/log.cfg")]
#[case("envFile: orders.env", "workflows/orders.env")]
#[case("defaultLLMConfig: llms/big.yaml", "llms/big.yaml")]
#[case("ruleFiles: 1\nruleFile: [a.yaml, b.yaml]", "workflows/b.yaml")]
#[case("settings_file: app.properties", "workflows/app.properties")]
#[case("proxyConfig: nginx.conf", "workflows/nginx.conf")]
#[case("messageSchema: order.proto", "workflows/order.proto")]
#[case("certificate_path: keys/server.pem", "keys/server.pem")]
#[case("layoutFile: layout.kdl", "workflows/layout.kdl")]
#[case("querySchema: shop.graphql", "workflows/shop.graphql")]
#[case("report_template: weekly.docx", "workflows/weekly.docx")]
#[case("promptFile: system/terms.docx", "prompts/system/terms.docx")]
#[case("promptFile: mails/reply.html", "prompts/mails/reply.html")]
#[case("promptFile: My clerk.md", "prompts/My clerk.md")]
#[case("promptFile: clerk", "prompts/clerk")]
#[case("imageFile: Dockerfile", "workflows/Dockerfile")]
#[case("termsFile: Our terms.docx", "workflows/Our terms.docx")]
#[case("report_template: reports/weekly", "reports/weekly")]
fn a_file_is_named_by_its_path(#[case] entry: &str, #[case] file: &str) {
    let other = if entry.contains("a.yaml") {
        "workflows/a.yaml"
    } else {
        "global.yaml"
    };
    let texts = [(ENTRY, entry), (file, "x: 1"), (other, "x: 1")];
    let all = strategy("comprehensive");
    let found = collected(&texts, ENTRY, &all);
    assert!(taken(&found).contains(&file), "{found:?}");
    assert_eq!(missing(&found), [], "{found:?}");
    let gone = collected(&[(ENTRY, entry), (other, "x: 1")], ENTRY, &all);
    assert_eq!(missing(&gone).len(), 1, "{gone:?}");
}

/// What is written, what is no path from here, and what has no ending that a configuration has.
#[rstest]
#[case("outputFile: out.json")]
#[case("log_file: logs/run.txt")]
#[case("exportPath: a.csv")]
#[case("report_file: report.html")]
#[case("cachePath: cache/orders.env")]
#[case("schemaRef: https://example.org/order.json")]
#[case("scriptPath: /opt/load.py")]
#[case("scriptPath: ~/load.py")]
#[case("scriptPath: 'C:\\load.py'")]
#[case("scriptPath: '${ROOT}/load.py'")]
#[case("scriptPath: '{{ root }}/load.py'")]
#[case("base_path: ./history")]
#[case("binaryPath: bin/load.exe")]
#[case("file: order.json")]
#[case("prompt_template: 'Answer in one line. See a.md for more'")]
#[case("configFile: 3")]
#[case("ScriptPath: load.py")]
fn what_is_no_file_of_a_configuration_is_not_missing(#[case] entry: &str) {
    let found = collected(&[(ENTRY, entry)], ENTRY, &strategy("comprehensive"));
    assert_eq!(missing(&found), [], "{found:?}");
}

/// What may be something else is a file where one is called exactly so, and never a folder.
#[rstest]
#[case("answerPath: data.items", "workflows/data.items", true)]
#[case("answerPath: data.items", "workflows/data.yaml", false)]
#[case("base_path: v1/users", "v1/users", true)]
#[case("base_path: v1/users", "v1/users/list.yaml", false)]
#[case("base_path: v1/users", "v1/users.yaml", false)]
fn what_may_be_a_file_is_one_where_it_is_there(
    #[case] entry: &str,
    #[case] file: &str,
    #[case] is_taken: bool,
) {
    let texts = [(ENTRY, entry), (file, "x: 1")];
    let found = collected(&texts, ENTRY, &strategy("comprehensive"));
    assert_eq!(taken(&found).contains(&file), is_taken, "{found:?}");
    assert_eq!(missing(&found), [], "{found:?}");
}

/// A strategy leaves out what is there. A file that a definition names itself is missing under each of them.
#[test]
fn a_file_that_a_definition_names_is_missing_whatever_its_strategy_takes() {
    let tree = [("workflows/load.yaml", "promptFile: other.md")];
    let definition = "workflowRef: load.yaml\npromptFile: gone.md\nllm: big\nprompt_ids: [clerk]";
    let (found, count) = of_definition(&tree, definition, "minimal");
    assert_eq!(missing(&found), [("", "gone.md")]);
    assert_eq!(count, 1);
}

#[test]
fn of_several_capitals_the_last_begins_a_word() {
    for key in ["defaultLLMClient", "LLMClient"] {
        let entry = format!("{key}: big");
        let tree = [(ENTRY, entry.as_str())];
        // Neither is a key that names a model.
        assert_eq!(
            missing(&collected(&tree, ENTRY, &strategy("comprehensive"))),
            []
        );
    }
    let named = [
        "promptIDs: [clerk]",
        "prompt_ids: [clerk]",
        "llmClient: clerk",
        "systemPromptRef: clerk",
    ];
    for entry in named {
        let found = collected(&[(ENTRY, entry)], ENTRY, &strategy("comprehensive"));
        assert_eq!(missing(&found), [(ENTRY, "clerk")], "{entry}");
    }
}

/// A tree without the definition that refers to its files.
fn of_definition(tree: &[(&str, &str)], definition: &str, name: &str) -> (Collected, usize) {
    let texts: BTreeMap<_, _> = tree.iter().map(|(at, text)| (path(at), *text)).collect();
    let names: Names = texts.keys().cloned().collect();
    let settings = Settings {
        root: ["configs".to_owned()].into(),
        default_tool_set: "basic-tools".to_owned(),
    };
    let mut facts = |path: &ConfigPath| Arc::new(Facts::of(&value(texts[path]), path));
    let references = references_of_definition(&value(definition));
    let count = count_resolved(&references, &names, &settings, &mut facts);
    let entry = Entry::Definition(references);
    (
        collect(&entry, &names, &settings, &strategy(name), &mut facts),
        count,
    )
}

#[test]
fn a_definition_stands_with_the_workflows_and_is_none_of_the_files() {
    let tree = [
        ("tool-sets/basic-tools.yaml", "tools: [sum]"),
        ("tools/sum.yaml", "name: sum"),
        ("workflows/load.yaml", "tools: [gone]"),
        ("llms/big.yaml", "name: big"),
    ];
    let definition = "tool_manager: default\nworkflowRef: load.yaml\nllm: big\nscriptPath: away.py";
    let (found, count) = of_definition(&tree, definition, "standard");
    assert_eq!(
        taken(&found),
        [
            "tool-sets/basic-tools.yaml",
            "tools/sum.yaml",
            "workflows/load.yaml"
        ]
    );
    assert_eq!(
        missing(&found),
        [("", "away.py"), ("workflows/load.yaml", "gone")]
    );
    let left: Vec<_> = found.left_out.into_iter().collect();
    assert_eq!(left, [(path("llms/big.yaml"), LeftOut::Kind)]);
    assert_eq!(count, 3);
}

#[test]
fn a_definition_that_refers_to_nothing_here_has_no_configuration() {
    let tree = [("tools/sum.yaml", "name: sum"), ("global.yaml", "a: 1")];
    for definition in [
        "name: Plain",
        "tools: [other]",
        "description: {tools: [sum]}",
    ] {
        assert_eq!(
            of_definition(&tree, definition, "comprehensive").1,
            0,
            "{definition}"
        );
    }
}
