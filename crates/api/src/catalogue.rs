//! Words: the message catalogue of the repository (`messages/*.json`), the same that the window
//! uses, for faces that print.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use flowkeep_core::{Message, visible};

use crate::{AppError, time};

/// A language of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tongue {
    /// English.
    English,
    /// 简体中文.
    Chinese,
}

impl Tongue {
    /// The language of a locale such as `zh_CN.UTF-8` or `en-GB`; English for any other.
    pub fn of_locale(locale: &str) -> Self {
        if locale.to_ascii_lowercase().starts_with("zh") {
            Self::Chinese
        } else {
            Self::English
        }
    }

    /// The system's language.
    pub fn of_system() -> Self {
        sys_locale::get_locale().map_or(Self::English, |locale| Self::of_locale(&locale))
    }
}

/// Turns codes into sentences of one language.
#[derive(Debug, Clone, Copy)]
pub struct Catalogue {
    tongue: Tongue,
}

type Entries = BTreeMap<String, String>;

fn entries(tongue: Tongue) -> &'static Entries {
    static ENGLISH: OnceLock<Entries> = OnceLock::new();
    static CHINESE: OnceLock<Entries> = OnceLock::new();
    let (cell, json) = match tongue {
        Tongue::English => (&ENGLISH, include_str!("../../../messages/en.json")),
        Tongue::Chinese => (&CHINESE, include_str!("../../../messages/zh-CN.json")),
    };
    cell.get_or_init(|| {
        // Entries with variants (plural forms) are objects; only the window has those.
        let all: BTreeMap<String, serde_json::Value> =
            serde_json::from_str(json).unwrap_or_default();
        all.into_iter()
            .filter_map(|(key, value)| Some((key, value.as_str()?.to_owned())))
            .collect()
    })
}

impl Catalogue {
    /// The catalogue in a language.
    pub fn new(tongue: Tongue) -> Self {
        Self { tongue }
    }

    /// Its language.
    pub fn tongue(&self) -> Tongue {
        self.tongue
    }

    /// The entry of a key, its placeholders filled, each of them [`visible`]. A key that is
    /// missing is shown as it is, so that nothing is ever said by silence.
    pub fn text(&self, key: &str, fields: &BTreeMap<String, String>) -> String {
        let of_one = self.of_one(key, fields);
        let form = of_one.or_else(|| self.with_said(key, fields));
        match form.or_else(|| self.entry(key)) {
            Some(entry) => fill(entry, &readable(fields)),
            None if fields.is_empty() => key.to_owned(),
            None => format!("{key} {fields:?}"),
        }
    }

    /// What a key says where its `count` is one (`<key>_one`), where the language tells one from several.
    fn of_one(&self, key: &str, fields: &BTreeMap<String, String>) -> Option<&'static str> {
        let is_one = fields.get("count").is_some_and(|count| count == "1");
        let tells = is_one && self.tongue == Tongue::English;
        tells.then(|| self.entry(&format!("{key}_one"))).flatten()
    }

    /// What a key says where it is known what somebody else `said` of it (`<key>_said`).
    fn with_said(&self, key: &str, fields: &BTreeMap<String, String>) -> Option<&'static str> {
        fields.get("said")?;
        self.entry(&format!("{key}_said"))
    }

    /// Whether the key has an entry.
    pub fn has(&self, key: &str) -> bool {
        entries(self.tongue).contains_key(key)
    }

    /// The entry of a key as it is written, placeholders and all.
    pub(crate) fn entry(&self, key: &str) -> Option<&'static str> {
        entries(self.tongue).get(key).map(String::as_str)
    }

    /// The entry of a key without placeholders.
    pub fn word(&self, key: &str) -> String {
        self.text(key, &BTreeMap::new())
    }

    /// The entry of a key with these placeholders.
    pub fn sentence(&self, key: &str, fields: &[(&str, &dyn std::fmt::Display)]) -> String {
        let fields = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.to_string()))
            .collect();
        self.text(key, &fields)
    }

    /// The entry of a key for one or for several, with `{count}`.
    pub fn counted(&self, key: &str, count: usize) -> String {
        self.counted_of(key, count, &[])
    }

    /// A count in words that say more than it.
    pub fn counted_of(
        &self,
        key: &str,
        count: usize,
        fields: &[(&str, &dyn std::fmt::Display)],
    ) -> String {
        let ending = if count == 1 { "one" } else { "other" };
        let count: (&str, &dyn std::fmt::Display) = ("count", &count);
        self.sentence(&format!("{key}_{ending}"), &[&[count], fields].concat())
    }

    /// A message, with its place in front and why behind.
    pub fn say(&self, message: &Message) -> String {
        let text = self.text(&message.code, &message.fields);
        let text = self.in_expression(&message.fields, text);
        let text = match message.place {
            Some(place) => self.at_place(&place.line, &place.column, text),
            None => text,
        };
        self.with_reason(text, message.because.as_deref())
    }

    /// The same where it stands by itself and not behind a label: it begins with a capital letter.
    pub fn told(&self, message: &Message) -> String {
        begun(&self.say(message))
    }

    fn with_reason(&self, text: String, because: Option<&Message>) -> String {
        match because {
            Some(why) => self.labelled(&text, &self.say(why)),
            None => text,
        }
    }

    /// What is wrong with an expression, with the part it stands in and itself in front.
    fn in_expression(&self, fields: &BTreeMap<String, String>, text: String) -> String {
        match (fields.get("where"), fields.get("expression")) {
            (Some(part), Some(expression)) => {
                let place = format!("{} {}", visible(part), visible(expression));
                self.labelled(&place, &text)
            }
            _ => text,
        }
    }

    /// A time in RFC 3339 as this place's clock shows it.
    pub fn when(&self, at: &str) -> String {
        time::local(at).unwrap_or_else(|| visible(at).into_owned())
    }

    /// The same to the second, for the lines of a log.
    pub fn moment(&self, at: &str) -> String {
        time::local_second(at).unwrap_or_else(|| visible(at).into_owned())
    }

    /// Its day alone.
    pub fn day(&self, at: &str) -> String {
        time::local_day(at)
    }

    /// A length of time in the unit that says it best: `850 ms`, `1.6 s`, `6 min`, `2.3 d`.
    pub fn length(&self, milliseconds: i64) -> String {
        const UNITS: [(i64, &str); 5] = [
            (24 * 3_600_000, "length_d"),
            (3_600_000, "length_h"),
            (60_000, "length_min"),
            (1_000, "length_s"),
            (1, "length_ms"),
        ];
        let milliseconds = milliseconds.max(0);
        let mut units = UNITS.into_iter();
        let fits = units.find(|(unit, _)| milliseconds >= *unit);
        let (unit, key) = fits.unwrap_or((1, "length_ms"));
        let tenths = milliseconds.saturating_mul(10).saturating_add(unit / 2) / unit;
        let count = if tenths < 100 && tenths % 10 != 0 {
            format!("{}.{}", tenths / 10, tenths % 10)
        } else {
            ((tenths + 5) / 10).to_string()
        };
        self.sentence(key, &[("count", &count)])
    }

    /// A label in front of what was said: `New: the report`, `新增：报告`.
    pub fn labelled(&self, label: &str, said: &str) -> String {
        self.around("labelled", &[("label", label), ("text", said)])
    }

    fn at_place(
        &self,
        line: &dyn std::fmt::Display,
        column: &dyn std::fmt::Display,
        text: String,
    ) -> String {
        let (line, column) = (line.to_string(), column.to_string());
        self.around(
            "at_place",
            &[("line", &line), ("column", &column), ("text", &text)],
        )
    }

    /// An entry around what this catalogue has said before: that is whole and visible already.
    fn around(&self, key: &str, said: &[(&str, &str)]) -> String {
        let said = said
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect();
        entries(self.tongue)
            .get(key)
            .map_or_else(|| key.to_owned(), |entry| fill(entry, &said))
    }

    /// An error: its own sentence where the catalogue has one, else that of the message whose
    /// code it carries, with the file and the place in front.
    pub fn error(&self, error: &AppError) -> String {
        // What was cancelled and left to itself has perhaps changed something.
        let left = error.code == "cancelled" && !error.hints.is_empty();
        let own = if left {
            "error_cancelled_left".to_owned()
        } else {
            format!("error_{}", error.code)
        };
        let is_own = self.has(&own);
        let key = if is_own { &own } else { &error.code };
        let text = self.text(key, &error.fields);
        let text = self.with_reason(text, error.because.as_deref());
        let text = match (error.fields.get("line"), error.fields.get("column")) {
            (Some(line), Some(column)) => self.at_place(line, column, text),
            _ => text,
        };
        match error.fields.get("path") {
            Some(path) if !is_own => self.labelled(&visible(path), &text),
            _ => text,
        }
    }

    /// A next step.
    pub fn hint(&self, hint: &str) -> String {
        self.word(&format!("hint_{hint}"))
    }
}

/// What the catalogue has for the middle of a sentence, at the beginning of a line.
pub fn begun(said: &str) -> String {
    let mut rest = said.chars();
    let first = rest.next().into_iter().flat_map(char::to_uppercase);
    first.chain(rest).collect()
}

/// Fields that come as a plain number of bytes. The window has the same list (`say.ts`).
const SIZES: [&str; 5] = ["free", "needed", "missing", "file_bytes", "most_bytes"];

/// Fields that are a time; the window has the same list.
const TIMES: [&str; 1] = ["at"];

/// The fields as people read them: sizes in the unit that suits them, times by the clock on the
/// wall, texts without anything that would act on the screen.
fn readable(fields: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    fields
        .iter()
        .map(|(name, value)| {
            let size_of = || SIZES.contains(&name.as_str()).then(|| value.parse().ok());
            let time_of = || TIMES.contains(&name.as_str()).then(|| time::local(value));
            let shown = size_of().flatten().map(size);
            let shown = shown.or_else(|| time_of().flatten());
            let shown = shown.unwrap_or_else(|| visible(value).into_owned());
            (name.clone(), shown)
        })
        .collect()
}

/// Bytes in decimal units, rounded down, with one place below ten: `812 B`, `4.2 MB`, `43 GB`.
fn size(bytes: u64) -> String {
    let (unit, name) = [
        (1_000_000_000_000, "TB"),
        (1_000_000_000, "GB"),
        (1_000_000, "MB"),
    ]
    .into_iter()
    .find(|(unit, _)| bytes >= *unit)
    .unwrap_or(if bytes >= 1000 {
        (1000, "kB")
    } else {
        (1, "B")
    });
    let (whole, tenth) = (bytes / unit, bytes % unit * 10 / unit);
    if whole < 10 && tenth > 0 {
        format!("{whole}.{tenth} {name}")
    } else {
        format!("{whole} {name}")
    }
}

fn fill(entry: &str, fields: &BTreeMap<String, String>) -> String {
    let mut text = String::with_capacity(entry.len());
    let mut rest = entry;
    while let Some(start) = rest.find('{') {
        let Some(end) = rest[start..].find('}') else {
            break;
        };
        text.push_str(&rest[..start]);
        let name = &rest[start + 1..start + end];
        match fields.get(name) {
            Some(value) => text.push_str(value),
            None => text.push_str(&rest[start..=start + end]),
        }
        rest = &rest[start + end + 1..];
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_once() {
        let fields = BTreeMap::from([("a".to_owned(), "{b}".to_owned())]);
        assert_eq!(fill("x {a} y {b} {", &fields), "x {b} y {b} {");
    }

    #[test]
    fn one_is_spoken_of_as_one_where_the_language_does() {
        let kept = |count: u32| Message::new("run_configuration_kept").with("count", count);
        let english = Catalogue::new(Tongue::English);
        let told = [1, 3].map(|count| english.say(&kept(count)));
        let [one, several] = &told;
        assert!(
            one.starts_with("1 file ") && several.starts_with("3 files "),
            "{told:?}"
        );
        let chinese = Catalogue::new(Tongue::Chinese).say(&kept(1));
        assert_eq!(chinese, "已保留此次运行所用配置的 1 个文件");
    }

    #[test]
    fn what_a_program_said_stands_in_the_sentence_where_it_said_anything() {
        let failed = Message::new("program_failed")
            .with("program", "/bin/sh")
            .with("exit_code", 7);
        let said = failed.clone().with("said", "outbox: no such folder");
        let [silent, told] = [failed, said].map(|one| Catalogue::new(Tongue::English).say(&one));
        assert!(
            silent.starts_with("“/bin/sh” ended with exit code 7"),
            "{silent}"
        );
        assert_eq!(
            told,
            "it said: outbox: no such folder (“/bin/sh”, exit code 7)"
        );
    }

    #[test]
    fn sizes_are_told_in_the_unit_that_suits_them() {
        let told = [0, 812, 1000, 4_260_000, 42_311_999_488, 3_000_000_000_000].map(size);
        assert_eq!(told, ["0 B", "812 B", "1 kB", "4.2 MB", "42 GB", "3 TB"]);
        let space = Message::new("doctor_space_ok").with("free", 42_311_999_488_u64);
        let told = Catalogue::new(Tongue::English).say(&space);
        assert_eq!(told, "42 GB are free");
    }

    #[test]
    fn what_was_left_to_itself_is_not_said_to_have_changed_nothing() {
        let catalogue = Catalogue::new(Tongue::English);
        let cancelled = AppError::new("cancelled");
        assert!(catalogue.error(&cancelled).contains("Nothing was changed"));
        let left = catalogue.error(&cancelled.hint("putting_back_goes_on"));
        assert_eq!(left, "Cancelled, but what was begun has not ended yet.");
    }

    #[test]
    fn what_stands_by_itself_begins_with_a_capital() {
        assert_eq!(begun("the file is empty"), "The file is empty");
        assert_eq!(begun("“a” failed"), "“a” failed");
        assert_eq!(begun("文件为空"), "文件为空");
        assert_eq!(begun(""), "");
    }

    #[test]
    fn lengths_are_told_in_the_unit_that_suits_them() {
        let catalogue = Catalogue::new(Tongue::English);
        let told = [
            0,
            850,
            1_000,
            1_600,
            90_000,
            360_000,
            7_000_000,
            200_000_000,
        ];
        let told = told.map(|milliseconds| catalogue.length(milliseconds));
        let said = [
            "0 ms", "850 ms", "1 s", "1.6 s", "1.5 min", "6 min", "1.9 h", "2.3 d",
        ];
        assert_eq!(told, said);
    }

    #[test]
    fn what_came_from_outside_does_nothing_on_the_screen() {
        let catalogue = Catalogue::new(Tongue::English);
        let missing = AppError::new("path_missing").with("path", "/a\u{1b}[31m\nb");
        assert_eq!(
            catalogue.error(&missing),
            "/a\\u{1b}[31m\\nb does not exist."
        );
        assert_eq!(missing.fields["path"], "/a\u{1b}[31m\nb");
    }

    #[test]
    fn a_reason_names_the_file_and_the_place_it_is_about() {
        let error = AppError::new("disk_fault").with("path", "x.json");
        let placed = error.with("line", 3).with("column", 4);
        let told = |tongue| Catalogue::new(tongue).error(&placed);
        assert_eq!(
            told(Tongue::English),
            "x.json: line 3, column 4: the disk reports a fault there"
        );
        assert!(told(Tongue::Chinese).starts_with("x.json："));
    }

    #[test]
    fn the_language_follows_the_locale() {
        assert_eq!(Tongue::of_locale("zh_CN.UTF-8"), Tongue::Chinese);
        assert_eq!(Tongue::of_locale("C"), Tongue::English);
    }
}
