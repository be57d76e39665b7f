//! Who has files open for writing: found out once for many files, since the system is asked about
//! processes and not about files.
//!
//! Other people's processes are seen by root alone. On systems other than Linux nobody is: there a file
//! that is open cannot be renamed (Windows), or nobody can tell.

use std::collections::{HashMap, HashSet};

/// By what the system knows a file: its device and its number there.
pub type FileIdentity = (u64, u64);

/// Files that are open for writing, and in which program.
#[derive(Debug, Clone, Default)]
pub struct Holders(HashMap<FileIdentity, String>);

impl Holders {
    /// Nobody holds anything.
    pub fn none() -> Self {
        Self::default()
    }

    /// The program that has a file open for writing.
    pub fn of(&self, identity: Option<FileIdentity>) -> Option<&str> {
        self.0.get(&identity?).map(String::as_str)
    }

    #[cfg(not(target_os = "linux"))]
    pub(crate) fn among(_: &HashSet<FileIdentity>) -> Self {
        Self::none()
    }

    #[cfg(target_os = "linux")]
    pub(crate) fn among(files: &HashSet<FileIdentity>) -> Self {
        let mut found = HashMap::new();
        let Ok(processes) = std::fs::read_dir("/proc") else {
            return Self::none();
        };
        for process in processes.filter_map(Result::ok) {
            let name = process.file_name();
            let is_process = name.as_encoded_bytes().iter().all(u8::is_ascii_digit);
            if is_process {
                linux::open_in(&process.path(), files, &mut found);
            }
        }
        Self(found)
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::{HashMap, HashSet};
    use std::fs::read_to_string;
    use std::os::unix::fs::MetadataExt as _;
    use std::path::Path;

    use super::FileIdentity;

    /// `O_WRONLY` and `O_RDWR`, which are no flags but a number.
    const ACCESS: u32 = 0o3;

    /// Adds which of the files a process has open for writing. One that has ended, or is another person's, has
    /// nothing.
    pub(super) fn open_in(
        process: &Path,
        files: &HashSet<FileIdentity>,
        found: &mut HashMap<FileIdentity, String>,
    ) {
        let Ok(handles) = std::fs::read_dir(process.join("fd")) else {
            return;
        };
        let mut program = None;
        for handle in handles.filter_map(Result::ok) {
            // Follows the handle to the file itself, also to one whose name is gone.
            let Ok(metadata) = std::fs::metadata(handle.path()) else {
                continue;
            };
            let identity = (metadata.dev(), metadata.ino());
            // Most handles are other files, and how each is open is asked for one by one.
            if !files.contains(&identity) || !writes(process, &handle.file_name().to_string_lossy())
            {
                continue;
            }
            let program = program.get_or_insert_with(|| called(process));
            found.entry(identity).or_insert_with(|| program.clone());
        }
    }

    fn writes(process: &Path, handle: &str) -> bool {
        let Ok(info) = read_to_string(process.join("fdinfo").join(handle)) else {
            return false;
        };
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
        let flags = flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok());
        flags.is_some_and(|flags| matches!(flags & ACCESS, 1 | 2))
    }

    /// What the program is called, with the number of the process: of some there are many.
    fn called(process: &Path) -> String {
        let name = read_to_string(process.join("comm")).unwrap_or_default();
        let number = process.file_name().unwrap_or_default().to_string_lossy();
        match name.trim() {
            "" => number.into_owned(),
            name => format!("{name} ({number})"),
        }
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::fs::File;
    use std::path::PathBuf;
    use std::process::{Command, Stdio};

    use super::*;
    use crate::{EntryFiles as _, SystemFiles};

    #[test]
    fn who_writes_is_found_by_name_and_who_reads_is_not() {
        let root = tempfile::tempdir().unwrap();
        let (written, read) = (root.path().join("written"), root.path().join("read"));
        let output = File::create(&written).unwrap();
        std::fs::write(&read, "text").unwrap();
        let input = File::open(&read).unwrap();
        // It reads until its input ends, and never ends by itself.
        let (_kept_open, waits) = std::io::pipe()
            .map(|(reader, writer)| (writer, reader))
            .unwrap();
        let mut program = Command::new("cat")
            .stdin(Stdio::from(waits))
            .stdout(Stdio::from(output))
            .stderr(Stdio::from(input))
            .spawn()
            .unwrap();
        let identity = |path: &PathBuf| SystemFiles.entry(path).unwrap().unwrap().identity;
        let files: HashSet<_> = [&written, &read].into_iter().filter_map(identity).collect();
        let holders = Holders::among(&files);
        let of_program = format!("({})", program.id());
        assert!(
            holders
                .of(identity(&written))
                .unwrap()
                .ends_with(&of_program)
        );
        assert_eq!(holders.of(identity(&read)), None);
        assert_eq!(holders.of(None), None);
        let others = Holders::among(&identity(&read).into_iter().collect());
        assert_eq!(others.of(identity(&written)), None);
        program.kill().unwrap();
        program.wait().unwrap();
        assert_eq!(Holders::among(&files).of(identity(&written)), None);
    }
}
