//! Whatever a face shows by a key that is put together has its words in both languages.

use std::collections::BTreeMap;
use std::path::Path;

use flowkeep_core::run::action::ACTIONS;
use flowkeep_core::run::{Reason, Status};
use rstest::rstest;

#[rstest]
#[case("en")]
#[case("zh-CN")]
fn actions_parameters_statuses_and_reasons_have_words(#[case] language: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../messages");
    let text = std::fs::read_to_string(folder.join(language).with_extension("json")).unwrap();
    let words: BTreeMap<String, String> = serde_json::from_str(&text).unwrap();
    let params = ACTIONS.iter().flat_map(|action| action.params);
    let params = params.map(|param| format!("param_{}", param.name));
    let actions = ACTIONS
        .iter()
        .map(|action| format!("action_{}", action.key()));
    let statuses = [
        Status::Queued,
        Status::Waiting,
        Status::Running,
        Status::Paused,
        Status::Succeeded,
        Status::Failed,
        Status::Cancelled,
        Status::Skipped,
        Status::Interrupted,
    ];
    let statuses = statuses
        .iter()
        .map(|status| format!("status_{}", status.as_str()));
    let reasons = Reason::ALL.iter().map(|reason| {
        let word = serde_json::to_value(reason).unwrap();
        format!("reason_{}", word.as_str().unwrap())
    });
    let fields = ["text", "number", "whole", "truth", "date", "choice"];
    let fields = fields.map(|holds| format!("answer_field_not_{holds}"));
    // What the executor of requirement 002 takes from the context is shown like a parameter.
    let executor = ["query", "values"].map(|name| format!("param_{name}"));
    let all = params.chain(actions).chain(statuses).chain(reasons);
    let all = all.chain(fields).chain(executor);
    let missing: Vec<_> = all.filter(|key| !words.contains_key(key)).collect();
    assert!(missing.is_empty(), "{language}: {missing:?}");
}
