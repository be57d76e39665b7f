//! A template filled in: what it asks for, and the document it makes.
//!
//! What is between `{{` and `}}` in a text of its body is the name of a variable. A text that is one
//! such name and nothing else becomes the value, a number or a list too; where there is no value, its
//! key goes. In a longer text values are spelled out. Names that no variable has stay as they are
//! written: they belong to whoever reads the document.
//!
//! Absent on purpose: statements, filters and defaults within the text; keeping what was made.

use serde::Serialize;
use ts_rs::TS;

use crate::document::markdown::BODY;
use crate::json::print;
use crate::run::action::action;
use crate::shape::items;
use crate::{Message, Value};

/// Where a template keeps what it makes.
const BODIES: [&str; 3] = ["template", "content", BODY];

/// Something a template asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// How the body calls it.
    pub name: String,
    /// What it is, in the author's words.
    pub description: String,
    /// What it holds.
    pub holds: VariableType,
    /// Whether the template cannot do without it.
    pub required: bool,
    /// What holds where nothing is given.
    pub default: Option<Value>,
    /// The largest whole number a number can be: that of a parameter that becomes its value.
    pub most: Option<u64>,
}

impl Variable {
    /// A value as this holds it; a text is read as what it says.
    fn read(&self, value: &Value) -> Result<Value, Message> {
        let about = |code: &str| Message::new(code).with("name", &self.name);
        let read = self.holds.read(value);
        let read = read.ok_or_else(|| about("template_value_wrong"))?;
        match self.most {
            Some(most) if read.as_whole().is_none_or(|number| number > most) => {
                Err(about("template_value_above").with("most", most))
            }
            _ => Ok(read),
        }
    }
}

/// What a variable holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum VariableType {
    /// A text.
    Text,
    /// A number.
    Number,
    /// Yes or no.
    Truth,
    /// A list of texts.
    List,
    /// The name of a data source.
    Connection,
    /// A task folder; where none is given, a new one is made.
    TaskFolder,
    /// A file or folder.
    Path,
}

impl VariableType {
    /// By the words people and earlier tools use.
    fn of(word: &str) -> Self {
        match word {
            "number" | "integer" | "int" | "float" => Self::Number,
            "boolean" | "bool" => Self::Truth,
            "list" | "array" => Self::List,
            "connection" => Self::Connection,
            "task_folder" | "taskFolder" => Self::TaskFolder,
            "path" | "file" | "folder" | "directory" => Self::Path,
            _ => Self::Text,
        }
    }

    /// A value as one of this type; a text is read as what it says.
    fn read(self, value: &Value) -> Option<Value> {
        let text = value.as_str().map(str::trim);
        match self {
            Self::Text | Self::Connection | Self::TaskFolder | Self::Path => {
                value.as_word().map(Value::from)
            }
            Self::Number => {
                let read = text.map_or_else(|| value.clone(), crate::json::parse);
                read.as_number().is_some().then_some(read)
            }
            Self::Truth => match text {
                Some("true") => Some(true.into()),
                Some("false") => Some(false.into()),
                _ => value.as_bool().map(Value::from),
            },
            Self::List => match text {
                Some(text) => {
                    let items = text.split([',', '\n']).map(str::trim);
                    let items = items.filter(|item| !item.is_empty()).map(Value::from);
                    Some(items.collect::<Vec<_>>().into())
                }
                None => value.as_array().map(|items| items.to_vec().into()),
            },
        }
    }
}

/// What a template asks for, in its order, each once.
pub fn variables(template: &Value) -> Vec<Variable> {
    let mut found: Vec<Variable> = Vec::new();
    let body = template.get_any(&BODIES);
    for item in items(template, "variables") {
        let Some(name) = item.value.as_word().or_else(|| item.name()) else {
            continue;
        };
        let words = |key: &str| item.value.get(key).and_then(Value::as_word);
        if found.iter().all(|known| known.name != name) {
            let holds = words("type").map_or(VariableType::Text, VariableType::of);
            // A text may hold an expression.
            let body = body.filter(|_| holds == VariableType::Number);
            found.push(Variable {
                name: name.to_owned(),
                description: words("description").unwrap_or_default().to_owned(),
                holds,
                required: item.value.get("required").and_then(Value::as_bool) == Some(true),
                default: item
                    .value
                    .get("default")
                    .filter(|value| !value.is_null())
                    .cloned(),
                most: body.and_then(|body| most(body, name)),
            });
        }
    }
    found
}

/// The least of what the parameters can be at most that become the value of a variable.
fn most(part: &Value, variable: &str) -> Option<u64> {
    let members = part.as_object().unwrap_or_default().iter();
    let items = part.as_array().unwrap_or_default().iter();
    let parts = items.chain(members.map(|(_, member)| member));
    let within = parts.filter_map(|part| most(part, variable));
    let action = part.get("action").and_then(Value::as_str).and_then(action);
    let params = action.map_or(&[][..], |action| action.params).iter();
    let own = params.filter_map(|param| {
        let text = part.get("params")?.get(param.name)?.as_str()?;
        param.most.filter(|_| lone(text) == Some(variable))
    });
    within.chain(own).min()
}

/// The document that a template makes with these values. An empty text is no value.
///
/// # Errors
/// `template_value_unknown` for a value of no variable, `template_value_missing` for one that has to
/// be there, `template_value_wrong` for one of another type, `template_value_above` for one that is larger than
/// what it becomes can be; `template_empty`.
pub fn fill(template: &Value, given: &[(String, Value)]) -> Result<Value, Message> {
    let variables = variables(template);
    if let Some((name, _)) = given
        .iter()
        .find(|(name, _)| variables.iter().all(|variable| variable.name != *name))
    {
        return Err(Message::new("template_value_unknown").with("name", name));
    }
    let mut values = Vec::with_capacity(variables.len());
    for variable in variables {
        let given = given.iter().find(|(name, _)| *name == variable.name);
        let is_there = |value: &&Value| !value.is_null() && value.as_str() != Some("");
        let given = given.map(|(_, value)| value).filter(is_there);
        let value = match given.or(variable.default.as_ref()) {
            Some(value) => Some(variable.read(value)?),
            None if variable.required => {
                return Err(Message::new("template_value_missing").with("name", &variable.name));
            }
            None => None,
        };
        values.push((variable.name, value));
    }
    let body = template
        .get_any(&BODIES)
        .ok_or_else(|| Message::new("template_empty"))?;
    Ok(filled(body, &values).unwrap_or_default())
}

type Values = [(String, Option<Value>)];

/// Nothing for a text that is the name of a variable without a value.
fn filled(part: &Value, values: &Values) -> Option<Value> {
    Some(match part {
        Value::String(text) => return filled_text(text, values),
        Value::Array(items) => {
            let items = items.iter().filter_map(|item| filled(item, values));
            items.collect::<Vec<_>>().into()
        }
        Value::Object(members) => {
            let members = members.iter();
            let members =
                members.filter_map(|(key, member)| Some((key.clone(), filled(member, values)?)));
            Value::Object(members.collect())
        }
        other => other.clone(),
    })
}

/// The name that a text is and nothing else.
fn lone(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("{{")?;
    rest.strip_suffix("}}").map(str::trim)
}

fn filled_text(text: &str, values: &Values) -> Option<Value> {
    let value_of = |name: &str| values.iter().find(|(known, _)| known == name.trim());
    if let Some((_, value)) = lone(text).and_then(value_of) {
        return value.clone();
    }
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        whole.push_str(before);
        let known = after
            .split_once("}}")
            .and_then(|(name, after)| Some((value_of(name)?, after)));
        if let Some(((_, value), after)) = known {
            whole.push_str(&spelled(value.as_ref()));
            rest = after;
        } else {
            whole.push_str("{{");
            rest = after;
        }
    }
    whole.push_str(rest);
    Some(whole.into())
}

fn spelled(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(value) => value.as_word().map_or_else(|| print(value), str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::json::{parse, print};

    const TEMPLATE: &str = r#"{"variables": [
        {"name": "name", "required": true, "description": "Its name"},
        {"name": "n", "type": "number", "default": 0},
        {"name": "folder", "type": "task_folder"},
        {"name": "on", "type": "boolean"},
        {"name": "all", "type": "list"},
        "word"],
      "template": {"name": "{{name}}", "taskFolder": "{{folder}}",
        "tasks": [{"n": "{{ n }}", "on": "{{on}}", "all": "{{all}}"}, "{{word}}", "{{ name }}: {{n}}, {{on}}{{all}} {{other}} {{"]}}"#;

    fn filled_with(values: &str) -> Result<String, String> {
        let values = parse(values);
        let filled = fill(&parse(TEMPLATE), values.as_object().unwrap());
        let told = |why: Message| {
            let named = why.fields.get("name").cloned().unwrap_or_default();
            format!("{} {named}", why.code)
        };
        filled.map(|filled| print(&filled)).map_err(told)
    }

    #[test]
    fn what_is_not_given_is_left_out_and_other_names_stay() {
        assert_eq!(
            filled_with(r#"{"name": "A \"b\"", "folder": ""}"#).unwrap(),
            r#"{"name":"A \"b\"","tasks":[{"n":0},"A \"b\": 0,  {{other}} {{"]}"#
        );
    }

    #[test]
    fn a_text_that_is_one_name_becomes_the_value() {
        let values =
            r#"{"name": 7, "n": "12.50", "folder": "f", "on": "true", "all": "a, b", "word": "w"}"#;
        assert_eq!(
            filled_with(values).unwrap(),
            r#"{"name":"7","taskFolder":"f","tasks":[{"n":12.50,"on":true,"all":["a","b"]},"w","7: 12.50, true[\"a\",\"b\"] {{other}} {{"]}"#
        );
    }

    #[rstest]
    #[case("{}", "template_value_missing name")]
    #[case(r#"{"name": ""}"#, "template_value_missing name")]
    #[case(r#"{"name": "a", "m": 1}"#, "template_value_unknown m")]
    #[case(r#"{"name": "a", "n": "many"}"#, "template_value_wrong n")]
    #[case(r#"{"name": ["a"]}"#, "template_value_wrong name")]
    fn what_cannot_be_filled_is_named(#[case] values: &str, #[case] expected: &str) {
        assert_eq!(filled_with(values).unwrap_err(), expected);
    }

    #[test]
    fn a_text_that_becomes_a_number_may_be_an_expression() {
        let template = parse(
            r#"{"variables": ["n"],
              "template": {"tasks": [{"action": "sql.describe", "params": {"samples": "{{n}}"}}]}}"#,
        );
        assert_eq!(variables(&template)[0].most, None);
        let made = fill(&template, &[("n".to_owned(), "${context.samples}".into())]);
        assert!(print(&made.unwrap()).contains(r#""samples":"${context.samples}""#));
    }

    #[rstest]
    #[case("20", Ok("20"))]
    #[case("21", Err(Some("20")))]
    #[case("2.5", Err(Some("20")))]
    #[case("-1", Err(Some("20")))]
    #[case("many", Err(None))]
    fn a_value_is_no_larger_than_the_parameter_it_becomes(
        #[case] value: &str,
        #[case] expected: Result<&str, Option<&str>>,
    ) {
        let template = parse(
            r#"{"variables": [{"name": "n", "type": "number"}, {"name": "other", "type": "number", "default": 99}],
              "template": {"tasks": [{"action": "sql.describe", "params": {"samples": "{{ n }}"}},
                {"action": "sql.describe", "params": {"samples": "${context.{{other}}}"}}]}}"#,
        );
        let most: Vec<_> = variables(&template)
            .into_iter()
            .map(|one| one.most)
            .collect();
        assert_eq!(most, [Some(20), None]);
        let made = fill(&template, &[("n".to_owned(), value.into())]);
        let samples = |made: Value| {
            let tasks = made.get("tasks")?.as_array()?;
            Some(print(tasks[0].get("params")?.get("samples")?))
        };
        let made = made.map(|made| samples(made).unwrap());
        let made = made.map_err(|why| why.fields.get("most").cloned());
        assert_eq!(
            made,
            expected
                .map(str::to_owned)
                .map_err(|most| most.map(str::to_owned))
        );
    }

    #[test]
    fn a_template_without_a_body_makes_nothing() {
        let why = fill(&parse(r#"{"variables": []}"#), &[]).unwrap_err();
        assert_eq!(why.code, "template_empty");
    }
}
