//! Trust in what came from elsewhere (contracts, "Trust"): it is asked for once per content, and
//! given to exactly what was shown.
//!
//! What is trusted is known by a hash. It covers the tasks; of a run that came from elsewhere it
//! covers the context and the outputs as well, where these decide what acting tasks do.

use std::collections::BTreeMap;

use flowkeep_core::run::{Definition, ROUTING_NAMES, TaskId};
use flowkeep_core::{Document, Format, Sha256, Value, json};
use flowkeep_engine::tasks_hash;
use flowkeep_store::StoreError;

use super::run_previews::acts;
use crate::types::RunAct;
use crate::{Api, AppError};

/// What would be carried out.
pub(super) struct Untrusted<'a> {
    /// The id of the workflow; empty for a task without one.
    pub(super) workflow: &'a str,
    /// What the workflow is called.
    pub(super) name: &'a str,
    /// How its text is written.
    pub(super) format: Format,
    /// Its text.
    pub(super) text: &'a str,
    /// The values it would go on with that nobody here gave.
    pub(super) values: Option<Values<'a>>,
    /// Whether what stands here is what somebody here wrote.
    pub(super) is_own: bool,
}

/// What a run has that came from elsewhere.
#[derive(Debug, Clone, Copy)]
pub(super) struct Values<'a> {
    /// What it is started with.
    pub(super) context: &'a str,
    /// The row of the run whose outputs it has.
    pub(super) row: i64,
    /// The tasks whose outputs it takes over; all of them where it goes on itself.
    pub(super) carried: Option<&'a [TaskId]>,
}

/// Values that decide what acting tasks do.
#[derive(Default)]
struct Deciding<'a> {
    context: Option<&'a str>,
    outputs: BTreeMap<TaskId, String>,
}

impl<'a> Deciding<'a> {
    fn of(values: Values<'a>, definition: &Definition, api: &Api) -> Result<Self, StoreError> {
        let by = definition.acts_on();
        let given = json::parse(values.context);
        let is_empty = given == Value::Object(Vec::new());
        let routes = || ROUTING_NAMES.iter().any(|name| given.get(name).is_some());
        let decides = (by.context && !is_empty) || (by.routing && routes());
        let mut deciding = Self {
            context: decides.then_some(values.context),
            outputs: BTreeMap::new(),
        };
        if by.outputs {
            let tasks = definition.tasks().iter().map(|task| &task.id);
            let is_had = |id: &&TaskId| values.carried.is_none_or(|carried| carried.contains(id));
            for id in tasks.filter(is_had) {
                if let Some(output) = api.store.output(values.row, id)? {
                    deciding.outputs.insert(id.clone(), output);
                }
            }
        }
        Ok(deciding)
    }

    fn is_nothing(&self) -> bool {
        self.context.is_none() && self.outputs.is_empty()
    }

    /// Of the tasks and these values; of the tasks alone where nothing else decides.
    fn hash(&self, tasks: Sha256) -> Sha256 {
        if self.is_nothing() {
            return tasks;
        }
        let of = |text: &str| Sha256::of(text.as_bytes());
        let outputs = self.outputs.iter();
        let outputs = outputs.flat_map(|(task, output)| [of(task.as_str()), of(output)]);
        let context = of(self.context.unwrap_or_default());
        let all: Vec<_> = [tasks, context].into_iter().chain(outputs).collect();
        of(&all.iter().map(Sha256::to_string).collect::<String>())
    }
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
    settle_all(api, std::slice::from_ref(asked), word)
}

/// As [`settle`], for what is about to begin: whoever is asked is told where it can be looked at.
///
/// # Errors
/// As [`settle`].
pub(super) fn settle_start(api: &Api, asked: &Untrusted<'_>, word: &Word) -> Result<(), AppError> {
    settle(api, asked, word).map_err(|error| asked_by(error, "trust_it"))
}

/// Whoever is asked for trust is told how to give it.
pub(super) fn asked_by(error: AppError, hint: &str) -> AppError {
    match error.code.as_str() {
        "trust_required" => error.hint(hint),
        _ => error,
    }
}

/// As [`settle`], for a run and those below it that go on with it: one word for all of them.
///
/// # Errors
/// As [`settle`].
pub(super) fn settle_all(api: &Api, all: &[Untrusted<'_>], word: &Word) -> Result<(), AppError> {
    let mut asking = Vec::new();
    for (place, asked) in all.iter().enumerate() {
        if let Some(mut found) = Asking::of(api, asked)? {
            if place > 0 {
                let name = Some(asked.name.to_owned());
                found
                    .acts
                    .iter_mut()
                    .for_each(|act| act.workflow.clone_from(&name));
            }
            asking.push(found);
        }
    }
    let Some(hash) = together(&asking) else {
        return Ok(());
    };
    let shown = hash.to_string();
    if word.trust && word.shown.as_ref().is_none_or(|given| *given == shown) {
        let actor = api.actor()?;
        return Ok(api.store.write::<_, StoreError>(move |tx| {
            let mut all = asking.iter();
            all.try_for_each(|asking| tx.trust(asking.hash, &actor))
        })?);
    }
    if asking.iter().all(|asking| asking.is_trusted) {
        return Ok(());
    }
    let acts: Vec<_> = asking.into_iter().flat_map(|asking| asking.acts).collect();
    let name = all.first().map_or("", |asked| asked.name);
    Err(AppError::new("trust_required")
        .with("name", name)
        .with("hash", shown)
        .with("acts", serde_json::json!(acts)))
}

/// What several are known by together; what one is known by where there is no other.
fn together(asking: &[Asking]) -> Option<Sha256> {
    let (first, rest) = asking.split_first()?;
    if rest.is_empty() {
        return Some(first.hash);
    }
    let all: String = asking
        .iter()
        .map(|asking| asking.hash.to_string())
        .collect();
    Some(Sha256::of(all.as_bytes()))
}

/// Something that acts on the world outside.
struct Asking {
    hash: Sha256,
    is_trusted: bool,
    acts: Vec<RunAct>,
}

impl Asking {
    /// Nothing where it does not act.
    fn of(api: &Api, asked: &Untrusted<'_>) -> Result<Option<Self>, AppError> {
        let document = Document::parse(asked.format, asked.text.to_owned())?;
        let unreadable = |_| AppError::new("run_not_readable");
        let definition = Definition::read(document.value()).map_err(unreadable)?;
        if definition.acting().next().is_none() {
            return Ok(None);
        }
        let deciding = asked
            .values
            .map(|values| Deciding::of(values, &definition, api));
        let deciding = deciding.transpose()?.unwrap_or_default();
        let hash = deciding.hash(tasks_hash(document.value()));
        let is_trusted = (asked.is_own && deciding.is_nothing()) || api.store.is_trusted(hash)?;
        let connected = api.connected()?;
        let context = asked.values.map(|values| json::parse(values.context));
        let outputs = deciding.outputs.into_iter();
        let outputs = outputs.map(|(task, output)| (task, json::parse(&output)));
        let outputs = outputs.collect();
        let acts = acts(
            Some(&definition),
            asked.workflow,
            (context.as_ref(), &outputs),
            &connected,
        );
        Ok(Some(Self {
            hash,
            is_trusted,
            acts,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::open;

    const RUNS: &str = r#"{"name": "W", "tasks": [{"id": "a", "action": "program.run", "params": {"program": "one"}}]}"#;
    const USES: &str = r#"{"name": "W", "tasks": [{"id": "a", "action": "program.run", "params": {"program": "${context.tool}"}}]}"#;
    const WRITES: &str = r#"{"name": "W", "tasks": [{"id": "a", "action": "sql.execute", "params": {"sql": "DELETE FROM t"}}]}"#;
    const EXECUTES: &str =
        r#"{"name": "W", "tasks": [{"id": "a", "action": "DataSourceTaskExecutor.execute"}]}"#;

    fn brought<'a>(text: &'a str, context: Option<&'a str>) -> Untrusted<'a> {
        Untrusted {
            workflow: "w",
            name: "W",
            format: Format::Json,
            text,
            values: context.map(|context| Values {
                context,
                row: 0,
                carried: None,
            }),
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
        // Any action can be told by its input what to do.
        let (rm, ls) = (r#"{"tool":"rm"}"#, r#"{"tool":"ls"}"#);
        settle(&api, &brought(USES, None), &yes(None)).unwrap();
        let own = Untrusted {
            is_own: true,
            ..brought(USES, Some(rm))
        };
        let (_, acts) = refused(&api, &own, &Word::default());
        assert!(acts.contains("rm"), "{acts}");
        settle(&api, &brought(USES, Some(ls)), &yes(None)).unwrap();
        settle(&api, &brought(USES, Some(ls)), &Word::default()).unwrap();
        settle(&api, &brought(USES, Some("{}")), &Word::default()).unwrap();
        refused(&api, &own, &Word::default());
        // What says which data source is written is decided by nobody here.
        let (routes, plain) = (r#"{"isCacheData":true}"#, r#"{"month":"May"}"#);
        settle(&api, &brought(WRITES, None), &yes(None)).unwrap();
        settle(&api, &brought(WRITES, Some(plain)), &Word::default()).unwrap();
        refused(&api, &brought(WRITES, Some(routes)), &Word::default());
        // A task that uses none of it asks for its tasks alone.
        settle(&api, &brought(RUNS, Some(drops)), &yes(None)).unwrap();
        settle(&api, &brought(RUNS, Some(reads)), &Word::default()).unwrap();
    }
}
