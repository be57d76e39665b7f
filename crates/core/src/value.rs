//! The parsed view of a document: what its text says, in the order and the spelling of the text.
//!
//! Absent on purpose: printing. A view is never written back; an edit changes the text
//! (invariant 12), so nothing here can round a number or reorder a key.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// A value as the text has it. Objects keep the order of their keys and hold no key twice; numbers
/// keep their spelling (`1.0` stays `1.0`, `1e400` stays what it is).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Value {
    /// `null`, and in YAML an empty value.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A JSON number as it is spelled.
    Number(String),
    /// A text, unescaped.
    String(String),
    /// A list.
    Array(Vec<Value>),
    /// Keys and values in the order of the text.
    Object(Vec<(String, Value)>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number.to_string())
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Number(number.to_string())
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Self>) -> Self {
        Self::Array(items)
    }
}

/// `None` is `null`.
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl Value {
    /// An object of these members.
    pub fn object<'k>(members: impl IntoIterator<Item = (&'k str, Self)>) -> Self {
        let members = members.into_iter();
        Self::Object(
            members
                .map(|(key, value)| (key.to_owned(), value))
                .collect(),
        )
    }

    /// The value of this key, when this is an object that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_object()?
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value)
    }

    /// The value of the first of these keys that is there and not `null`. Earlier tools spell one
    /// thing in several ways (`maxConcurrent`, `max_concurrent`).
    pub fn get_any(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter()
            .filter_map(|key| self.get(key))
            .find(|value| !value.is_null())
    }

    /// The text, when this is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The items, when this is a list.
    pub fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The members, when this is an object.
    pub fn as_object(&self) -> Option<&[(String, Self)]> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The truth value, when this is one.
    pub const fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The spelling of the number, when this is one.
    pub fn as_number(&self) -> Option<&str> {
        match self {
            Self::Number(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number from zero on that this is, however it is spelled (`3`, `3.0`, `1e3`), where
    /// 64 bits hold it.
    pub fn as_whole(&self) -> Option<u64> {
        let spelled = self.as_number()?;
        let plain = || spelled.parse::<f64>().ok()?.to_string().parse().ok();
        spelled.parse().ok().or_else(plain)
    }

    /// Whether both are the same value: numbers by what they are and not by how they are spelled
    /// (`1.50`, `1.5`), objects in whatever order.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(one), Self::Number(other)) => same_number(one, other),
            (Self::Array(one), Self::Array(other)) => {
                one.len() == other.len() && one.iter().zip(other).all(|(a, b)| a.is_same(b))
            }
            (Self::Object(one), Self::Object(all)) => {
                let mut members = one.iter();
                one.len() == all.len()
                    && members.all(|(key, a)| other.get(key).is_some_and(|b| a.is_same(b)))
            }
            _ => self == other,
        }
    }

    /// Whether this is `null`.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The text of a text or the spelling of a number: how ids and names of earlier tools come.
    /// Ids of 64 bits stay whole, because no number is made of them.
    pub fn as_word(&self) -> Option<&str> {
        match self {
            Self::String(text) | Self::Number(text) => Some(text),
            _ => None,
        }
    }

    /// What a person would call the type of this value: `null`, `bool`, `number`, `text`, `list`
    /// or `object`. These words end catalogue keys (`value_type_list`).
    pub const fn type_word(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Number(_) => "number",
            Self::String(_) => "text",
            Self::Array(_) => "list",
            Self::Object(_) => "object",
        }
    }

    /// The value at an RFC 6901 pointer (`/tasks/0/id`); the empty pointer is the value itself.
    pub fn pointer(&self, pointer: &str) -> Option<&Self> {
        if pointer.is_empty() {
            return Some(self);
        }
        pointer
            .strip_prefix('/')?
            .split('/')
            .try_fold(self, |value, token| match value {
                Self::Object(_) => value.get(&unescape_token(token)),
                Self::Array(items) => items.get(list_index(token)?),
                _ => None,
            })
    }

    /// The same value for `serde_json`. Numbers that neither `i64`, `u64` nor `f64` hold exactly
    /// become texts.
    pub fn to_json(&self) -> serde_json::Value {
        self.to_json_with(&exact_number)
    }

    /// The same value for a web view: numbers that a script's number does not hold exactly (64-bit
    /// ids) become texts as well. Setting such a text back changes nothing.
    pub fn to_web_json(&self) -> serde_json::Value {
        self.to_json_with(&|text| exact_number(text).filter(|_| fits_script_number(text)))
    }

    /// Numbers as the text spells them, by their RFC 6901 pointers, where a script would print
    /// them otherwise (`1.0`, `1e5`) or has a text in their place (ids of 64 bits): what a form shows.
    /// Whole numbers that it holds are not among them.
    pub fn spelled_numbers(&self) -> BTreeMap<String, String> {
        let mut spelled = BTreeMap::new();
        self.collect_spelled(&mut String::new(), &mut spelled);
        spelled
    }

    fn collect_spelled(&self, at: &mut String, spelled: &mut BTreeMap<String, String>) {
        let mut inside = |token: &str, value: &Self| {
            let end = at.len();
            at.push('/');
            at.push_str(token);
            value.collect_spelled(at, spelled);
            at.truncate(end);
        };
        match self {
            Self::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    inside(&index.to_string(), item);
                }
            }
            Self::Object(members) => {
                for (key, value) in members {
                    inside(&key.replace('~', "~0").replace('/', "~1"), value);
                }
            }
            Self::Number(text) if !(fits_script_number(text) && is_plain_whole(text)) => {
                spelled.insert(at.clone(), text.clone());
            }
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => {}
        }
    }

    fn to_json_with(
        &self,
        number: &impl Fn(&str) -> Option<serde_json::Number>,
    ) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(value) => (*value).into(),
            Self::Number(text) => {
                number(text).map_or_else(|| text.as_str().into(), serde_json::Value::Number)
            }
            Self::String(text) => text.as_str().into(),
            Self::Array(items) => items.iter().map(|item| item.to_json_with(number)).collect(),
            Self::Object(members) => members
                .iter()
                .map(|(key, value)| (key.clone(), value.to_json_with(number)))
                .collect(),
        }
    }

    /// The view of a `serde_json` value; used for what an edit puts in.
    pub fn from_json(json: &serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(value) => Self::Bool(*value),
            serde_json::Value::Number(number) => Self::Number(number.to_string()),
            serde_json::Value::String(text) => Self::String(text.clone()),
            serde_json::Value::Array(items) => {
                Self::Array(items.iter().map(Self::from_json).collect())
            }
            serde_json::Value::Object(members) => Self::Object(
                members
                    .iter()
                    .map(|(key, value)| (key.clone(), Self::from_json(value)))
                    .collect(),
            ),
        }
    }
}

/// One more step on a pointer.
pub(crate) fn push_token(pointer: &str, token: &str) -> String {
    let mut longer = String::with_capacity(pointer.len() + token.len() + 1);
    longer.push_str(pointer);
    longer.push('/');
    if token.contains(['~', '/']) {
        longer.push_str(&token.replace('~', "~0").replace('/', "~1"));
    } else {
        longer.push_str(token);
    }
    longer
}

/// The key or index that a pointer's token spells.
pub(crate) fn unescape_token(token: &str) -> Cow<'_, str> {
    if token.contains('~') {
        Cow::Owned(token.replace("~1", "/").replace("~0", "~"))
    } else {
        Cow::Borrowed(token)
    }
}

/// A list index as RFC 6901 spells it: no sign, no leading zero.
pub(crate) fn list_index(token: &str) -> Option<usize> {
    let plain = token == "0" || !token.starts_with(['0', '+']);
    if plain { token.parse().ok() } else { None }
}

/// The number behind this spelling, when one of the machine's types holds exactly it.
fn exact_number(text: &str) -> Option<serde_json::Number> {
    if let Ok(number) = text.parse::<i64>() {
        // "-0" is a float: an integer has no negative zero.
        return if text == "-0" {
            serde_json::Number::from_f64(-0.0)
        } else {
            Some(number.into())
        };
    }
    if let Ok(number) = text.parse::<u64>() {
        return Some(number.into());
    }
    let number: f64 = text.parse().ok()?;
    // Shortest printing names a float uniquely, so equal digits mean nothing was lost.
    if decimal_digits(&format!("{number:e}"))? == decimal_digits(text)? {
        serde_json::Number::from_f64(number)
    } else {
        None
    }
}

/// Whether a script's number (a 64-bit float, whole numbers up to 2^53) holds exactly this.
pub fn fits_script_number(text: &str) -> bool {
    const LARGEST_WHOLE: f64 = 9_007_199_254_740_991.0;
    let Ok(number) = text.parse::<f64>() else {
        return false;
    };
    let same = decimal_digits(&format!("{number:e}")) == decimal_digits(text);
    number.is_finite() && same && (number.abs() <= LARGEST_WHOLE || text.contains(['.', 'e', 'E']))
}

/// Whether a script prints this number as it stands here: digits, and a sign before them.
fn is_plain_whole(text: &str) -> bool {
    text != "-0" && !text.contains(['.', 'e', 'E'])
}

/// Whether two spellings are the same number (`1`, `1.0`, `10e-1`).
pub(crate) fn same_number(left: &str, right: &str) -> bool {
    let sign = |text: &str| text.starts_with('-');
    match (decimal_digits(left), decimal_digits(right)) {
        (Some(a), Some(b)) => a == b && (sign(left) == sign(right) || a.0.is_empty()),
        _ => left == right,
    }
}

/// Significant digits and the power of ten of the last of them, without sign: one form for
/// `1.50`, `15e-1` and `0.15E1`.
fn decimal_digits(text: &str) -> Option<(String, i64)> {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], text[at + 1..].parse::<i64>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let digits = all.trim_start_matches('0').trim_end_matches('0');
    if digits.is_empty() {
        return Some((String::new(), 0));
    }
    let trailing = all.len() - all.trim_end_matches('0').len();
    let power = exponent
        .checked_sub(i64::try_from(fraction.len()).ok()?)?
        .checked_add(i64::try_from(trailing).ok()?)?;
    Some((digits.to_owned(), power))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("1", "1")]
    #[case("-0", "-0.0")]
    #[case("1.0", "1.0")]
    #[case("1e5", "100000.0")]
    #[case("0.1", "0.1")]
    #[case("9223372036854775808", "9223372036854775808")]
    // 2^64 is a float, but its shortest printing has other digits: text is the safe side.
    #[case("18446744073709551616", "\"18446744073709551616\"")]
    #[case("18446744073709551617", "\"18446744073709551617\"")]
    #[case("1e400", "\"1e400\"")]
    #[case("10e9223372036854775807", "\"10e9223372036854775807\"")]
    #[case("0.10000000000000000001", "\"0.10000000000000000001\"")]
    fn numbers_become_json_only_where_exact(#[case] text: &str, #[case] json: &str) {
        assert_eq!(Value::Number(text.to_owned()).to_json().to_string(), json);
    }

    #[test]
    fn numbers_are_told_as_they_are_spelled() {
        let number = |text: &str| Value::Number(text.to_owned());
        let value = Value::Object(vec![
            ("priority".into(), number("1.0")),
            ("plain".into(), number("-7")),
            ("too/large".into(), number("18446744073709551617.5")),
            (
                "a/b~".into(),
                Value::Array(vec![number("2"), number("1e5")]),
            ),
        ]);
        let spelled: Vec<_> = value.spelled_numbers().into_iter().collect();
        assert_eq!(
            spelled,
            [
                ("/a~1b~0/1".to_owned(), "1e5".to_owned()),
                ("/priority".to_owned(), "1.0".to_owned()),
                (
                    "/too~1large".to_owned(),
                    "18446744073709551617.5".to_owned()
                ),
            ]
        );
    }

    #[test]
    fn a_pointer_finds_keys_with_slashes_and_tildes() {
        let value = Value::Object(vec![(
            "a/b~c".to_owned(),
            Value::Array(vec![Value::Null, Value::Bool(true)]),
        )]);
        let pointer = format!("{}/1", push_token("", "a/b~c"));
        assert_eq!(pointer, "/a~1b~0c/1");
        assert_eq!(value.pointer(&pointer), Some(&Value::Bool(true)));
        assert_eq!(value.pointer("/a~1b~0c/01"), None);
        assert_eq!(value.pointer(""), Some(&value));
    }
}
