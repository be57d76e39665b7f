//! What an operator does, on the catalog and on the model.

use flowkeep_api::types::{
    BackupInput, ChosenPlace, CreateInput, Decision, DeleteInput, DocumentRef, PlanRef,
    RestoreInput, RestorePlanInput, RevertInput, UndoInput, UpdateInput,
};
use flowkeep_api::{Silent, backups, documents, plan_decisions, restores, revisions};
use flowkeep_core::{Format, Kind};
use proptest::prelude::*;

use crate::model::{Conflict, Key, Model};
use crate::subject::Subject;

/// One thing an operator does. Numbers pick among what is there, so that every sequence means
/// something and shrinks to one that still does.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    Create {
        id: usize,
        text: usize,
    },
    Update {
        id: usize,
        text: usize,
    },
    Delete {
        id: usize,
    },
    Undelete {
        id: usize,
    },
    Revert {
        id: usize,
        revision: usize,
    },
    Import {
        id: usize,
        text: usize,
        conflict: Conflict,
    },
    Backup,
    Restore {
        backup: usize,
        force: bool,
    },
    Undo {
        operation: usize,
    },
    Restart,
    Move {
        backup: usize,
    },
}

/// Unicode twins and an id no file may be named after among them.
const KEYS: [(Kind, &str); 6] = [
    (Kind::Workflow, "a"),
    (Kind::Workflow, "../A"),
    (Kind::Roadmap, "\u{e9}"),
    (Kind::Roadmap, "e\u{301}"),
    (Kind::Rule, "a"),
    (Kind::Template, "名 字"),
];

pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let conflict = prop_oneof![
        Just(Conflict::Skip),
        Just(Conflict::Replace),
        Just(Conflict::Copy)
    ];
    let (id, text, pick) = (0..KEYS.len(), 0..4_usize, 0..64_usize);
    let step = prop_oneof![
        4 => (id.clone(), text.clone()).prop_map(|(id, text)| Step::Create { id, text }),
        4 => (id.clone(), text.clone()).prop_map(|(id, text)| Step::Update { id, text }),
        3 => id.clone().prop_map(|id| Step::Delete { id }),
        1 => id.clone().prop_map(|id| Step::Undelete { id }),
        1 => (id.clone(), pick.clone()).prop_map(|(id, revision)| Step::Revert { id, revision }),
        3 => (id, text, conflict)
            .prop_map(|(id, text, conflict)| Step::Import { id, text, conflict }),
        2 => Just(Step::Backup),
        3 => (pick.clone(), any::<bool>())
            .prop_map(|(backup, force)| Step::Restore { backup, force }),
        3 => pick.clone().prop_map(|operation| Step::Undo { operation }),
        1 => Just(Step::Restart),
        1 => pick.prop_map(|backup| Step::Move { backup }),
    ];
    prop::collection::vec(step, 1..40)
}

fn key(id: usize) -> Key {
    let (kind, id) = KEYS[id];
    (kind, id.to_owned())
}

fn format(kind: Kind) -> Format {
    match kind {
        Kind::Workflow => Format::Json,
        Kind::Roadmap => Format::Yaml,
        Kind::Rule | Kind::Template => Format::Markdown,
    }
}

/// A text of this kind without an id: what it is kept under stands beside it.
fn text(kind: Kind, number: usize) -> String {
    match kind {
        Kind::Workflow => {
            format!("{{\"tasks\": [], \"n\": {number}e0, \"name\": \"第{number}\"}}\r\n")
        }
        Kind::Roadmap => format!("name: R{number} # said\nmilestones: []\n"),
        Kind::Rule | Kind::Template => format!("---\ndescription: d\n---\n# Look {number}\n"),
    }
}

impl Step {
    pub(crate) fn run(self, subject: &mut Subject, model: &mut Model) {
        match self {
            Self::Create { id, text } => create(subject, model, &key(id), text),
            Self::Update { id, text } => update(subject, model, &key(id), text),
            Self::Delete { id } => delete(subject, model, &key(id)),
            Self::Undelete { id } => undelete(subject, model, &key(id)),
            Self::Revert { id, revision } => revert(subject, model, &key(id), revision),
            Self::Import { id, text, conflict } => import(subject, model, &key(id), text, conflict),
            Self::Backup => back_up(subject, model),
            Self::Restore { backup, force } => {
                if let Some(backup) = backup.checked_rem(subject.backups.len()) {
                    restore(subject, model, backup, force);
                }
            }
            Self::Undo { operation } => {
                if let Some(operation) = operation.checked_rem(model.operations.len()) {
                    undo(subject, model, operation);
                }
            }
            Self::Restart => subject.restart(),
            Self::Move { backup } => {
                if let Some(backup) = backup.checked_rem(subject.backups.len()) {
                    subject.begin_anew();
                    let items = model.move_to(backup);
                    let done = restore_from(subject, backup, false);
                    model.note(done.undo_id, items);
                }
            }
        }
    }
}

fn create(subject: &Subject, model: &mut Model, key: &Key, number: usize) {
    let text = text(key.0, number);
    let input = CreateInput {
        text: text.clone(),
        format: format(key.0),
        id: Some(key.1.clone()),
        name: None,
    };
    let made = documents::create(subject.api(), key.0, input);
    if model.current(key).is_some() {
        assert_eq!(made.unwrap_err().code, "exists");
        return;
    }
    let item = model.put(key, &text);
    model.note(made.unwrap().operation_id, vec![item]);
}

fn update(subject: &Subject, model: &mut Model, key: &Key, number: usize) {
    let text = text(key.0, number);
    let input = UpdateInput {
        id: key.1.clone(),
        text: text.clone(),
        format: None,
        base_revision: None,
    };
    let done = documents::update(subject.api(), key.0, input);
    if model.current(key).is_none() {
        assert_eq!(done.unwrap_err().code, "not_found");
        return;
    }
    let item = model.put(key, &text);
    model.note(done.unwrap().operation_id, vec![item]);
}

fn delete(subject: &Subject, model: &mut Model, key: &Key) {
    let done = documents::delete(
        subject.api(),
        key.0,
        DeleteInput {
            ids: vec![key.1.clone()],
        },
    );
    if model.current(key).is_none() {
        assert_eq!(done.unwrap_err().code, "not_found");
        return;
    }
    let item = model.delete(key);
    model.note(done.unwrap().operation_id, vec![item]);
}

fn undelete(subject: &Subject, model: &mut Model, key: &Key) {
    let one = DocumentRef {
        id: key.1.clone(),
        revision: None,
    };
    let done = documents::undelete(subject.api(), key.0, one);
    if !model.is_deleted(key) {
        let expected = if model.current(key).is_some() {
            "not_deleted"
        } else {
            "not_found"
        };
        assert_eq!(done.unwrap_err().code, expected);
        return;
    }
    let last = model.texts(key).last().unwrap().clone();
    let item = model.put(key, &last);
    model.note(done.unwrap().operation_id, vec![item]);
}

fn revert(subject: &Subject, model: &mut Model, key: &Key, pick: usize) {
    if model.current(key).is_none() {
        return;
    }
    let number = pick % model.texts(key).len();
    let revision = u32::try_from(number + 1).unwrap();
    let input = RevertInput {
        id: key.1.clone(),
        revision,
    };
    let done = revisions::revert(subject.api(), key.0, input).unwrap();
    let text = model.texts(key)[number].clone();
    let item = model.put(key, &text);
    model.note(done.operation_id, vec![item]);
}

/// A file names its own id; only kinds whose texts can do so are imported.
fn import(subject: &Subject, model: &mut Model, key: &Key, number: usize, conflict: Conflict) {
    let (name, text) = match key.0 {
        Kind::Workflow => (
            "in.json",
            format!("{{\"id\": \"{}\", \"tasks\": [], \"n\": {number}}}", key.1),
        ),
        Kind::Roadmap => (
            "in.yaml",
            format!("id: \"{}\"\nmilestones: []\nn: {number}\n", key.1),
        ),
        Kind::Rule | Kind::Template => return,
    };
    let path = subject.root.path().join(name);
    std::fs::write(&path, &text).unwrap();
    let plan = restores::plan_files(subject.api(), &[path], None, &Silent).unwrap();
    let differing = match conflict {
        Conflict::Skip => Decision::Skip,
        Conflict::Replace => Decision::Take,
        Conflict::Copy => Decision::Copy,
    };
    plan_decisions::choose(subject.api(), &plan.plan_id, differing, Decision::Take).unwrap();
    let plan = PlanRef {
        plan_id: plan.plan_id,
    };
    let done = restores::import_apply(subject.api(), plan, &Silent).unwrap();
    let items = model.import(key, &text, conflict);
    assert_eq!(
        (done.imported + done.updated) as usize,
        items.len(),
        "{done:?}"
    );
    model.note(done.undo_id, items);
}

fn back_up(subject: &mut Subject, model: &mut Model) {
    let into = ChosenPlace::Path(subject.root.path().join("backups"));
    let input = BackupInput {
        into: Some(into),
        ..BackupInput::default()
    };
    let made = backups::backup(subject.api(), input, &Silent).unwrap();
    assert!(made.verified && made.damaged.is_empty());
    assert_eq!(made.count as usize, model.back_up());
    subject.backups.push(made.target_dir.into());
}

fn restore_from(
    subject: &Subject,
    backup: usize,
    force: bool,
) -> flowkeep_api::types::RestoreResult {
    let from = Some(ChosenPlace::Path(subject.backups[backup].clone()));
    let input = RestorePlanInput { from };
    let plan = restores::restore_plan(subject.api(), input, &Silent).unwrap();
    let differing = if force {
        Decision::Take
    } else {
        Decision::Skip
    };
    plan_decisions::choose(subject.api(), &plan.plan_id, differing, Decision::Take).unwrap();
    let input = RestoreInput {
        plan_id: plan.plan_id,
        without_safety_copy: false,
    };
    let done = restores::restore(subject.api(), input, &Silent).unwrap();
    assert_eq!(done.failed, 0, "{done:?}");
    done
}

fn restore(subject: &Subject, model: &mut Model, backup: usize, force: bool) {
    let done = restore_from(subject, backup, force);
    let items = model.restore(backup, force);
    assert_eq!(
        (done.imported + done.updated) as usize,
        items.len(),
        "{done:?}"
    );
    model.note(done.undo_id, items);
}

fn undo(subject: &Subject, model: &mut Model, operation: usize) {
    let id = model.operations[operation].id.clone();
    let came_in = model.operations[operation].came_in;
    let done = restores::undo(
        subject.api(),
        UndoInput {
            operation_id: Some(id),
        },
    );
    if came_in {
        let code = done.unwrap_err().code;
        assert!(
            ["nothing_to_undo", "undone_already", "operation_unknown"].contains(&code.as_str())
        );
        return;
    }
    let Some((items, left)) = model.undo(operation) else {
        assert_eq!(done.unwrap_err().code, "undone_already");
        return;
    };
    let done = done.unwrap();
    assert_eq!(
        (done.restored as usize, done.kept as usize),
        (items.len(), left),
        "{done:?}"
    );
    if done.operation_id.is_some() {
        model.mark_undone(operation);
    }
    model.note_undo(done.operation_id, items);
}
