//! Roadmaps, rules and templates. None of them is started, so nearly everything is a warning.

use std::collections::HashSet;

use super::field::{Type, types};
use super::reference::Known;
use super::workflow::check_name;
use super::{Severity, Validation};
use crate::document::markdown::BODY;
use crate::shape::{Item, items, items_of, references};
use crate::{Document, Message, Value};

/// Checks a roadmap: named parts, known ids, links between them.
pub(super) fn check_roadmap(roadmap: &Value, validation: &mut Validation) {
    check_name(roadmap, validation);
    types(
        Severity::Error,
        roadmap,
        "",
        &[("id", Type::Word)],
        validation,
    );
    let lists = ["milestones", "epics", "stories", "tasks"];
    let fields = lists.map(|key| (key, Type::ListOrObject));
    types(Severity::Error, roadmap, "", &fields, validation);
    for (key, part) in lists
        .into_iter()
        .zip(["milestone", "epic", "story", "task"])
    {
        check_parts(&items(roadmap, key), part, validation);
    }
    for (key, part) in [
        ("milestones", "milestone"),
        ("epics", "epic"),
        ("stories", "story"),
    ] {
        let targets = items(roadmap, key);
        if targets.is_empty() {
            continue;
        }
        let mut known = Known::of(&targets, part, validation);
        for source in ["epics", "stories", "tasks"] {
            for item in items(roadmap, source) {
                for name in [part.to_owned(), format!("{part}_id")] {
                    for reference in references(&item.value, &item.pointer, &name) {
                        known.check_target(Severity::Warning, &reference, validation);
                    }
                }
            }
        }
    }
    // Tasks are no target, so their ids were not looked at yet.
    Known::of(&items(roadmap, "tasks"), "task", validation);
}

fn check_parts(parts: &[Item<'_>], part: &str, validation: &mut Validation) {
    for item in parts {
        if item.value.as_object().is_none() {
            validation.warning(
                &item.pointer,
                Message::new("part_not_object").with("part", part),
            );
        } else if item.name().is_none() {
            validation.warning(
                &item.pointer,
                Message::new("part_without_name").with("part", part),
            );
        }
    }
}

/// Checks a rule: that it says something.
pub(super) fn check_rule(rule: &Value, validation: &mut Validation) {
    let content = rule.get_any(&[BODY, "content", "rules"]);
    let says_something = match content {
        Some(Value::String(text)) => !text.trim().is_empty(),
        other => other.is_some(),
    };
    if !says_something {
        validation.warning("", Message::new("rule_empty"));
    }
    let fields = [
        ("id", Type::Word),
        ("description", Type::Word),
        ("globs", Type::Words),
    ];
    types(Severity::Warning, rule, "", &fields, validation);
    for key in ["alwaysApply", "always_apply"] {
        types(
            Severity::Warning,
            rule,
            "",
            &[(key, Type::Bool)],
            validation,
        );
    }
}

/// Checks a template: that its variables have names and that what it uses is among them.
pub(super) fn check_template(document: &Document, validation: &mut Validation) {
    let template = document.value();
    types(
        Severity::Error,
        template,
        "",
        &[("id", Type::Word)],
        validation,
    );
    let variables = items(template, "variables");
    let mut names: HashSet<&str> = HashSet::new();
    for variable in &variables {
        // A list of names is understood as well as a list of objects.
        let name = variable.value.as_word().or_else(|| variable.name());
        match name {
            None => validation.warning(&variable.pointer, Message::new("variable_without_name")),
            Some(name) if !names.insert(name) => {
                let message = Message::new("variable_twice").with("name", name);
                validation.warning(&variable.pointer, message);
            }
            Some(_) => {}
        }
    }
    // Statements (`{% for … %}`) make names of their own; then nothing can be told.
    if variables.is_empty() || document.text().contains("{%") {
        return;
    }
    let mut said = HashSet::new();
    for key in ["template", "content", BODY] {
        if let Some(content) = template.get(key) {
            check_used(content, &format!("/{key}"), &names, &mut said, validation);
        }
    }
}

fn check_used(
    content: &Value,
    pointer: &str,
    names: &HashSet<&str>,
    said: &mut HashSet<String>,
    validation: &mut Validation,
) {
    match content {
        Value::String(text) => {
            for name in used_names(text) {
                let automatic = name.starts_with("current_") || matches!(name, "now" | "today");
                if !names.contains(name) && !automatic && said.insert(name.to_owned()) {
                    let message = Message::new("variable_not_declared").with("name", name);
                    validation.warning(pointer, message);
                }
            }
        }
        Value::Array(_) | Value::Object(_) => {
            for item in items_of(content, pointer) {
                check_used(&item.value, &item.pointer, names, said, validation);
            }
        }
        _ => {}
    }
}

/// The names that `{{ name }}`, `{{ name.part }}` and `{{ name | filter }}` begin with.
fn used_names(text: &str) -> impl Iterator<Item = &str> {
    text.split("{{").skip(1).filter_map(|rest| {
        let inner = rest.split_once("}}")?.0.trim();
        let end = inner
            .find(|c: char| !(c.is_alphanumeric() || c == '_'))
            .unwrap_or(inner.len());
        let name = &inner[..end];
        (!name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit())).then_some(name)
    })
}
