//! Whether a text under a key that ends in `File`, `Path` or the like is the path of a file of a configuration. Most
//! are; some say something else that only looks like one, as `data.items` does under `answerPath`.

use crate::Value;

/// How much a text looks like the path of a file that can belong to a configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Likeness {
    /// It may be one: where no such file is there, it is something else.
    Perhaps,
    /// It is one.
    Path,
    /// It is one, of a kind of file that configurations are written in.
    Known,
}

/// What the files of a configuration end in.
const WRITTEN_IN: [&str; 32] = [
    "yaml", "yml", "json", "json5", "toml", "ini", "cfg", "env", "md", "markdown", "txt", "prompt",
    "html", "j2", "jinja", "jinja2", "tmpl", "tpl", "hbs", "mustache", "xml", "xsd", "sql", "csv",
    "py", "js", "mjs", "ts", "sh", "ps1", "bat", "rb",
];

/// What files end in that go with a configuration, and nothing else does that stands in one.
const GOING_WITH: [&str; 40] = [
    "properties",
    "props",
    "conf",
    "config",
    "proto",
    "pem",
    "crt",
    "cer",
    "p12",
    "pfx",
    "jks",
    "kdl",
    "graphql",
    "gql",
    "avsc",
    "xsl",
    "xslt",
    "rng",
    "wsdl",
    "tf",
    "tfvars",
    "hcl",
    "jsonl",
    "ndjson",
    "tsv",
    "parquet",
    "docx",
    "dotx",
    "xlsx",
    "xltx",
    "pptx",
    "odt",
    "ods",
    "pdf",
    "rtf",
    "png",
    "jpg",
    "svg",
    "lua",
    "zip",
];

/// What stands where no file is meant.
const NO_FILES: [&str; 14] = [
    "none", "null", "default", "auto", "inline", "true", "false", "yes", "no", "on", "off",
    "stdin", "stdout", "stderr",
];

/// How much the value of a key that ends in `ending` looks like the path of a file, or each of what it lists does;
/// nothing where it is none.
pub(super) fn likeness_of(value: &Value, ending: &str) -> Option<Likeness> {
    match value {
        Value::String(text) => likeness(text.trim(), ending),
        Value::Array(items) => {
            let each = items.iter().map(|item| likeness_of(item, ending));
            each.collect::<Option<Vec<_>>>()?.into_iter().min()
        }
        _ => None,
    }
}

/// How much a text looks like such a path, wherever that leads; what is told from the root of the disk may be an
/// address or a place in an answer just as well, so it is none unless it is written as one.
fn likeness(text: &str, key_ending: &str) -> Option<Likeness> {
    if text.contains([':', '\\', '<', '>', '|', '*', '?']) {
        return None;
    }
    match from_root_of_disk(text) {
        Some(below) => {
            likeness_below(below, key_ending).filter(|likeness| *likeness != Likeness::Perhaps)
        }
        None if text.starts_with(['/', '~']) => None,
        None => likeness_below(text, key_ending),
    }
}

/// What a path says below the root of the disk or the folder of a user, where it begins there.
pub(super) fn from_root_of_disk(text: &str) -> Option<&str> {
    let below = text.strip_prefix("~/").or(text.strip_prefix('/'))?;
    (!below.starts_with(['/', '~'])).then_some(below)
}

/// Whether a value, or the first of what it lists, begins there.
pub(super) fn begins_at_root_of_disk(value: &Value) -> bool {
    match value {
        Value::String(text) => from_root_of_disk(text.trim()).is_some(),
        Value::Array(items) => items.first().is_some_and(begins_at_root_of_disk),
        _ => false,
    }
}

fn likeness_below(text: &str, key_ending: &str) -> Option<Likeness> {
    let name = text.rsplit('/').next().unwrap_or(text);
    let ending = name.rsplit_once('.').and_then(|(stem, ending)| {
        let is_one = !stem.is_empty() && is_ending(ending);
        is_one.then(|| ending.to_ascii_lowercase())
    });
    let is_among = |known: &[&str]| {
        ending
            .as_ref()
            .is_some_and(|own| known.contains(&own.as_str()))
    };
    if is_among(&WRITTEN_IN) {
        return Some(Likeness::Known);
    }
    let is_written_so = text.chars().all(is_sign) && text.contains(char::is_alphabetic);
    if !is_written_so || name.is_empty() || NO_FILES.contains(&text) {
        return None;
    }
    let (is_in_folder, has_space) = (text.contains('/'), text.contains(' '));
    match (key_ending, &ending) {
        (_, None) if has_space => None,
        ("file", _) => Some(Likeness::Path),
        (_, Some(_)) if is_among(&GOING_WITH) => Some(Likeness::Path),
        ("template" | "config" | "schema", _) if is_in_folder && !has_space => Some(Likeness::Path),
        (_, None) if !is_in_folder => None,
        _ => Some(Likeness::Perhaps),
    }
}

/// Whether what stands behind a dot says how a file is written; a number is of a version.
fn is_ending(text: &str) -> bool {
    text.len() <= 12
        && text
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && text.contains(|letter: char| letter.is_ascii_alphabetic())
}

/// What paths are written with; in what is none stands more.
fn is_sign(letter: char) -> bool {
    letter.is_alphanumeric() || "._-/+@ ".contains(letter)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::as_configurations_are_written("file", "../shared/a.yaml", Some(Likeness::Known))]
    #[case::settings("file", "app.properties", Some(Likeness::Path))]
    #[case::template("template", "weekly.docx", Some(Likeness::Path))]
    #[case::in_a_folder("template", "reports/weekly", Some(Likeness::Path))]
    #[case::without_an_ending("file", "system/clerk", Some(Likeness::Path))]
    #[case::a_name_alone("file", "Dockerfile", Some(Likeness::Path))]
    #[case::with_a_space("file", "Our terms.docx", Some(Likeness::Path))]
    #[case::of_an_unknown_kind("file", "model.q4_0", Some(Likeness::Path))]
    #[case::certificate("path", "keys/server.pem", Some(Likeness::Path))]
    #[case::route("path", "v1/users", Some(Likeness::Perhaps))]
    #[case::place_in_an_answer("path", "data.items", Some(Likeness::Perhaps))]
    #[case::type_of_a_message("schema", "shop.Order", Some(Likeness::Perhaps))]
    #[case::word("config", "production", None)]
    #[case::version("template", "v1.2", None)]
    #[case::nothing("file", "none", None)]
    #[case::number("file", "8080", None)]
    #[case::text("template", "Answer {question} now", None)]
    #[case::sentence("file", "No file was given", None)]
    #[case::folder("file", "prompts/system/", None)]
    #[case::absolute("file", "/etc/app.conf", Some(Likeness::Path))]
    #[case::of_a_user("path", "~/load.py", Some(Likeness::Known))]
    #[case::address_here("path", "/api/v1/users", None)]
    #[case::place_in_json("path", "/data/items", None)]
    #[case::root("file", "/", None)]
    #[case::address("file", "https://example.org/a.conf", None)]
    fn a_path_is_told_by_how_it_is_written(
        #[case] key: &str,
        #[case] text: &str,
        #[case] expected: Option<Likeness>,
    ) {
        assert_eq!(likeness(text, key), expected);
    }

    #[test]
    fn a_list_is_no_surer_than_each_of_it() {
        let list = |texts: &[&str]| {
            let texts: Vec<Value> = texts.iter().map(|text| (*text).into()).collect();
            likeness_of(&texts.into(), "path")
        };
        assert_eq!(list(&["a.yaml", "data.items"]), Some(Likeness::Perhaps));
        assert_eq!(list(&["a.yaml", "none"]), None);
        assert_eq!(list(&[]), None);
    }
}
