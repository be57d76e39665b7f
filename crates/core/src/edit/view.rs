//! What an edit means for the parsed view.

use super::{Change, Edit, Step, not_found};
use crate::document::json::is_number;
use crate::value::{fits_script_number, same_number};
use crate::{Document, Format, Message, Value};

/// Decides what an edit does to this view: whether a key is replaced or added, what is made on
/// the way, how numbers are spelled. `None` when nothing would change.
pub(super) fn decide(root: &Value, edit: &Edit) -> Result<Option<Change>, Message> {
    if let Some(change) = embedded(root, edit)? {
        return Ok(Some(change));
    }
    match edit {
        Edit::Set { path, value } => {
            let value = Value::from_json(value);
            let value = match find(root, path) {
                Some(old) => spelled_like(value, old),
                None => value,
            };
            decide_set(root, path, value)
        }
        Edit::Write { path, text } => {
            let written = Document::parse(Format::Json, text.clone())?;
            decide_set(root, path, written.value().clone())
        }
        Edit::Remove { path } => {
            find(root, path)
                .filter(|_| !path.is_empty())
                .ok_or_else(|| not_found(path))?;
            Ok(Some(Change::Remove { path: path.clone() }))
        }
        Edit::Insert { path, index, value } => {
            let length = list_length(root, path)?;
            if *index > length {
                return Err(not_found(
                    &[path.as_slice(), &[Step::Index(*index)]].concat(),
                ));
            }
            let value = Value::from_json(value);
            Ok(Some(Change::Insert {
                list: path.clone(),
                index: *index,
                value,
            }))
        }
        Edit::Move { path, from, to } => {
            let length = list_length(root, path)?;
            if let Some(&missing) = [from, to].into_iter().find(|index| **index >= length) {
                return Err(not_found(
                    &[path.as_slice(), &[Step::Index(missing)]].concat(),
                ));
            }
            let change = Change::Move {
                list: path.clone(),
                from: *from,
                to: *to,
            };
            Ok((from != to).then_some(change))
        }
        Edit::Rename { path, key } => decide_rename(root, path, key),
    }
}

fn decide_set(root: &Value, path: &[Step], value: Value) -> Result<Option<Change>, Message> {
    if let Some(old) = find(root, path) {
        return Ok((value != *old).then(|| Change::Replace {
            path: path.to_vec(),
            value,
        }));
    }
    // The first step that leads nowhere: everything behind it is made.
    let present = (0..path.len())
        .rev()
        .find(|&length| find(root, &path[..length]).is_some());
    let Some(length) = present else {
        return Err(not_found(path));
    };
    let (before, missing, behind) = (&path[..length], &path[length], &path[length + 1..]);
    let value = behind
        .iter()
        .rev()
        .try_fold(value, |value, step| match step {
            Step::Key(key) => Ok(Value::Object(vec![(key.clone(), value)])),
            Step::Index(0) => Ok(Value::Array(vec![value])),
            Step::Index(_) => Err(not_found(path)),
        })?;
    match (find(root, before), missing) {
        (Some(Value::Object(_)), Step::Key(key)) => Ok(Some(Change::Add {
            object: before.to_vec(),
            key: key.clone(),
            value,
        })),
        (Some(Value::Array(items)), Step::Index(index)) if *index == items.len() => {
            Ok(Some(Change::Insert {
                list: before.to_vec(),
                index: *index,
                value,
            }))
        }
        (Some(Value::Null), Step::Key(key)) => {
            let value = Value::Object(vec![(key.clone(), value)]);
            Ok(Some(Change::Replace {
                path: before.to_vec(),
                value,
            }))
        }
        (Some(Value::Null), Step::Index(0)) => {
            let value = Value::Array(vec![value]);
            Ok(Some(Change::Replace {
                path: before.to_vec(),
                value,
            }))
        }
        _ => Err(not_found(path)),
    }
}

fn decide_rename(root: &Value, path: &[Step], key: &str) -> Result<Option<Change>, Message> {
    let Some((Step::Key(old), object)) = path.split_last() else {
        return Err(not_found(path));
    };
    let object = find(root, object).ok_or_else(|| not_found(path))?;
    if object.get(old).is_none() {
        return Err(not_found(path));
    }
    if old == key {
        return Ok(None);
    }
    if object.get(key).is_some() {
        return Err(Message::new("edit_key_exists").with("key", key));
    }
    Ok(Some(Change::Rename {
        path: path.to_vec(),
        key: key.to_owned(),
    }))
}

/// An edit whose path leads into a text that holds JSON (`stages_data`): the text gets edited and
/// replaced as a whole.
fn embedded(root: &Value, edit: &Edit) -> Result<Option<Change>, Message> {
    let path = match edit {
        Edit::Set { path, .. }
        | Edit::Write { path, .. }
        | Edit::Remove { path }
        | Edit::Insert { path, .. }
        | Edit::Move { path, .. }
        | Edit::Rename { path, .. } => path,
    };
    let holder = (1..=path.len()).find_map(|length| {
        let text = find(root, &path[..length])?.as_str()?;
        // Setting the text itself is no edit in it.
        let inside = length < path.len() || matches!(edit, Edit::Insert { .. } | Edit::Move { .. });
        (inside && text.trim_start().starts_with(['[', '{'])).then_some((length, text))
    });
    let Some((length, text)) = holder else {
        return Ok(None);
    };
    let Ok(inner) = Document::parse(Format::Json, text.to_owned()) else {
        return Err(not_found(path));
    };
    let mut edit = edit.clone();
    match &mut edit {
        Edit::Set { path, .. }
        | Edit::Write { path, .. }
        | Edit::Remove { path }
        | Edit::Insert { path, .. }
        | Edit::Move { path, .. }
        | Edit::Rename { path, .. } => path.drain(..length),
    };
    let value = Value::String(inner.edit(&[edit])?.into_text());
    Ok(Some(Change::Replace {
        path: path[..length].to_vec(),
        value,
    }))
}

/// Makes the change in the view.
pub(super) fn apply(root: &mut Value, change: &Change) -> Result<(), Message> {
    match change {
        Change::Replace { path, value } => {
            *find_mut(root, path).ok_or_else(|| not_found(path))? = value.clone();
        }
        Change::Add { object, key, value } => match find_mut(root, object) {
            Some(Value::Object(members)) => members.push((key.clone(), value.clone())),
            _ => return Err(not_found(object)),
        },
        Change::Remove { path } => {
            let removed = path.split_last().and_then(|(last, before)| {
                match (find_mut(root, before)?, last) {
                    (Value::Object(members), Step::Key(key)) => {
                        let at = members.iter().position(|(name, _)| name == key)?;
                        Some(members.remove(at).1)
                    }
                    (Value::Array(items), Step::Index(index)) if *index < items.len() => {
                        Some(items.remove(*index))
                    }
                    _ => None,
                }
            });
            removed.ok_or_else(|| not_found(path))?;
        }
        Change::Insert { list, index, value } => match find_mut(root, list) {
            Some(Value::Array(items)) if *index <= items.len() => {
                items.insert(*index, value.clone());
            }
            _ => return Err(not_found(list)),
        },
        Change::Move { list, from, to } => match find_mut(root, list) {
            Some(Value::Array(items)) if from.max(to) < &items.len() => {
                let item = items.remove(*from);
                items.insert(*to, item);
            }
            _ => return Err(not_found(list)),
        },
        Change::Rename { path, key } => {
            let member = path.split_last().and_then(|(last, before)| {
                match (find_mut(root, before)?, last) {
                    (Value::Object(members), Step::Key(old)) => {
                        members.iter_mut().find(|(name, _)| name == old)
                    }
                    _ => None,
                }
            });
            member.ok_or_else(|| not_found(path))?.0.clone_from(key);
        }
    }
    Ok(())
}

/// The value a path leads to.
pub(super) fn find<'v>(root: &'v Value, path: &[Step]) -> Option<&'v Value> {
    path.iter()
        .try_fold(root, |value, step| match (value, step) {
            (Value::Object(_), Step::Key(key)) => value.get(key),
            (Value::Array(items), Step::Index(index)) => items.get(*index),
            _ => None,
        })
}

fn find_mut<'v>(root: &'v mut Value, path: &[Step]) -> Option<&'v mut Value> {
    path.iter()
        .try_fold(root, |value, step| match (value, step) {
            (Value::Object(members), Step::Key(key)) => members
                .iter_mut()
                .find(|(name, _)| name == key)
                .map(|(_, value)| value),
            (Value::Array(items), Step::Index(index)) => items.get_mut(*index),
            _ => None,
        })
}

fn list_length(root: &Value, path: &[Step]) -> Result<usize, Message> {
    let items = find(root, path)
        .and_then(Value::as_array)
        .ok_or_else(|| not_found(path))?;
    Ok(items.len())
}

/// The new value, with numbers spelled as in the old one where they are the same numbers. A form
/// gives back `1` for `1.0`, and a text for a number it cannot hold.
fn spelled_like(new: Value, old: &Value) -> Value {
    match (new, old) {
        (Value::Number(new), Value::Number(old)) if same_number(&new, old) => {
            Value::Number(old.clone())
        }
        (Value::String(new), Value::Number(old))
            if new == *old && is_number(old) && !fits_script_number(old) =>
        {
            Value::Number(new)
        }
        (Value::Array(new), Value::Array(old)) => Value::Array(items_spelled_like(new, old)),
        (Value::Object(new), old @ Value::Object(_)) => {
            let members = new.into_iter().map(|(key, value)| match old.get(&key) {
                Some(old) => {
                    let value = spelled_like(value, old);
                    (key, value)
                }
                None => (key, value),
            });
            Value::Object(members.collect())
        }
        (new, _) => new,
    }
}

/// The items, each spelled as the one it was: those at the front by their place, and those after what
/// was put in or taken out by their place from the end.
fn items_spelled_like(new: Vec<Value>, old: &[Value]) -> Vec<Value> {
    let shorter = new.len().min(old.len());
    let is_kept = |(new, old): (&Value, &Value)| spelled_like(new.clone(), old) == *old;
    let front = new
        .iter()
        .zip(old)
        .take_while(|pair| is_kept(*pair))
        .count();
    let pairs = new.iter().rev().zip(old.iter().rev());
    let behind = pairs
        .take(shorter - front)
        .take_while(|pair| is_kept(*pair))
        .count();
    let (behind_new, behind_old) = (new.len() - behind, old.len() - behind);
    let spelled = new.into_iter().enumerate().map(|(index, item)| {
        let was = if index < behind_new {
            old[..behind_old].get(index)
        } else {
            old.get(index - behind_new + behind_old)
        };
        match was {
            Some(was) => spelled_like(item, was),
            None => item,
        }
    });
    spelled.collect()
}
