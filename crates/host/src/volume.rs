//! Places where a SQLite database in WAL mode is not safe: network shares and folders that a sync
//! client copies behind our back.

use std::path::{Path, PathBuf};

/// Why a folder must not hold the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsafe {
    /// It is on a network share of this type.
    Network(&'static str),
    /// This folder at or above it belongs to a sync client of this name.
    Synced(PathBuf, &'static str),
}

/// Whether `folder` (or its nearest existing parent) must not hold the database, and why.
pub fn unsafe_place(folder: &Path) -> Option<Unsafe> {
    let existing = folder.ancestors().find(|path| path.exists())?;
    let existing = existing
        .canonicalize()
        .unwrap_or_else(|_| existing.to_owned());
    if let Some(name) = network_share(&existing) {
        return Some(Unsafe::Network(name));
    }
    existing
        .ancestors()
        .find_map(|path| sync_client(path).map(|name| Unsafe::Synced(path.to_owned(), name)))
}

#[cfg(target_os = "linux")]
fn network_share(path: &Path) -> Option<&'static str> {
    let magic = rustix::fs::statfs(path).ok()?.f_type;
    // The kernel's field is wider than the numbers, and signed on some machines.
    network_type(u32::try_from(magic & 0xffff_ffff).ok()?)
}

#[cfg(not(target_os = "linux"))]
fn network_share(path: &Path) -> Option<&'static str> {
    path.to_str()
        .is_some_and(|text| text.starts_with(r"\\"))
        .then_some("SMB")
}

/// The share's name for a file system's magic number of `statfs(2)`.
fn network_type(magic: u32) -> Option<&'static str> {
    match magic {
        0x6969 => Some("NFS"),
        0x517b | 0xff53_4d42 | 0xfe53_4d42 => Some("SMB"),
        0x5346_414f => Some("AFS"),
        0x0027_e0eb | 0x00c3_6400 => Some("Ceph"),
        _ => None,
    }
}

/// The sync client that owns `folder` itself, by the marks each leaves in its root.
fn sync_client(folder: &Path) -> Option<&'static str> {
    const MARKS: [(&str, &str); 6] = [
        (".dropbox", "Dropbox"),
        (".dropbox.cache", "Dropbox"),
        (".stfolder", "Syncthing"),
        (".owncloudsync.log", "ownCloud"),
        (".nextcloudsync.log", "Nextcloud"),
        (".SynologyWorkingDirectory", "Synology Drive"),
    ];
    const NAMES: [(&str, &str); 5] = [
        ("OneDrive", "OneDrive"),
        ("Google Drive", "Google Drive"),
        ("GoogleDrive", "Google Drive"),
        ("Mobile Documents", "iCloud"),
        ("Nutstore Files", "坚果云"),
    ];
    if let Some((_, name)) = MARKS.iter().find(|(mark, _)| folder.join(mark).exists()) {
        return Some(name);
    }
    let name = folder.file_name()?.to_str()?;
    NAMES
        .iter()
        .find(|(start, _)| name == *start || name.starts_with(&format!("{start} - ")))
        .map(|(_, client)| *client)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn network_file_systems_are_told_by_their_magic() {
        assert_eq!(network_type(0x6969), Some("NFS"));
        assert_eq!(network_type(0xff53_4d42), Some("SMB"));
        assert_eq!(network_type(0xef53), None, "ext4");
        assert_eq!(network_type(0x0102_1994), None, "tmpfs");
    }

    #[test]
    fn a_sync_clients_folder_is_told_from_below() {
        let root = tempfile::tempdir().unwrap();
        let below = root.path().join("a/b");
        std::fs::create_dir_all(&below).unwrap();
        assert_eq!(unsafe_place(&below), None);
        std::fs::create_dir(root.path().join(".stfolder")).unwrap();
        let found = unsafe_place(&below.join("not/made/yet"));
        assert!(
            matches!(found, Some(Unsafe::Synced(_, "Syncthing"))),
            "{found:?}"
        );
    }

    #[test]
    fn a_company_onedrive_is_known_by_name() {
        let root = tempfile::tempdir().unwrap();
        let below = root.path().join("OneDrive - Example Ltd/flowkeep");
        std::fs::create_dir_all(&below).unwrap();
        assert!(matches!(
            unsafe_place(&below),
            Some(Unsafe::Synced(_, "OneDrive"))
        ));
    }
}
