//! Trust in what came from elsewhere (contracts, "Trust"): it is asked for once per content, and
//! given to exactly what was shown.
//!
//! What is trusted is known by a hash. It covers the tasks; where requirement 002's executor carries
//! out statements of the context, and the context came from elsewhere too, it covers that as well.

use flowkeep_core::run::Definition;
use flowkeep_core::{Document, Format, Sha256, Value, json};
use flowkeep_engine::tasks_hash;
use flowkeep_store::StoreError;

use super::run_previews::acts;
use crate::engine_seat::connected;
use crate::{Api, AppError};

/// The action that carries out statements of the context.
const OF_CONTEXT: &str = "DataSourceTaskExecutor.execute";

/// What would be carried out.
pub(super) struct Untrusted<'a> {
    /// What the workflow is called.
    pub(super) name: &'a str,
    /// How its text is written.
    pub(super) format: Format,
    /// Its text.
    pub(super) text: &'a str,
    /// What it is started with, where that came from elsewhere.
    pub(super) context: Option<&'a str>,
    /// Whether what stands here is what somebody here wrote.
    pub(super) is_own: bool,
}

/// What somebody says who lets it run.
#[derive(Debug, Default)]
pub(super) struct Word {
    /// Whether it is trusted.
    pub(super) trust: bool,
    /// The hash of what was shown; whatever stands there now where nothing was.
    pub(super) shown: Option<String>,
}

/// Takes somebody's word for what would be carried out, or asks for it.
///
/// # Errors
/// `trust_required` with what it would do (`acts`) and what that is known by (`hash`).
pub(super) fn settle(api: &Api, asked: &Untrusted<'_>, word: &Word) -> Result<(), AppError> {
    let document = Document::parse(asked.format, asked.text.to_owned())?;
    let unreadable = |_| AppError::new("run_not_readable");
    let definition = Definition::read(document.value()).map_err(unreadable)?;
    if definition.acting().next().is_none() {
        return Ok(());
    }
    let context = asked.context.filter(|_| carries_out_context(&definition));
    let hash = hash_of(document.value(), context);
    if word.trust
        && word
            .shown
            .as_ref()
            .is_none_or(|shown| *shown == hash.to_string())
    {
        let actor = api.actor()?;
        return Ok(api
            .store
            .write::<_, StoreError>(move |tx| tx.trust(hash, &actor))?);
    }
    if (asked.is_own && context.is_none()) || api.store.is_trusted(hash)? {
        return Ok(());
    }
    let connected = connected(&api.data_dir)?;
    let context = context.map(json::parse);
    let acts = acts(Some(&definition), context.as_ref(), &connected);
    Err(AppError::new("trust_required")
        .with("name", asked.name)
        .with("hash", hash)
        .with("acts", serde_json::json!(acts)))
}

fn carries_out_context(definition: &Definition) -> bool {
    let mut acting = definition.acting();
    acting.any(|task| task.action.name == OF_CONTEXT)
}

fn hash_of(workflow: &Value, context: Option<&str>) -> Sha256 {
    let tasks = tasks_hash(workflow);
    match context {
        None => tasks,
        Some(context) => Sha256::of(format!("{tasks}\n{context}").as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::open;

    const RUNS: &str = r#"{"name": "W", "tasks": [{"id": "a", "action": "program.run", "params": {"program": "one"}}]}"#;
    const EXECUTES: &str =
        r#"{"name": "W", "tasks": [{"id": "a", "action": "DataSourceTaskExecutor.execute"}]}"#;

    fn brought<'a>(text: &'a str, context: Option<&'a str>) -> Untrusted<'a> {
        Untrusted {
            name: "W",
            format: Format::Json,
            text,
            context,
            is_own: false,
        }
    }

    /// What the refusal carries: the hash, and what it would do.
    fn refused(api: &Api, asked: &Untrusted<'_>, word: &Word) -> (String, String) {
        let error = settle(api, asked, word).unwrap_err();
        assert_eq!(error.code, "trust_required");
        (error.fields["hash"].clone(), error.fields["acts"].clone())
    }

    fn yes(shown: Option<&str>) -> Word {
        Word {
            trust: true,
            shown: shown.map(str::to_owned),
        }
    }

    #[test]
    fn trust_is_given_to_what_was_shown_and_to_nothing_else() {
        let root = tempfile::tempdir().unwrap();
        let api = open(root.path());
        let other = RUNS.replace("one", "another");
        let (shown, acts) = refused(&api, &brought(RUNS, None), &Word::default());
        assert!(acts.contains("one"), "{acts}");
        // It was replaced between the look and the word.
        let (now, acts) = refused(&api, &brought(&other, None), &yes(Some(&shown)));
        assert!(acts.contains("another") && now != shown, "{acts}");
        refused(&api, &brought(&other, None), &Word::default());
        settle(&api, &brought(RUNS, None), &yes(Some(&shown))).unwrap();
        settle(&api, &brought(RUNS, None), &Word::default()).unwrap();
        refused(&api, &brought(&other, None), &Word::default());
        settle(&api, &brought(&other, None), &yes(None)).unwrap();
    }

    #[test]
    fn statements_of_a_context_from_elsewhere_are_trusted_with_it() {
        let root = tempfile::tempdir().unwrap();
        let api = open(root.path());
        let (drops, reads) = (r#"{"query":"DROP TABLE t"}"#, r#"{"query":"SELECT 1"}"#);
        settle(&api, &brought(EXECUTES, None), &yes(None)).unwrap();
        let (_, acts) = refused(&api, &brought(EXECUTES, Some(drops)), &Word::default());
        assert!(acts.contains("DROP TABLE t"), "{acts}");
        let own = Untrusted {
            is_own: true,
            ..brought(EXECUTES, Some(drops))
        };
        refused(&api, &own, &Word::default());
        settle(&api, &brought(EXECUTES, Some(reads)), &yes(None)).unwrap();
        settle(&api, &brought(EXECUTES, Some(reads)), &Word::default()).unwrap();
        refused(&api, &brought(EXECUTES, Some(drops)), &Word::default());
        // A task that uses none of it asks for its tasks alone.
        settle(&api, &brought(RUNS, Some(drops)), &yes(None)).unwrap();
        settle(&api, &brought(RUNS, Some(reads)), &Word::default()).unwrap();
    }
}
