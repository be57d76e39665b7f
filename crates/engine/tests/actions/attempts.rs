//! A place to make attempts in.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use flowkeep_core::run::{Level, TaskId};
use flowkeep_core::{Message, RunId, Value};
use flowkeep_engine::actions::{
    ActionError, Attempt, Caps, Done, HttpClient, Mask, Output, Room, Said, Stop, Stopper,
    carry_out,
};
use flowkeep_engine::sources::{Chosen, LOCAL, Source, Sqlite};
use flowkeep_host::SystemClock;
use serde_json::{Map, Value as Json, json};

pub(crate) struct Place {
    root: tempfile::TempDir,
    pub(crate) source: Option<Chosen>,
    pub(crate) caps: Caps,
    pub(crate) mask: Mask,
    pub(crate) context: Json,
    pub(crate) key: String,
    pub(crate) stop: Stop,
    pub(crate) stopper: Stopper,
    said: Mutex<Vec<(Level, Said)>>,
    /// Told after every line that was said.
    pub(crate) on_line: Box<dyn Fn(&Stopper) + Send + Sync>,
}

impl Place {
    /// With an empty SQLite file as its source.
    pub(crate) fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("folder")).unwrap();
        let (stopper, stop) = Stopper::new();
        let source = Sqlite::made(LOCAL, root.path().join("local.db")).unwrap();
        let source = Some(chosen(Arc::new(source)));
        Self {
            root,
            source,
            caps: Caps::default(),
            mask: Mask::default(),
            context: json!({}),
            key: "01J/task".to_owned(),
            stop,
            stopper,
            said: Mutex::default(),
            on_line: Box::new(|_| ()),
        }
    }

    /// With this source.
    pub(crate) fn on(source: Arc<dyn Source>) -> Self {
        Self {
            source: Some(chosen(source)),
            ..Self::new()
        }
    }

    /// The same with this done to its database.
    pub(crate) fn with(sql: &str) -> Self {
        let place = Self::new();
        place.database().execute_batch(sql).unwrap();
        place
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.root.path().to_owned()
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.root.path().join("folder")
    }

    pub(crate) fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.root.path().join("local.db")).unwrap()
    }

    pub(crate) async fn attempt(&self, action: &str, params: Json) -> Result<Done, ActionError> {
        self.try_with(action, &Value::from_json(&params)).await
    }

    pub(crate) async fn try_with(&self, action: &str, params: &Value) -> Result<Done, ActionError> {
        let say = |level: Level, said: Said| {
            let line = matches!(said, Said::Line(_));
            self.said.lock().unwrap().push((level, said));
            if line {
                (self.on_line)(&self.stopper);
            }
        };
        carry_out(Attempt {
            run: RunId(ulid::Ulid::from_parts(1_700_000_000_000, 7)),
            task: &TaskId::from("task"),
            action,
            params,
            context: &Value::from_json(&self.context),
            key: &self.key,
            source: self.source.as_ref(),
            folder: &self.folder(),
            configuration: None,
            room: Room {
                caps: self.caps,
                overflow: self.root.path().join("outputs"),
                prefix: "task-1".to_owned(),
                mask: self.mask.clone(),
            },
            stop: self.stop.clone(),
            say: &say,
            http: &HttpClient::new(),
            clock: &SystemClock,
        })
        .await
    }

    /// The output of an attempt that succeeds.
    pub(crate) async fn output(&self, action: &str, params: Json) -> Json {
        self.whole_output(action, params).await.value.to_json()
    }

    pub(crate) async fn whole_output(&self, action: &str, params: Json) -> Output {
        match self.attempt(action, params).await {
            Ok(Done::Output { output, .. }) => output,
            other => panic!("{action}: {other:?}"),
        }
    }

    /// The code of an attempt that fails.
    pub(crate) async fn code(&self, action: &str, params: Json) -> String {
        self.error(action, params).await.message.code
    }

    pub(crate) async fn error(&self, action: &str, params: Json) -> ActionError {
        match self.attempt(action, params).await {
            Err(error) => error,
            other => panic!("{action}: {other:?}"),
        }
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        let said = self.said.lock().unwrap();
        let lines = said.iter().filter_map(|(_, said)| match said {
            Said::Line(line) => Some(line.clone()),
            Said::Message(_) => None,
        });
        lines.collect()
    }

    pub(crate) fn warnings(&self) -> Vec<Message> {
        let said = self.said.lock().unwrap();
        let warnings = said.iter().filter_map(|(level, said)| match said {
            Said::Message(message) if *level == Level::Warning => Some(message.clone()),
            _ => None,
        });
        warnings.collect()
    }
}

fn chosen(source: Arc<dyn Source>) -> Chosen {
    Chosen {
        source,
        rule: "name".to_owned(),
        passed_over: Vec::new(),
    }
}

/// An object without a key.
pub(crate) fn without(params: &Json, key: &str) -> Json {
    let members = params.as_object().unwrap().iter();
    let kept = members.filter(|(name, _)| *name != key);
    Json::Object(
        kept.map(|(k, v)| (k.clone(), v.clone()))
            .collect::<Map<_, _>>(),
    )
}
