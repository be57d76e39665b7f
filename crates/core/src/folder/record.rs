//! What an archive says of itself: `backup_info.json`, with the five keys of requirement 003 as earlier
//! tools write and read them, and beside them what those could not say.
//!
//! Reading is tolerant: records of earlier tools have the five keys alone, and say what failed as texts
//! or as objects.

use chrono::{DateTime, FixedOffset, SecondsFormat};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Message, Sha256};

/// The name of the record in its archive.
pub const RECORD: &str = "backup_info.json";

/// What our own records have in `format`.
const FORMAT: u32 = 1;

/// The record of one archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// When it was made: local time without a zone, as it is written in the record.
    pub backup_time: String,
    /// What the archive is called.
    pub backup_directory: String,
    /// Names, in the folder, of what was moved.
    pub moved_files: Vec<String>,
    /// What could not be archived, or not as it should.
    pub failed_files: Vec<FailedFile>,
    /// What the folder is called.
    pub task_id: String,
    /// Its number among the archives of its folder; later ones are greater. Earlier tools gave none.
    pub sequence: Option<u64>,
    /// When it was made, RFC 3339 with the offset of that place. Earlier tools did not say.
    pub created_at: Option<String>,
    /// The archive for whose files it made way, where files were put back.
    pub made_way_for: Option<String>,
    /// Each file in it. Earlier tools named what they moved and said nothing more of it.
    pub files: Vec<ArchivedFile>,
}

/// A file that could not be archived as it should.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedFile {
    /// Its name in the folder.
    pub file: String,
    /// Why, as whoever wrote the record put it.
    #[serde(default)]
    pub error: String,
    /// Why, as every face can say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Message>,
}

/// How a file came into an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// It was moved: it is in the archive alone.
    Moved,
    /// It was copied: it also stayed where it was.
    Copied,
}

/// One file in an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchivedFile {
    /// Its name in the folder.
    pub name: String,
    /// Bytes.
    pub bytes: u64,
    /// What it holds; nothing for a link, and where it could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Sha256>,
    /// When its content last changed, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<String>,
    /// How it came here.
    pub how: How,
    /// Its name in the archive, where that is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived_as: Option<String>,
    /// Where the link led as it was in the folder. Only links have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link_target: Option<String>,
    /// What is to be known of it: why it was copied, or not put back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Message>,
}

/// Why a file is in an archive that was taken back.
pub const NOT_PUT_BACK: &str = "archive_not_put_back";

impl ArchivedFile {
    /// What it is called in the archive.
    pub fn in_archive(&self) -> &str {
        self.archived_as.as_deref().unwrap_or(&self.name)
    }
}

/// As our own records are written: the five keys first, in the order of 003.
#[derive(Serialize)]
struct Written<'a> {
    backup_time: &'a str,
    backup_directory: &'a str,
    moved_files: &'a [String],
    failed_files: &'a [FailedFile],
    task_id: &'a str,
    format: u32,
    sequence: Option<u64>,
    created_at: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    made_way_for: Option<&'a str>,
    files: &'a [ArchivedFile],
}

impl Record {
    /// Whether the archive was taken back and holds no more than what could not go back.
    pub fn is_undone(&self) -> bool {
        let left = |file: &ArchivedFile| {
            let reason = file.reason.as_ref();
            reason.is_some_and(|reason| reason.code == NOT_PUT_BACK)
        };
        !self.files.is_empty() && self.files.iter().all(left)
    }

    /// The record of an archive that is made now.
    pub fn new(
        local: DateTime<FixedOffset>,
        archive: &str,
        folder: &str,
        sequence: u64,
        files: Vec<ArchivedFile>,
        failed_files: Vec<FailedFile>,
    ) -> Self {
        let moved = files.iter().filter(|file| file.how == How::Moved);
        Self {
            backup_time: local.format("%Y-%m-%dT%H:%M:%S%.6f").to_string(),
            backup_directory: archive.to_owned(),
            moved_files: moved.map(|file| file.name.clone()).collect(),
            failed_files,
            task_id: folder.to_owned(),
            sequence: Some(sequence),
            created_at: Some(local.to_rfc3339_opts(SecondsFormat::Millis, false)),
            made_way_for: None,
            files,
        }
    }

    /// The bytes of the file.
    ///
    /// # Errors
    /// None of a record that was made by [`Record::new`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec_pretty(&Written {
            backup_time: &self.backup_time,
            backup_directory: &self.backup_directory,
            moved_files: &self.moved_files,
            failed_files: &self.failed_files,
            task_id: &self.task_id,
            format: FORMAT,
            sequence: self.sequence,
            created_at: self.created_at.as_deref(),
            made_way_for: self.made_way_for.as_deref(),
            files: &self.files,
        })?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads a record, whoever wrote it.
    ///
    /// # Errors
    /// Why it cannot be used: `archive_record_damaged`, `archive_record_newer`.
    pub fn read(bytes: &[u8]) -> Result<Self, Message> {
        let damaged = |detail: &str| Message::new("archive_record_damaged").with("detail", detail);
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let found: Value =
            serde_json::from_slice(bytes).map_err(|error| damaged(&error.to_string()))?;
        let found = found.as_object().ok_or_else(|| damaged("object"))?;
        let format = found.get("format").and_then(Value::as_u64);
        if format.is_some_and(|format| format > FORMAT.into()) {
            return Err(Message::new("archive_record_newer"));
        }
        let perhaps = |key: &str| {
            let text = found.get(key).and_then(Value::as_str);
            text.map(str::to_owned)
        };
        let text = |key: &str| perhaps(key).unwrap_or_default();
        let list = |key: &str| match found.get(key) {
            None | Some(Value::Null) => Ok(&[][..]),
            Some(Value::Array(list)) => Ok(list.as_slice()),
            Some(_) => Err(damaged(key)),
        };
        let files = list("files")?
            .iter()
            .map(|file| serde_json::from_value(file.clone()))
            .collect::<Result<Vec<ArchivedFile>, _>>()
            .map_err(|error| damaged(&error.to_string()))?;
        if !found.contains_key("moved_files") && files.is_empty() {
            return Err(damaged("moved_files"));
        }
        let moved = list("moved_files")?.iter().map(|name| {
            let name = name.as_str().map(str::to_owned);
            name.ok_or_else(|| damaged("moved_files"))
        });
        Ok(Self {
            backup_time: text("backup_time"),
            backup_directory: text("backup_directory"),
            moved_files: moved.collect::<Result<_, _>>()?,
            failed_files: list("failed_files")?.iter().map(failed).collect(),
            task_id: text("task_id"),
            sequence: found.get("sequence").and_then(Value::as_u64),
            created_at: perhaps("created_at"),
            made_way_for: perhaps("made_way_for"),
            files,
        })
    }

    /// Each file that should be in the archive: its name there, and its name in the folder.
    pub fn contents(&self) -> impl Iterator<Item = (&str, &str)> {
        let told = self.files.iter();
        let told = told.map(|file| (file.in_archive(), file.name.as_str()));
        let moved = if self.files.is_empty() {
            self.moved_files.as_slice()
        } else {
            &[]
        };
        told.chain(moved.iter().map(|name| (name.as_str(), name.as_str())))
    }
}

/// What could not be moved: an object, or a text alone.
fn failed(value: &Value) -> FailedFile {
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    FailedFile {
        file: value
            .as_str()
            .map(str::to_owned)
            .or_else(|| text("file"))
            .unwrap_or_else(|| value.to_string()),
        error: text("error").unwrap_or_default(),
        reason: value
            .get("reason")
            .and_then(|reason| serde_json::from_value(reason.clone()).ok()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        let local = DateTime::parse_from_rfc3339("2025-01-21T09:44:00.123+08:00").unwrap();
        let file = |name: &str, how| ArchivedFile {
            name: name.to_owned(),
            bytes: 3,
            sha256: Some(Sha256::of(b"abc")),
            modified: Some("2025-01-20T00:00:00.000Z".to_owned()),
            how,
            archived_as: None,
            link_target: None,
            reason: None,
        };
        let files = vec![
            file("a.ddl", How::Moved),
            file("table_list.txt", How::Copied),
        ];
        let failed = vec![FailedFile {
            file: "held.json".to_owned(),
            error: "in use".to_owned(),
            reason: Some(Message::new("archive_file_in_use").with("program", "editor")),
        }];
        let archive = "file_bak_20250121_094400";
        Record::new(local, archive, "task_20250721_083557", 7, files, failed)
    }

    #[test]
    fn the_five_keys_are_those_of_the_requirement_and_come_first() {
        let text = String::from_utf8(record().to_bytes().unwrap()).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        let keys: Vec<&String> = value.as_object().unwrap().keys().collect();
        assert_eq!(
            keys[..5],
            [
                "backup_time",
                "backup_directory",
                "moved_files",
                "failed_files",
                "task_id"
            ]
        );
        assert_eq!(value["backup_time"], "2025-01-21T09:44:00.123000");
        assert_eq!(value["created_at"], "2025-01-21T09:44:00.123+08:00");
        assert_eq!(value["moved_files"], serde_json::json!(["a.ddl"]));
        assert_eq!(value["failed_files"][0]["file"], "held.json");
        assert_eq!(value["failed_files"][0]["error"], "in use");
    }

    #[test]
    fn a_record_comes_back() {
        let record = record();
        assert_eq!(Record::read(&record.to_bytes().unwrap()).unwrap(), record);
    }

    #[test]
    fn records_of_earlier_tools_are_read_whatever_they_say_of_failures() {
        let text = "\u{feff}{\"backup_time\": \"2025-07-21T12:02:36.094246\",
            \"backup_directory\": \"file_bak_20250721_120236\", \"moved_files\": [\"a.ddl\", \"b.md\"],
            \"failed_files\": [{\"file\": \"data_pipeline.log\", \"error\": \"[WinError 32]\"}, \"c.log\", 4],
            \"task_id\": \"task_20250721_113010\"}";
        let record = Record::read(text.as_bytes()).unwrap();
        assert_eq!(record.sequence, None);
        let contents: Vec<_> = record.contents().collect();
        assert_eq!(contents, [("a.ddl", "a.ddl"), ("b.md", "b.md")]);
        let failed: Vec<_> = record
            .failed_files
            .iter()
            .map(|failed| (failed.file.as_str(), failed.error.as_str()))
            .collect();
        assert_eq!(
            failed,
            [
                ("data_pipeline.log", "[WinError 32]"),
                ("c.log", ""),
                ("4", "")
            ]
        );
    }

    #[test]
    fn what_is_no_record_says_why() {
        for text in [
            "",
            "[]",
            "{}",
            "{\"moved_files\": 3}",
            "{\"moved_files\": [3]}",
            "{\"moved_files\": [\"a\"",
        ] {
            let why = Record::read(text.as_bytes()).unwrap_err();
            assert_eq!(why.code, "archive_record_damaged", "{text}");
        }
        let newer = Record::read(b"{\"format\": 2, \"moved_files\": []}").unwrap_err();
        assert_eq!(newer.code, "archive_record_newer");
    }
}
