//! What records have in common, whatever keeps them.

use std::borrow::Cow;
use std::cmp::Ordering;

use flowkeep_core::json::print;
use flowkeep_core::{Message, Value};

use super::Key;
use crate::actions::{ActionError, List, Output, Room};

/// A message about the records of a table. Somebody may make the table, the column or the record, so
/// another try can help.
pub(super) fn told(message: Message, table: &str) -> ActionError {
    ActionError::passing(message.with("table", table))
}

/// The record to change is not there.
pub(super) fn missing(table: &str, key: &Value) -> ActionError {
    told(Message::new("record_missing").with("key", word(key)), table)
}

/// The key of a new record is taken.
pub(super) fn taken(table: &str, key: &Value) -> ActionError {
    told(Message::new("key_exists").with("key", word(key)), table)
}

/// A key as a person reads it.
pub(super) fn word(key: &Value) -> String {
    key.as_word().map_or_else(|| print(key), str::to_owned)
}

/// The key of a new record: one that is given apart or among the values, or the one made for it.
pub(super) struct NewKey<'v> {
    /// The key.
    pub(super) key: Cow<'v, Value>,
    /// Whether it was made, so that a record that has it already is this one.
    pub(super) made: bool,
}

impl<'v> NewKey<'v> {
    /// `among`: where it stood among the values.
    pub(super) fn of(key: &'v Key, among: Option<&'v Value>) -> Self {
        let (key, made) = match (key, among) {
            (Key::Given(key), _) => (Cow::Borrowed(key), false),
            (Key::Made(_), Some(among)) => (Cow::Borrowed(among), false),
            (Key::Made(made), None) => (Cow::Owned(made.as_str().into()), true),
        };
        Self { key, made }
    }

    /// Nothing where it would be made and the source numbers its records itself.
    pub(super) fn unless_numbered(self, numbered: bool) -> Option<Self> {
        Some(self).filter(|new| !(new.made && numbered))
    }
}

/// The value of the key where it stood among the others, and the others by their columns.
pub(super) type WithoutKey<'t, 'v> = (Option<&'v Value>, Vec<(&'t str, &'v Value)>);

/// Columns and values without the key, which may stand among them but not as another one. `spelled`
/// is the column as the table spells it.
pub(super) fn without_key<'t, 'v>(
    table: &str,
    key_column: &str,
    values: &'v [(String, Value)],
    key: Option<&Value>,
    spelled: impl Fn(&'v str) -> Result<&'t str, ActionError>,
) -> Result<WithoutKey<'t, 'v>, ActionError> {
    let mut found = None;
    let mut others = Vec::with_capacity(values.len());
    for (name, value) in values {
        let column = spelled(name)?;
        if column != key_column {
            others.push((column, value));
        } else if key.is_none_or(|key| key == value) {
            found = Some(value);
        } else {
            let message = Message::new("key_twice").with("column", column);
            return Err(ActionError::lasting(message.with("table", table)));
        }
    }
    Ok((found, others))
}

/// The column of this name among those of a table, as the table spells it.
pub(super) fn column<'t>(
    table: &str,
    mut columns: impl Iterator<Item = &'t str>,
    wanted: &str,
) -> Result<&'t str, ActionError> {
    let found = columns.find(|column| column.eq_ignore_ascii_case(wanted));
    found.ok_or_else(|| told(Message::new("column_missing").with("column", wanted), table))
}

/// `%text%` for `LIKE … ESCAPE '\'`, without wildcards of its own.
pub(super) fn pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

/// The output of one record, `null` when there is none; one that is too large is in a file.
///
/// # Errors
/// As [`List::push`].
pub(super) fn one(record: Option<Value>, room: &Room) -> Result<Output, ActionError> {
    const PART: &str = "record";
    let Some(record) = record else {
        return Ok(Output::of([(PART, Value::Null)]));
    };
    let mut whole = List::new(room, PART);
    whole.push(record)?;
    let (mut kept, overflow) = whole.finish()?;
    let record = kept.pop().map(|record| (PART.to_owned(), record));
    let mut output = Output::of([]);
    output.value = Value::Object(record.into_iter().collect());
    output.overflow(overflow);
    Ok(output)
}

/// The output of several records, those that are kept.
///
/// # Errors
/// As [`List::finish`].
pub(super) fn several(list: List) -> Result<Output, ActionError> {
    let (records, overflow) = list.finish()?;
    let mut output = Output::of([("records", records.into())]);
    output.overflow(overflow);
    Ok(output)
}

/// How many records to ask for in one go, so that an answer has some megabytes whatever the size of
/// a record is: a few first, then by what came.
pub(super) struct Portion {
    count: usize,
    most: usize,
}

impl Portion {
    /// Bytes of an answer that is neither a trifle nor a burden.
    const BYTES: usize = 8_000_000;

    /// Never more than `most` at a time.
    pub(super) const fn up_to(most: usize) -> Self {
        Self { count: 8, most }
    }

    /// The next of these.
    pub(super) fn of<'r, T>(&self, rest: &'r [T]) -> &'r [T] {
        &rest[..self.count.min(rest.len())]
    }

    /// So many came, of so many bytes in all.
    pub(super) fn came(&mut self, count: usize, bytes: usize) {
        let fit = Self::BYTES / (bytes / count.max(1)).max(1);
        self.count = fit.clamp(1, self.most.min(self.count * 8));
    }

    /// These were too many for one answer.
    pub(super) fn was_too_much(&mut self, count: usize) {
        self.count = (count / 2).max(1);
    }
}

/// The key's column where a source has no names for columns.
pub(super) const ID: &str = "id";

/// A record of a source without columns, with its key: `id` where it stands there as the key, which
/// it does in all that was added here; where another program wrote something else, `_id` besides.
pub(super) fn keyed(mut members: Vec<(String, Value)>, key: &str) -> Value {
    let named = members
        .iter()
        .any(|(name, value)| name == ID && value.as_word() == Some(key));
    if !named {
        members.insert(0, ("_id".to_owned(), key.into()));
    }
    Value::Object(members)
}

/// Whether a record has all of these values. What it does not have is `null`.
pub(super) fn fits(record: &Value, equal: &[(String, Value)]) -> bool {
    equal.iter().all(|(name, wanted)| {
        let found = record.get(name).unwrap_or(&Value::Null);
        found.is_same(wanted)
    })
}

/// The order of keys: numbers by what they are, then texts by their letters' numbers.
pub(super) fn by_key(one: &Value, other: &Value) -> Ordering {
    match (one.as_number(), other.as_number()) {
        (Some(one), Some(other)) => by_number(one, other),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => word(one).cmp(&word(other)),
    }
}

/// Whole numbers digit by digit, as ids of 64 bits are.
fn by_number(one: &str, other: &str) -> Ordering {
    let whole = |text: &str| text.parse::<i128>().ok();
    if let (Some(one), Some(other)) = (whole(one), whole(other)) {
        return one.cmp(&other);
    }
    let float = |text: &str| text.parse::<f64>().unwrap_or(f64::NAN);
    float(one).total_cmp(&float(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_has_some_megabytes_whatever_the_size_of_a_record_is() {
        let all = vec![(); 5000];
        let mut portion = Portion::up_to(500);
        let mut counts = Vec::new();
        for bytes_of_one in [100, 100, 100, 1_000_000, 1_000_000, 50_000_000, 100] {
            let count = portion.of(&all).len();
            counts.push(count);
            portion.came(count, count * bytes_of_one);
        }
        assert_eq!(counts, [8, 64, 500, 500, 8, 8, 1]);
        assert_eq!(portion.of(&all[..2]).len(), 2);
        portion.was_too_much(7);
        assert_eq!(portion.of(&all).len(), 3);
        portion.was_too_much(1);
        assert_eq!(portion.of(&all).len(), 1);
    }
}
