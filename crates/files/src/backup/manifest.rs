//! The manifest: what is in a backup, with the size and SHA-256 of every file. It is written and
//! read as a stream, so that a hundred thousand files cost no more memory than ten.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufReader, BufWriter, Read, Write};

use flowkeep_core::{Format, KeptHistory, Sha256};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

/// The word in the manifest's `format`.
pub(crate) const FORMAT: &str = "flowkeep-backup";

/// The manifest's file name.
pub const MANIFEST: &str = "manifest.json";

/// The version of the format this program writes, and the newest it reads.
pub const FORMAT_VERSION: u64 = 1;

/// All of a manifest but its files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Manifest {
    /// Always `flowkeep-backup`.
    pub format: String,
    /// The version of the format.
    pub version: u64,
    /// The version of the app that made it.
    pub app_version: String,
    /// When it was made, RFC 3339 in UTC.
    pub created_at: String,
    /// The offset of local time then, as `+08:00`; the folder's name uses local time.
    pub offset: String,
    /// Its place among the backups of its data folder, from 1; clocks may go back, this does not.
    pub sequence: u64,
    /// Its id.
    pub backup_id: String,
    /// A hash that tells the computer from others.
    pub machine: String,
    /// How much of the history is in it.
    pub history: KeptHistory,
    /// The newest operation it knows of, from which the newest of several is told; empty where that
    /// could not be read, and in backups of before this was written down.
    pub latest_operation: String,
    /// How many of each kind.
    pub counts: BTreeMap<String, u32>,
}

/// One file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestFile {
    /// Its path below the backup's folder, with `/`.
    pub path: String,
    /// What is in it.
    pub kind: String,
    /// The document's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The document's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The format of the document inside a wrapper; absent for JSON, which is kept bare.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// The document's revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<u32>,
    /// When the document came into the catalog, RFC 3339 in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// When the document was last changed, RFC 3339 in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<String>,
    /// The hash of the file.
    pub sha256: Sha256,
    /// The size of the file.
    pub bytes: u64,
}

/// What is known only after the last file.
const AFTER_THE_FILES: [&str; 2] = ["counts", "latest_operation"];

/// Writes a manifest file by file.
pub(crate) struct ManifestWriter {
    out: BufWriter<Box<dyn Write + Send>>,
    any: bool,
    /// Bytes and files listed so far.
    pub(crate) bytes: u64,
}

impl ManifestWriter {
    /// Begins with everything that is known before the first file.
    pub(crate) fn begin(out: Box<dyn Write + Send>, head: &Manifest) -> io::Result<Self> {
        let mut out = BufWriter::with_capacity(1 << 16, out);
        out.write_all(b"{")?;
        let fields = serde_json::to_value(head)?;
        for (key, value) in fields.as_object().into_iter().flatten() {
            if !AFTER_THE_FILES.contains(&key.as_str()) {
                writeln!(out, "{}: {value},", serde_json::Value::from(key.as_str()))?;
            }
        }
        out.write_all(b"\"files\": [")?;
        Ok(Self {
            out,
            any: false,
            bytes: 0,
        })
    }

    pub(crate) fn add(&mut self, file: &ManifestFile) -> io::Result<()> {
        self.out.write_all(if self.any { b",\n" } else { b"\n" })?;
        self.any = true;
        self.bytes += file.bytes;
        serde_json::to_writer(&mut self.out, file)?;
        Ok(())
    }

    pub(crate) fn end(
        mut self,
        counts: &BTreeMap<String, u32>,
        latest_operation: Option<&str>,
    ) -> io::Result<()> {
        writeln!(
            self.out,
            "\n],\n\"latest_operation\": {},\n\"counts\": {}\n}}",
            serde_json::to_string(latest_operation.unwrap_or_default())?,
            serde_json::to_string(counts)?
        )?;
        self.out.flush()
    }
}

/// Reads all but the files. The whole text is checked to be JSON.
pub(crate) fn read_header(input: impl Read) -> serde_json::Result<Manifest> {
    serde_json::from_reader(BufReader::with_capacity(1 << 16, input))
}

/// Gives every file to `each`, in order, without holding more than one.
///
/// # Errors
/// The inner error is the first that `each` answered; the outer one is about the manifest.
pub(crate) fn each_file<E>(
    input: impl Read,
    mut each: impl FnMut(ManifestFile) -> Result<(), E>,
) -> serde_json::Result<Result<(), E>> {
    let mut failed = None;
    let mut reader =
        serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, input));
    let read = Files(&mut |file| match each(file) {
        Ok(()) => true,
        Err(error) => {
            failed = Some(error);
            false
        }
    })
    .deserialize(&mut reader);
    match (failed, read) {
        (Some(error), _) => Ok(Err(error)),
        (None, Ok(())) => Ok(Ok(())),
        (None, Err(error)) => Err(error),
    }
}

/// Finds `files` in the object and hands each on; `false` ends the reading.
struct Files<'a>(&'a mut dyn FnMut(ManifestFile) -> bool);

impl<'de> DeserializeSeed<'de> for Files<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Files<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a manifest")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut listed = false;
        while let Some(key) = map.next_key::<String>()? {
            if key == "files" {
                if std::mem::replace(&mut listed, true) {
                    return Err(serde::de::Error::duplicate_field("files"));
                }
                map.next_value_seed(FileList(&mut *self.0))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        // A manifest without a list is not one of nothing: it is not whole.
        if listed {
            Ok(())
        } else {
            Err(serde::de::Error::missing_field("files"))
        }
    }
}

struct FileList<'a>(&'a mut dyn FnMut(ManifestFile) -> bool);

impl<'de> DeserializeSeed<'de> for FileList<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for FileList<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of files")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(file) = list.next_element()? {
            if !(self.0)(file) {
                return Err(serde::de::Error::custom("ended"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn file(path: &str) -> ManifestFile {
        ManifestFile {
            path: path.to_owned(),
            kind: "workflow".to_owned(),
            id: Some("a".to_owned()),
            name: None,
            format: None,
            revision: Some(3),
            created_at: None,
            updated_at: None,
            sha256: Sha256::of(b"x"),
            bytes: 1,
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        let out = Shared::default();
        let counts = BTreeMap::from([("workflow".to_owned(), 2)]);
        let head = Manifest {
            format: FORMAT.to_owned(),
            version: FORMAT_VERSION,
            backup_id: "id \"quoted\"".to_owned(),
            ..Manifest::default()
        };
        let mut writer = ManifestWriter::begin(Box::new(out.clone()), &head).unwrap();
        writer.add(&file("workflows/a.json")).unwrap();
        writer.add(&file("workflows/b.json")).unwrap();
        writer.end(&counts, Some("01OPERATION")).unwrap();
        let bytes = out.0.lock().unwrap().clone();
        assert_eq!(
            read_header(bytes.as_slice()).unwrap(),
            Manifest {
                counts,
                latest_operation: "01OPERATION".to_owned(),
                ..head
            }
        );
        let mut paths = Vec::new();
        each_file(bytes.as_slice(), |file| {
            paths.push(file.path);
            Ok::<_, ()>(())
        })
        .unwrap()
        .unwrap();
        assert_eq!(paths, ["workflows/a.json", "workflows/b.json"]);
        let ended = each_file(bytes.as_slice(), |_| Err("enough")).unwrap();
        assert_eq!(ended, Err("enough"));
    }

    #[test]
    fn a_cut_manifest_is_an_error() {
        for text in [
            "",
            "{",
            "{}",
            r#"{"files": [], "files": []}"#,
            "[]",
            r#"{"files": [{"path": 1}]}"#,
            r#"{"files": ["#,
        ] {
            assert!(
                each_file(text.as_bytes(), |_| Ok::<_, ()>(())).is_err(),
                "{text}"
            );
        }
    }
}
