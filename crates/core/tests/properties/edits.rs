//! Edits against a model: the same edit made to a plain value.

use flowkeep_core::{Document, Edit, Format, Step};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use serde_json::{Map, Value};

use crate::generate::{Choices, choices, json_text, object, text, value, yaml_text};

/// Something to do, with places as fractions of what is there.
#[derive(Debug, Clone)]
enum Wish {
    Set(Value),
    Add(String, Value),
    Remove,
    Insert(Value),
    Move,
    Rename(String),
}

fn wish() -> impl Strategy<Value = Wish> {
    prop_oneof![
        3 => value().prop_map(Wish::Set),
        2 => (text(), value()).prop_map(|(key, value)| Wish::Add(key, value)),
        2 => Just(Wish::Remove),
        2 => value().prop_map(Wish::Insert),
        1 => Just(Wish::Move),
        1 => text().prop_map(Wish::Rename),
    ]
}

/// Paths to everything in a value, itself first.
fn paths(value: &Value, path: &[Step], found: &mut Vec<Vec<Step>>) {
    found.push(path.to_vec());
    let deeper = |step: Step| [path, &[step]].concat();
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                paths(item, &deeper(Step::Index(index)), found);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                paths(member, &deeper(Step::Key(key.clone())), found);
            }
        }
        _ => {}
    }
}

fn at<'v>(value: &'v mut Value, path: &[Step]) -> &'v mut Value {
    path.iter().fold(value, |value, step| match step {
        Step::Key(key) => &mut value[key],
        Step::Index(index) => &mut value[index],
    })
}

/// The edit for a wish, and the value it should lead to; `None` when there is no place for it.
fn planned(root: &Value, wish: &Wish, pick: &[prop::sample::Index; 3]) -> Option<(Edit, Value)> {
    let mut all = Vec::new();
    paths(root, &[], &mut all);
    let mut wanted = root.clone();
    let of = |fits: &dyn Fn(&Value) -> bool| -> Option<Vec<Step>> {
        let mut copy = root.clone();
        let fitting: Vec<_> = all
            .iter()
            .filter(|path| fits(at(&mut copy, path)))
            .collect();
        (!fitting.is_empty()).then(|| (*pick[0].get(&fitting)).clone())
    };
    let edit = match wish {
        Wish::Set(value) => {
            let path = of(&|_| true).filter(|path| !path.is_empty() || value.is_object())?;
            *at(&mut wanted, &path) = value.clone();
            Edit::Set {
                path,
                value: value.clone(),
            }
        }
        Wish::Add(key, value) => {
            let path = of(&|v| v.as_object().is_some_and(|o| !o.contains_key(key)))?;
            at(&mut wanted, &path)
                .as_object_mut()?
                .insert(key.clone(), value.clone());
            Edit::Set {
                path: [path, vec![Step::Key(key.clone())]].concat(),
                value: value.clone(),
            }
        }
        Wish::Remove => {
            let path = of(&|_| true).filter(|path| !path.is_empty())?;
            let (last, before) = path.split_last()?;
            match (at(&mut wanted, before), last) {
                (Value::Array(items), Step::Index(index)) => drop(items.remove(*index)),
                (Value::Object(members), Step::Key(key)) => drop(members.shift_remove(key)),
                _ => unreachable!("paths lead through lists and objects"),
            }
            Edit::Remove { path }
        }
        Wish::Insert(value) => {
            let path = of(&Value::is_array)?;
            let items = at(&mut wanted, &path).as_array_mut()?;
            let index = pick[1].index(items.len() + 1);
            items.insert(index, value.clone());
            Edit::Insert {
                path,
                index,
                value: value.clone(),
            }
        }
        Wish::Move => {
            let path = of(&|v| v.as_array().is_some_and(|items| items.len() > 1))?;
            let items = at(&mut wanted, &path).as_array_mut()?;
            let (from, to) = (pick[1].index(items.len()), pick[2].index(items.len()));
            let item = items.remove(from);
            items.insert(to, item);
            Edit::Move { path, from, to }
        }
        Wish::Rename(key) => {
            let path = of(&|v| {
                v.as_object()
                    .is_some_and(|o| !o.is_empty() && !o.contains_key(key))
            })?;
            let members = at(&mut wanted, &path).as_object_mut()?;
            let old = pick[1]
                .get(&members.keys().cloned().collect::<Vec<_>>())
                .clone();
            let renamed = std::mem::take(members)
                .into_iter()
                .map(|(name, value)| (if name == old { key.clone() } else { name }, value));
            *members = renamed.collect::<Map<_, _>>();
            Edit::Rename {
                path: [path, vec![Step::Key(old)]].concat(),
                key: key.clone(),
            }
        }
    };
    Some((edit, wanted))
}

fn check(
    format: Format,
    written: String,
    value: &Value,
    wish: &Wish,
    pick: &[prop::sample::Index; 3],
) -> Result<Option<(Document, Document, Edit)>, TestCaseError> {
    let document = Document::parse(format, written).unwrap();
    prop_assert_eq!(&document.value().to_json(), value, "{}", document.text());
    let Some((edit, wanted)) = planned(value, wish, pick) else {
        return Ok(None);
    };
    let edited = match document.edit(std::slice::from_ref(&edit)) {
        Ok(edited) => edited,
        Err(message) => {
            return Err(TestCaseError::fail(format!(
                "{message:?}: {edit:?} in {:?}",
                document.text()
            )));
        }
    };
    // Compared as text as well: the order of keys counts.
    let (found, wanted) = (edited.value().to_json().to_string(), wanted.to_string());
    prop_assert_eq!(found, wanted, "{:?} in {:?}", edit, document.text());
    Ok(Some((document, edited, edit)))
}

fn comments(text: &str) -> usize {
    text.matches("# ").count()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn json(value in object(), mut choices in choices(), wish in wish(), pick in any::<[prop::sample::Index; 3]>()) {
        let written = json_text(&value, &mut choices);
        check(Format::Json, written, &value, &wish, &pick)?;
    }

    #[test]
    fn yaml(value in object(), mut choices in choices(), wish in wish(), pick in any::<[prop::sample::Index; 3]>()) {
        let written = yaml_text(&value, &mut choices);
        check(Format::Yaml, written, &value, &wish, &pick)?;
    }

    #[test]
    fn json_added_and_removed_is_as_before(
        value in object(),
        mut choices in choices(),
        wish in prop_oneof![(text(), value()).prop_map(|(k, v)| Wish::Add(k, v)), value().prop_map(Wish::Insert)],
        pick in any::<[prop::sample::Index; 3]>(),
    ) {
        let written = json_text(&value, &mut choices);
        if let Some((before, edited, edit)) = check(Format::Json, written, &value, &wish, &pick)? {
            let back = match edit {
                Edit::Set { path, .. } => Edit::Remove { path },
                Edit::Insert { path, index, .. } => Edit::Remove { path: [path, vec![Step::Index(index)]].concat() },
                other => other,
            };
            let restored = edited.edit(&[back]).unwrap();
            // An empty list or object loses the white space in it, and a lone part's is its own.
            let squeeze = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(squeeze(restored.text()), squeeze(before.text()));
        }
    }

    #[test]
    fn yaml_keeps_comments_when_a_word_changes(
        value in object(),
        mut choices in choices(),
        word in "[a-z]{6}",
        pick in any::<prop::sample::Index>(),
    ) {
        let written = yaml_text(&value, &mut choices);
        let mut all = Vec::new();
        paths(&value, &[], &mut all);
        let mut copy = value.clone();
        all.retain(|path| matches!(at(&mut copy, path), Value::Number(_) | Value::Bool(_)));
        prop_assume!(!all.is_empty());
        let document = Document::parse(Format::Yaml, written.clone()).unwrap();
        let edit = Edit::Set { path: pick.get(&all).clone(), value: word.into() };
        let edited = document.edit(&[edit]).unwrap();
        prop_assert_eq!(comments(edited.text()), comments(&written));
    }

    #[test]
    fn markdown(
        value in object(),
        mut choices in choices(),
        body in text(),
        new in text(),
        key in "[a-z]{1,6}",
    ) {
        let front = yaml_text(&value, &mut choices).replace("# head\n---\n", "");
        prop_assume!(value.get("body").is_none() && key != "body" && front.contains('\n'));
        let front = if front.ends_with('\n') { front } else { front + "\n" };
        let written = format!("---\n{front}---\n{body}");
        let document = Document::parse(Format::Markdown, written).unwrap();
        prop_assume!(document.value().get("body").and_then(|b| b.as_str()) == Some(body.as_str()));
        prop_assume!(!document.text().contains("\r\n"));
        let set = |key: &str, value: &str| Edit::Set { path: vec![Step::Key(key.into())], value: value.into() };
        let edited = document.edit(&[set("body", &new), set(&key, "word")]).unwrap();
        prop_assert_eq!(edited.value().get("body").and_then(|b| b.as_str()), Some(new.as_str()));
        prop_assert_eq!(edited.value().get(&key).and_then(|b| b.as_str()), Some("word"));
    }
}

/// Keeps the generator honest: its choices change what is written.
#[test]
fn layouts_differ() {
    let value = serde_json::json!({"a": [1, {"b": "c"}], "d": null});
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let texts: std::collections::HashSet<String> = (0..50)
        .map(|_| {
            let mut made: Choices = choices().new_tree(&mut runner).unwrap().current();
            yaml_text(&value, &mut made)
        })
        .collect();
    assert!(texts.len() > 10, "only {} layouts", texts.len());
}
