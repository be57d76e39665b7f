//! `template_offers`, `template_variables`, `template_use`: a workflow out of a template.

use std::path::Path;

use flowkeep_core::template::{VariableType, fill, variables};
use flowkeep_core::{Document, Format, Kind, Message, Value, json, summarise};
use flowkeep_engine::{is_written_here, tasks_hash};
use flowkeep_store::DocumentRecord;
use ulid::Ulid;

use super::documents::{Put, exists, find_kept, not_found, parsed};
use super::folders::{self, NewFolder};
use crate::apart::is_there;
use crate::types::{
    DocumentRef, Nothing, Object, TemplateOffer, TemplateOffers, TemplateUseInput, TemplateUsed,
    TemplateVariables,
};
use crate::{Api, AppError, Tongue};

/// Templates that come with Flowkeep, in English and in Chinese.
const SHIPPED: [[&str; 2]; 1] = [[
    include_str!("../examples/describe-database.en.json"),
    include_str!("../examples/describe-database.zh-CN.json"),
]];

/// The templates that come with Flowkeep, in the language of whoever is at it.
fn shipped(api: &Api) -> impl Iterator<Item = Value> {
    let tongue = api.tongue();
    SHIPPED.into_iter().map(move |[english, chinese]| {
        json::parse(match tongue {
            Tongue::English => english,
            Tongue::Chinese => chinese,
        })
    })
}

/// The templates that come with Flowkeep.
///
/// # Errors
/// None.
pub fn offers(api: &Api, _: Nothing) -> Result<TemplateOffers, AppError> {
    let items: Vec<_> = shipped(api)
        .map(|template| {
            let words = |key: &str| {
                let words = template.get(key).and_then(Value::as_str);
                words.unwrap_or_default().to_owned()
            };
            TemplateOffer {
                id: words("id"),
                name: words("name"),
                description: words("description"),
            }
        })
        .collect();
    Ok(TemplateOffers {
        total: u32::try_from(items.len()).unwrap_or(u32::MAX),
        items,
    })
}

/// What a template asks for.
///
/// # Errors
/// `not_found`.
pub fn asked(api: &Api, input: DocumentRef) -> Result<TemplateVariables, AppError> {
    let template = Template::find(api, &input.id)?;
    let asked = variables(&template.value).into_iter();
    Ok(TemplateVariables {
        name: template.name,
        items: asked.map(Into::into).collect(),
    })
}

/// Makes a workflow out of a template, and a task folder for it where the template wants one and
/// none is given.
///
/// # Errors
/// `not_found`; `template_value_missing`, `template_value_unknown`, `template_value_wrong`, `template_value_above`;
/// `template_connection_unknown`, `folder_unknown`, `folder_ambiguous`; `template_empty`, `template_no_workflow`;
/// `exists` where the template gives an id that is taken;
/// why the folder cannot be made.
pub fn make(api: &Api, input: TemplateUseInput) -> Result<TemplateUsed, AppError> {
    let template = Template::find(api, &input.id)?;
    let values = input.values;
    let made = template.filled(&values)?;
    template.must_find(api, &values)?;
    let id = summarise(Kind::Workflow, &made, None).id;
    let id = id.unwrap_or_else(|| Ulid::generate().to_string());
    let Some(variable) = template.folder_wanted(&values) else {
        return keep(api, &template, &values, id, None);
    };
    must_be_free(&id, api.store.document(Kind::Workflow, &id)?)?;
    let place = folders::new_place(api, None)?;
    let folder = NewFolder::at(api, &id, &place);
    let mut values = values;
    values.set(&variable, folder.made().id.as_str().into());
    let used = keep(api, &template, &values, id, Some(folder));
    if used.is_err() {
        folders::remove_place(api, &place);
    }
    used
}

/// Keeps the workflow and makes its folder known, both or neither.
fn keep(
    api: &Api,
    template: &Template,
    values: &Object,
    id: String,
    folder: Option<NewFolder>,
) -> Result<TemplateUsed, AppError> {
    let document = template.filled(values)?;
    let tasks = tasks_hash(document.value());
    let mut put = Put::new(api, Kind::Workflow, document, None, "template_use")?;
    if let Some(folder) = &folder {
        put = put.along_with(folder.came());
    }
    let (actor, trusted) = (api.actor()?, template.trusted);
    let made = folder.as_ref().map(NewFolder::made);
    let changed = api.store.write::<_, AppError>(move |tx| {
        must_be_free(&id, tx.document(Kind::Workflow, &id)?)?;
        if let Some(folder) = &folder {
            folder.under(tx)?;
        }
        // What its author may run unasked, whoever fills it in may.
        if trusted {
            tx.trust(tasks, &actor)?;
        }
        put.under(tx, id)
    })?;
    Ok(TemplateUsed {
        id: changed.id,
        revision: changed.revision,
        operation_id: changed.operation_id,
        folder: made,
        warnings: template.not_there(values),
    })
}

/// Refuses an id that a workflow has which is here.
fn must_be_free(id: &str, there: Option<DocumentRecord>) -> Result<(), AppError> {
    match there.filter(|there| there.deleted_at.is_none()) {
        Some(there) => Err(exists(Kind::Workflow, id, &there.name)),
        None => Ok(()),
    }
}

/// A template that is here or comes with Flowkeep.
struct Template {
    name: String,
    value: Value,
    /// Whether somebody here wrote it, or we did.
    trusted: bool,
}

impl Template {
    fn find(api: &Api, id: &str) -> Result<Self, AppError> {
        match find_kept(&api.store, Kind::Template, id) {
            Ok(there) => Ok(Self {
                trusted: is_written_here(&api.store, &there)?,
                value: parsed(&api.store, &there, there.revision)?.value().clone(),
                name: there.name,
            }),
            Err(error) if error.code == "not_found" => {
                let is_it = |template: &Value| template.get("id") == Some(&id.into());
                let value = shipped(api).find(is_it);
                let value = value.ok_or_else(|| not_found(Kind::Template, id))?;
                let name = value.get("name").and_then(Value::as_str);
                Ok(Self {
                    name: name.unwrap_or(id).to_owned(),
                    trusted: true,
                    value,
                })
            }
            Err(error) => Err(error),
        }
    }

    fn filled(&self, values: &Object) -> Result<Document, AppError> {
        let document = match fill(&self.value, &values.0)? {
            Value::String(text) if text.trim_start().starts_with('{') => {
                Document::parse(Format::Json, text)?
            }
            Value::String(text) => Document::parse(Format::Yaml, text)?,
            value => Document::parse(Format::Json, json::print_lines(&value))?,
        };
        if document.value().as_object().is_none() {
            return Err(AppError::new("template_no_workflow").with("name", &self.name));
        }
        Ok(document)
    }

    /// That the data sources and task folders it is filled in with are here: a name that is mistyped shows
    /// now, and not at the first run.
    fn must_find(&self, api: &Api, values: &Object) -> Result<(), AppError> {
        for variable in variables(&self.value) {
            let given = given(values, &variable.name).or(variable.default.as_ref());
            let Some(named) = given.and_then(Value::as_word) else {
                continue;
            };
            match variable.holds {
                VariableType::TaskFolder => {
                    folders::meant(api, named)?;
                }
                VariableType::Connection if !is_connected(api, named)? => {
                    return Err(AppError::new("template_connection_unknown")
                        .with("name", named)
                        .hint("add_source"));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// What it is filled in with is here as a rule, but a run may be what makes it. Where a path begins that
    /// does not say so itself, only a run knows.
    fn not_there(&self, values: &Object) -> Vec<Message> {
        let paths = variables(&self.value).into_iter();
        let paths = paths.filter(|variable| variable.holds == VariableType::Path);
        let told = paths.filter_map(|variable| {
            let given = given(values, &variable.name).or(variable.default.as_ref());
            let path = Path::new(given?.as_word()?).to_owned();
            let told = Message::new("template_path_not_there")
                .with("name", &variable.name)
                .with("path", path.display());
            (path.is_absolute() && !is_there(&path)).then_some(told)
        });
        told.collect()
    }

    /// The variable of a task folder that has no value.
    fn folder_wanted(&self, values: &Object) -> Option<String> {
        let mut variables = variables(&self.value).into_iter();
        let wanted = variables.find(|variable| {
            variable.holds == VariableType::TaskFolder
                && variable.default.is_none()
                && given(values, &variable.name).is_none()
        });
        wanted.map(|variable| variable.name)
    }
}

/// The value that is given for a variable; an empty text is none.
fn given<'v>(values: &'v Object, name: &str) -> Option<&'v Value> {
    let value = values.get(name)?;
    (!value.is_null() && value.as_str() != Some("")).then_some(value)
}

/// Whether there is a data source of this name, or one of this kind.
fn is_connected(api: &Api, named: &str) -> Result<bool, AppError> {
    let connected = api.connected()?;
    let mut sources = connected.sources.iter();
    Ok(sources.any(|source| source.name() == named || source.kind() == named))
}

#[cfg(test)]
mod tests {
    use flowkeep_core::run::Definition;
    use flowkeep_core::validate;
    use serde_json::json;

    use super::{fill as fill_in, *};
    use crate::testing::{know, open, task_folder};
    use crate::types::{CreateInput, UndoInput, UpdateInput};
    use crate::{documents, folders, restores};

    const FOLDER: &str = "00000000000000000000000001";

    fn input(id: &str, values: serde_json::Value) -> TemplateUseInput {
        serde_json::from_value(json!({"id": id, "values": values})).unwrap()
    }

    fn describe(values: serde_json::Value) -> TemplateUseInput {
        input("describe-database", values)
    }

    fn text(api: &Api, id: &str) -> serde_json::Value {
        let shown = DocumentRef {
            id: id.to_owned(),
            revision: None,
        };
        documents::show(api, Kind::Workflow, shown).unwrap().view
    }

    #[test]
    fn the_templates_that_come_with_it_are_sound_and_make_what_runs() {
        for text in SHIPPED.as_flattened() {
            let document = Document::parse(Format::Json, (*text).to_owned()).unwrap();
            let found = validate(Kind::Template, &document);
            assert!(
                found.errors.is_empty() && found.warnings.is_empty(),
                "{found:?}"
            );
        }
        // Both do the same: only what people read differs.
        let does = |text: &str| {
            let template = json::parse(text);
            let fill = |name: &str| (name.to_owned(), Value::from("1"));
            let values = ["name", "connection", "samples", "folder"].map(fill);
            let made = fill_in(&template, &values).unwrap();
            let tasks = made.get("tasks").unwrap().to_json();
            let tasks = tasks.as_array().unwrap().iter().cloned();
            tasks
                .map(|mut task| {
                    task.as_object_mut().unwrap().remove("name");
                    task
                })
                .collect::<Vec<_>>()
        };
        for [english, chinese] in SHIPPED {
            assert_eq!(does(english), does(chinese));
        }
        let root = tempfile::tempdir().unwrap();
        let api = open(&root.path().join("data"));
        let used = make(
            &api,
            describe(json!({"connection": "local", "samples": "3"})),
        )
        .unwrap();
        let view = text(&api, &used.id);
        let document = Document::parse(Format::Json, view.to_string()).unwrap();
        let found = validate(Kind::Workflow, &document);
        assert!(
            found.errors.is_empty() && found.warnings.is_empty(),
            "{found:?}"
        );
        assert_eq!(Definition::check(document.value()).errors, []);
        assert_eq!(view["tasks"][1]["params"]["samples"], 3);
        assert_eq!(view["tasks"][1]["dataSource"], "local");
        // What is asked stands once: what is written down of it is what was used.
        let spelled = view.to_string();
        assert_eq!(spelled.matches(r#""samples":3"#).count(), 1, "{spelled}");
        assert_eq!(spelled.matches(r#""local""#).count(), 1, "{spelled}");

        // Its folder is there, is the workflow's, and is where it works.
        let folder = used.folder.unwrap();
        assert!(std::path::Path::new(&folder.path).is_dir());
        assert_eq!(view["taskFolder"], folder.id);
        let folders = folders::list(&api, Nothing {}).unwrap();
        assert_eq!(folders.items[0].workflow_id, used.id);
    }

    #[test]
    fn a_folder_that_is_given_is_taken_and_none_is_made_for_what_cannot_be_filled() {
        let root = tempfile::tempdir().unwrap();
        let api = open(&root.path().join("data"));
        for (values, code) in [
            (json!({}), "template_value_missing"),
            (
                json!({"connection": "local", "x": 1}),
                "template_value_unknown",
            ),
            (
                json!({"connection": "local", "samples": "many"}),
                "template_value_wrong",
            ),
            (
                json!({"connection": "local", "samples": "21"}),
                "template_value_above",
            ),
        ] {
            assert_eq!(make(&api, describe(values)).unwrap_err().code, code);
        }
        assert_eq!(folders::list(&api, Nothing {}).unwrap().total, 0);
        for (values, code) in [
            (
                json!({"connection": "locale"}),
                "template_connection_unknown",
            ),
            (
                json!({"connection": "local", "folder": "reports"}),
                "folder_unknown",
            ),
        ] {
            let refused = make(&api, describe(values)).unwrap_err();
            assert_eq!(refused.code, code);
            assert!(!refused.hints.is_empty(), "with the next step");
        }
        assert_eq!(folders::list(&api, Nothing {}).unwrap().total, 0);
        let reports = root.path().join("reports");
        know(&api, &task_folder(FOLDER, "w", &reports));
        // A source is also named by its kind, as tasks do.
        for connection in ["local", "sqlite"] {
            let values = json!({"connection": connection, "folder": "reports"});
            let used = make(&api, describe(values)).unwrap();
            assert!(used.folder.is_none());
            assert_eq!(text(&api, &used.id)["taskFolder"], "reports");
        }
        assert_eq!(
            make(&api, input("none", json!({}))).unwrap_err().code,
            "not_found"
        );
    }

    #[test]
    fn the_folder_goes_with_what_it_was_made_for() {
        let root = tempfile::tempdir().unwrap();
        let api = open(&root.path().join("data"));
        let own = api.real_data_dir().join("task-folders");
        let there = || std::fs::read_dir(&own).unwrap().count();
        let used = || make(&api, describe(json!({"connection": "local"}))).unwrap();
        let undo = |used: &TemplateUsed| {
            let operation_id = used.operation_id.clone();
            restores::undo(&api, UndoInput { operation_id }).unwrap()
        };
        let first = used();
        let undone = undo(&first);
        assert_eq!((undone.removed, undone.kept, there()), (1, 0, 0));
        assert!(api.store.task_folders().unwrap().is_empty());

        // What somebody put into it keeps it.
        let second = used();
        let place = second.folder.as_ref().unwrap().path.clone();
        std::fs::write(format!("{place}/table_list.txt"), "t").unwrap();
        let undone = undo(&second);
        assert_eq!((undone.removed, undone.kept, there()), (1, 1, 1));
        assert_eq!(api.store.task_folders().unwrap().len(), 1);
    }

    #[test]
    fn the_folder_stays_with_a_workflow_that_stays_and_with_any_that_names_it() {
        let root = tempfile::tempdir().unwrap();
        let api = open(&root.path().join("data"));
        let used = || make(&api, describe(json!({"connection": "local"}))).unwrap();
        let undo = |used: &TemplateUsed| {
            let operation_id = used.operation_id.clone();
            restores::undo(&api, UndoInput { operation_id }).unwrap()
        };
        let why_folder = |undone: &crate::types::UndoResult| {
            let mut kept = undone.conflicts.iter();
            let folder = kept.find(|kept| kept.kind == "folder").unwrap();
            folder.reason.code.clone()
        };
        let edited = used();
        let mut view = text(&api, &edited.id);
        view["description"] = "mine".into();
        let put = UpdateInput {
            id: edited.id.clone(),
            text: view.to_string(),
            format: None,
            base_revision: None,
        };
        documents::update(&api, Kind::Workflow, put).unwrap();
        let undone = undo(&edited);
        assert_eq!((undone.removed, undone.kept), (0, 2));
        assert_eq!(why_folder(&undone), "folder_named");
        let folders = folders::list(&api, Nothing {}).unwrap();
        assert_eq!(folders.items[0].id, view["taskFolder"]);
        assert!(std::path::Path::new(&folders.items[0].path).is_dir());

        let shared = used();
        let folder = shared.folder.clone().unwrap();
        for (n, named) in [&folder.id, &folder.path].into_iter().enumerate() {
            let id = format!("other-{n}");
            let create = CreateInput {
                text: json!({"id": id, "name": id, "tasks": [], "taskFolder": named}).to_string(),
                format: Format::Json,
                id: None,
                name: None,
            };
            documents::create(&api, Kind::Workflow, create).unwrap();
        }
        let undone = undo(&shared);
        assert_eq!((undone.removed, undone.kept), (1, 1));
        assert_eq!(why_folder(&undone), "folder_named");
        assert!(std::path::Path::new(&folder.path).is_dir());
    }

    #[test]
    fn no_folder_is_left_of_what_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let api = open(&root.path().join("data"));
        let own = api.real_data_dir().join("task-folders");
        know(&api, &task_folder(FOLDER, "w", &own));
        let refused = make(&api, describe(json!({"connection": "local"}))).unwrap_err();
        assert_eq!(refused.code, "folder_unsafe");
        assert_eq!(std::fs::read_dir(&own).unwrap().count(), 0);
        let filter = flowkeep_store::OperationFilter {
            limit: 9,
            ..Default::default()
        };
        assert!(api.store.operations(&filter).unwrap().items.is_empty());
    }

    #[test]
    fn a_template_of_ones_own_makes_a_workflow_and_its_id_is_taken_once() {
        let root = tempfile::tempdir().unwrap();
        let api = open(&root.path().join("data"));
        let own = json!({"id": "own", "name": "Own", "variables": [{"name": "id", "required": true}],
            "content": "{\"id\": \"{{id}}\", \"name\": \"Made\", \"tasks\": []}"});
        let create = CreateInput {
            text: own.to_string(),
            format: Format::Json,
            id: None,
            name: None,
        };
        documents::create(&api, Kind::Template, create).unwrap();
        let used = make(&api, input("own", json!({"id": "made"}))).unwrap();
        assert_eq!(used.id, "made");
        let again = make(&api, input("own", json!({"id": "made"}))).unwrap_err();
        assert_eq!(again.code, "exists");
        let none = make(&api, input("own", json!({"id": "\", \""}))).unwrap_err();
        assert!(
            none.code.starts_with("json_") || none.code.starts_with("document_"),
            "{none:?}"
        );
    }
}
