//! Work for a person: what a `manual` task shows, and what has to be there before it is done.
//!
//! Checklists and fields come as people and earlier tools write them: a list or an object, of
//! texts or of objects. What is read here is what a form shows and what an answer is checked
//! against, so that the two cannot differ. Absent on purpose: where ticks and values are kept
//! until the decision, and the words for people.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::json::print;
use crate::{Message, Value};

/// The parameter of a `manual` task that tells which step of another tool it stands for.
pub(in crate::run) const STANDS_FOR: &str = "stands_for";

/// What a person is asked to do.
#[derive(Debug, Clone, Default, PartialEq, Serialize, TS)]
pub struct Work {
    /// What to do, in the author's words.
    pub instruction: Option<String>,
    /// What has to be ticked.
    pub checklist: Vec<Item>,
    /// What is filled in.
    pub fields: Vec<Field>,
    /// What the work is to produce, as the document says; nothing is checked.
    pub deliverables: Vec<String>,
    /// What another tool would have done here; a person does it instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub stands_for: Option<StandsFor>,
}

/// A step of another tool that nothing here carries out.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct StandsFor {
    /// What it calls itself, as `llm_node`.
    pub kind: String,
    /// What it is set to do.
    #[ts(type = "unknown")]
    pub settings: Value,
}

/// An item of a checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Item {
    /// What an answer ticks: its id or key, else its text. No two are the same.
    pub id: String,
    /// What it says.
    pub text: String,
    /// Whether the work can be done without it.
    pub optional: bool,
}

/// A field of the form.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Field {
    /// Its key in an answer and in the output.
    pub name: String,
    /// What a person calls it.
    pub label: String,
    /// What it holds.
    pub holds: FieldType,
    /// Whether the work is not done without it.
    pub required: bool,
    /// What is chosen from, where it is a choice.
    pub options: Vec<Choice>,
    /// What stands in it at first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "unknown")]
    pub default: Option<Value>,
}

/// One of the values a field is chosen from.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Choice {
    /// What an answer holds.
    #[ts(type = "unknown")]
    pub value: Value,
    /// What a person reads.
    pub label: String,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// A line of text.
    Text,
    /// Several lines of text.
    LongText,
    /// A number.
    Number,
    /// A whole number.
    Whole,
    /// Yes or no.
    Truth,
    /// A day as `YYYY-MM-DD`.
    Date,
    /// One of the options.
    Choice,
}

impl FieldType {
    /// By the words people and earlier tools use.
    fn of(word: &str) -> Option<Self> {
        Some(match word.trim().to_ascii_lowercase().as_str() {
            "text" | "string" | "str" | "word" => Self::Text,
            "long_text" | "longtext" | "textarea" | "multiline" | "markdown" => Self::LongText,
            "number" | "float" | "decimal" => Self::Number,
            "whole" | "integer" | "int" => Self::Whole,
            "truth" | "boolean" | "bool" | "checkbox" | "yes_no" => Self::Truth,
            "date" | "day" => Self::Date,
            "choice" | "select" | "enum" | "radio" => Self::Choice,
            _ => return None,
        })
    }

    /// The end of the code that says a value does not fit.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Text | Self::LongText => "text",
            Self::Number => "number",
            Self::Whole => "whole",
            Self::Truth => "truth",
            Self::Date => "date",
            Self::Choice => "choice",
        }
    }
}

impl Work {
    /// Reads the parameters of a `manual` task, evaluated.
    pub fn read(params: &Value) -> Self {
        let text = |key| {
            let said = params.get(key).and_then(said);
            said.filter(|text| !text.trim().is_empty())
        };
        let deliverables = entries(params.get("deliverables")).map(|entry| entry.item().text);
        let mut checklist: Vec<_> = entries(params.get("checklist")).map(Entry::item).collect();
        let mut seen = HashSet::new();
        checklist.retain(|item| seen.insert(item.id.clone()));
        let mut fields: Vec<_> = entries(params.get("fields")).map(Entry::field).collect();
        let mut seen = HashSet::new();
        fields.retain(|field| seen.insert(field.name.clone()));
        Self {
            instruction: text("instruction"),
            deliverables: deliverables.collect(),
            checklist,
            fields,
            stands_for: params.get(STANDS_FOR).and_then(|step| {
                Some(StandsFor {
                    kind: step.get("kind")?.as_str()?.to_owned(),
                    settings: step.get("settings").cloned().into(),
                })
            }),
        }
    }

    /// What is wrong with an answer that decides nothing yet: items and fields that are not there,
    /// values that do not fit. Where the task asks for no fields, whatever is given is kept.
    pub fn unfit(&self, ticked: &[String], given: &[(String, Value)]) -> Vec<Message> {
        let known = |id: &String| self.checklist.iter().any(|item| item.id == *id);
        let surplus = ticked.iter().filter(|id| !known(id));
        let mut found: Vec<_> = surplus
            .map(|id| Message::new("answer_item_unknown").with("item", id))
            .collect();
        for (name, value) in given {
            match self.fields.iter().find(|field| field.name == *name) {
                Some(field) => found.extend(field.unfit(value)),
                None if self.fields.is_empty() => {}
                None => found.push(Message::new("answer_field_unknown").with("field", name)),
            }
        }
        found
    }

    /// Spells choices as their options do.
    pub fn settle(&self, given: &mut [(String, Value)]) {
        for (name, value) in given {
            let field = self.fields.iter().find(|field| field.name == *name);
            let choice = field.filter(|field| field.holds == FieldType::Choice);
            if let Some(option) = choice.and_then(|field| field.chosen(value)) {
                value.clone_from(option);
            }
        }
    }

    /// What is missing before the work is done: items that are not ticked, fields that are empty.
    pub fn open(&self, ticked: &[String], given: &[(String, Value)]) -> Vec<Message> {
        let items = self.checklist.iter();
        let items = items.filter(|item| !item.optional && !ticked.contains(&item.id));
        let items = items.map(|item| Message::new("answer_not_ticked").with("item", &item.text));
        let fields = self.fields.iter().filter(|field| field.required);
        let value = |name: &str| given.iter().find(|(given, _)| given == name);
        let fields = fields.filter(|field| value(&field.name).is_none_or(|(_, v)| is_empty(v)));
        let fields =
            fields.map(|field| Message::new("answer_field_empty").with("field", &field.label));
        items.chain(fields).collect()
    }
}

impl Field {
    /// The value of the option that this is, where this is a choice. Windows spell numbers in their
    /// own way (`9.9` for `9.90`) and give those they cannot hold as texts.
    fn chosen(&self, value: &Value) -> Option<&Value> {
        let spells = |option: &Value| match (option, value) {
            (Value::Number(_), Value::String(text)) if text.parse::<f64>().is_ok() => {
                option.is_same(&Value::Number(text.clone()))
            }
            _ => option.is_same(value),
        };
        let options = || self.options.iter().map(|option| &option.value);
        let exactly = options().find(|option| *option == value);
        exactly.or_else(|| options().find(|option| spells(option)))
    }

    fn unfit(&self, value: &Value) -> Option<Message> {
        let fits = is_empty(value)
            || match self.holds {
                FieldType::Text | FieldType::LongText => value.as_word().is_some(),
                FieldType::Number => value.as_number().is_some(),
                FieldType::Whole => value.as_number().is_some_and(is_whole),
                FieldType::Truth => value.as_bool().is_some(),
                FieldType::Date => value.as_str().is_some_and(is_day),
                FieldType::Choice => self.chosen(value).is_some(),
            };
        if fits {
            return None;
        }
        let code = format!("answer_field_not_{}", self.holds.as_str());
        let message = Message::new(code).with("field", &self.label);
        let labels: Vec<_> = self.options.iter().map(|o| o.label.as_str()).collect();
        Some(match self.holds {
            FieldType::Choice => message.with("options", labels.join(", ")),
            _ => message,
        })
    }
}

/// One entry of a list, or of an object with its key.
struct Entry<'v> {
    key: Option<&'v str>,
    value: &'v Value,
}

/// The entries of a list or an object; a lone text is a list of one.
fn entries(value: Option<&Value>) -> impl Iterator<Item = Entry<'_>> {
    let list: Vec<Entry<'_>> = match value {
        None | Some(Value::Null | Value::Bool(_)) => Vec::new(),
        Some(Value::Array(items)) => items
            .iter()
            .filter(|value| !value.is_null())
            .map(|value| Entry { key: None, value })
            .collect(),
        Some(Value::Object(members)) => members
            .iter()
            .map(|(key, value)| Entry {
                key: Some(key),
                value,
            })
            .collect(),
        Some(value) => vec![Entry { key: None, value }],
    };
    list.into_iter()
}

impl Entry<'_> {
    /// Its own id or name, else the key it stands under.
    fn id(&self, keys: &[&str]) -> Option<String> {
        let own = self.value.get_any(keys).and_then(Value::as_word);
        own.or(self.key).map(str::to_owned)
    }

    fn text(&self, keys: &[&str]) -> Option<String> {
        let own = match self.value {
            Value::Object(_) => self.value.get_any(keys).and_then(said),
            other => said(other),
        };
        own.filter(|text| !text.trim().is_empty())
    }

    fn item(self) -> Item {
        const TEXTS: [&str; 6] = ["text", "label", "title", "name", "item", "description"];
        let id = self.id(&["id", "key"]);
        let text = self.text(&TEXTS).or_else(|| id.clone());
        let text = text.unwrap_or_else(|| print(self.value));
        let optional = self.value.get("required").and_then(Value::as_bool) == Some(false)
            || self.value.get("optional").and_then(Value::as_bool) == Some(true);
        Item {
            id: id.unwrap_or_else(|| text.clone()),
            text,
            optional,
        }
    }

    fn field(self) -> Field {
        let told = self.text(&["label", "title", "description"]);
        let word = |value: &Value| value.as_str().and_then(FieldType::of);
        // `{"amount": "number"}` says what it holds, `{"amount": "How much?"}` what it is called.
        let by_key = self.key.and_then(|_| word(self.value));
        let name = self.id(&["name", "id", "key"]);
        let name = name.or_else(|| told.clone()).unwrap_or_default();
        let options: Vec<_> = entries(self.value.get_any(&["options", "choices", "enum"]))
            .map(Entry::choice)
            .collect();
        let holds = match by_key.or_else(|| self.value.get("type").and_then(word)) {
            _ if !options.is_empty() => FieldType::Choice,
            // Nothing to choose from: it is typed in.
            None | Some(FieldType::Choice) => FieldType::Text,
            Some(holds) => holds,
        };
        Field {
            label: told
                .filter(|_| by_key.is_none())
                .unwrap_or_else(|| name.clone()),
            required: self.value.get("required").and_then(Value::as_bool) == Some(true),
            default: self.value.get("default").cloned(),
            name,
            holds,
            options,
        }
    }

    fn choice(self) -> Choice {
        let value = match (self.value.get("value"), self.key) {
            (Some(value), _) => value.clone(),
            (None, Some(key)) => Value::String(key.to_owned()),
            (None, None) => self.value.clone(),
        };
        let label = self.text(&["label", "text", "name", "title"]);
        Choice {
            label: label.unwrap_or_else(|| match &value {
                Value::String(text) => text.clone(),
                other => print(other),
            }),
            value,
        }
    }
}

/// The text or number a value is.
fn said(value: &Value) -> Option<String> {
    value.as_word().map(str::to_owned)
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}

/// Digits alone: however many there are, all of them are kept.
fn is_whole(number: &str) -> bool {
    !number.contains(['.', 'e', 'E'])
}

/// Whether this is a day of the calendar as `YYYY-MM-DD`.
fn is_day(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let mut part = |length: usize| -> Option<u32> {
        let part = parts.next().filter(|part| part.len() == length)?;
        let digits = part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse().ok().filter(|_| digits)
    };
    let (Some(year), Some(month), Some(day)) = (part(4), part(2), part(2)) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::json::{parse, print};

    fn work(params: &Json) -> Work {
        Work::read(&Value::from_json(params))
    }

    fn codes(found: &[Message]) -> Vec<String> {
        let said = |message: &Message| {
            let fields: Vec<_> = message.fields.values().cloned().collect();
            format!("{} {}", message.code, fields.join(" | "))
        };
        found.iter().map(said).collect()
    }

    #[rstest]
    #[case::texts(json!(["read", "sign", "read"]), &["read=read", "sign=sign"])]
    #[case::objects(json!([{"id": "a", "text": "Read"}, {"name": "Sign", "required": false}]), &["a=Read", "Sign=Sign?"])]
    #[case::keys(json!({"read": false, "sign": "Sign here", "b": {"title": "Both"}}), &["read=read", "sign=Sign here", "b=Both"])]
    #[case::one_text(json!("only"), &["only=only"])]
    #[case::nothing(json!([]), &[])]
    fn checklists_come_in_many_ways(#[case] checklist: Json, #[case] expected: &[&str]) {
        let read = work(&json!({"checklist": checklist}));
        let said = |item: &Item| {
            let optional = if item.optional { "?" } else { "" };
            format!("{}={}{optional}", item.id, item.text)
        };
        let items: Vec<_> = read.checklist.iter().map(said).collect();
        assert_eq!(items, expected);
    }

    #[test]
    fn fields_come_in_many_ways() {
        let listed = work(&json!({"fields": [
            "reason",
            {"name": "amount", "label": "Amount", "type": "number", "required": true},
            {"name": "way", "type": "select", "options": ["post", {"value": 2, "label": "by hand"}], "default": "post"},
        ]}));
        let kept = work(&json!({"fields": {
            "reason": null, "amount": "number", "way": {"options": {"post": "By post"}}, "note": "What else?",
        }}));
        let said = |work: &Work| -> Vec<String> {
            let one = |field: &Field| {
                let options: Vec<_> = field.options.iter().map(|o| o.label.as_str()).collect();
                let (name, label, holds) = (&field.name, &field.label, field.holds.as_str());
                format!("{name}/{label}/{holds}/{}", options.join(","))
            };
            work.fields.iter().map(one).collect()
        };
        assert_eq!(
            said(&listed),
            [
                "reason/reason/text/",
                "amount/Amount/number/",
                "way/way/choice/post,by hand"
            ]
        );
        assert!(listed.fields[1].required);
        assert_eq!(listed.fields[2].options[1].value.as_number(), Some("2"));
        assert_eq!(
            listed.fields[2].default.as_ref().and_then(Value::as_str),
            Some("post")
        );
        assert_eq!(
            said(&kept),
            [
                "reason/reason/text/",
                "amount/amount/number/",
                "way/way/choice/By post",
                "note/What else?/text/"
            ]
        );
    }

    #[rstest]
    #[case("text", json!("x"), true)]
    #[case("text", json!(["x"]), false)]
    #[case("number", json!(1.5), true)]
    #[case("number", json!("1.5"), false)]
    #[case("whole", json!(3), true)]
    #[case("whole", json!(1.5), false)]
    #[case("whole", json!(u64::MAX), true)]
    #[case("boolean", json!(false), true)]
    #[case("boolean", json!("no"), false)]
    #[case("date", json!("2024-02-29"), true)]
    #[case("date", json!("2023-02-29"), false)]
    #[case("date", json!("2024-2-9"), false)]
    #[case("date", json!("tomorrow"), false)]
    #[case("number", json!(""), true)]
    fn values_are_checked_by_type(#[case] holds: &str, #[case] value: Json, #[case] fits: bool) {
        let work = work(&json!({"fields": [{"name": "f", "type": holds}]}));
        let given = [("f".to_owned(), Value::from_json(&value))];
        assert_eq!(work.unfit(&[], &given).is_empty(), fits);
    }

    #[rstest]
    #[case("9.9", Some("9.90"))]
    #[case("9.900", Some("9.90"))]
    #[case("\"9007199254740993\"", Some("9007199254740993"))]
    #[case("9007199254740992", None)]
    #[case("\"7\"", Some("\"7\""))]
    #[case("\"\"", None)]
    #[case("\"-\"", None)]
    fn a_choice_is_known_however_its_number_is_spelled(
        #[case] given: &str,
        #[case] kept: Option<&str>,
    ) {
        let options =
            r#"{"fields": [{"name": "f", "options": [9.90, 9007199254740993, 7, "7", 0]}]}"#;
        let work = Work::read(&parse(options));
        let mut given = [("f".to_owned(), parse(given))];
        let is_kept = given[0].1.as_str() != Some("") && work.unfit(&[], &given).is_empty();
        work.settle(&mut given);
        assert_eq!(is_kept.then(|| print(&given[0].1)).as_deref(), kept);
    }

    #[test]
    fn an_answer_names_what_is_unknown_and_what_is_missing() {
        let work = work(&json!({
            "checklist": [{"id": "r", "text": "Read"}, {"id": "s", "text": "Sign", "optional": true}],
            "fields": [{"name": "a", "label": "Amount", "type": "whole", "required": true},
                       {"name": "w", "options": ["x", "y"]}],
        }));
        let given = |json: Json| match Value::from_json(&json) {
            Value::Object(members) => members,
            other => panic!("{other:?}"),
        };
        let wrong = work.unfit(&["r".into(), "q".into()], &given(json!({"w": "z", "n": 1})));
        assert_eq!(
            codes(&wrong),
            [
                "answer_item_unknown q",
                "answer_field_not_choice w | x, y",
                "answer_field_unknown n"
            ]
        );
        assert_eq!(
            codes(&work.open(&[], &given(json!({"a": " "})))),
            ["answer_not_ticked Read", "answer_field_empty Amount"]
        );
        assert_eq!(work.open(&["r".into()], &given(json!({"a": 0}))), []);
        // Without fields of its own, whatever is given is kept.
        assert_eq!(Work::default().unfit(&[], &given(json!({"n": 1}))), []);
    }
}
