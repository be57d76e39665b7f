//! Places where a SQLite database in WAL mode is not safe: network shares and folders that a sync
//! client copies behind our back. And places where it is safe from everybody: devices that read alone.

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

/// Whether nobody can write what is in `folder`, by whatever path: its device itself reads alone. A mount
/// that reads alone says nothing of that, and neither does the share of another machine. Where the system
/// cannot be asked, somebody can.
pub fn unwritable_by_all(folder: &Path) -> bool {
    mounts(folder).is_some_and(|(mounts, device)| reads_alone(&mounts, device))
}

/// Whether something is mounted at a folder, be it a whole file system, a subvolume or another folder: without that
/// mount, another folder is in its place. A subvolume that is mounted nowhere is a folder like others.
pub fn is_mount_point(folder: &Path) -> bool {
    let folder = folder.canonicalize();
    let Ok(folder) = folder else { return false };
    folder.parent().is_some_and(|above| {
        is_root_of_mount(&folder).unwrap_or_else(|| are_on_two_devices(&folder, above))
    })
}

/// Nothing where the system does not say.
#[cfg(target_os = "linux")]
fn is_root_of_mount(folder: &Path) -> Option<bool> {
    use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};
    let told = statx(CWD, folder, AtFlags::empty(), StatxFlags::TYPE).ok()?;
    let root = StatxAttributes::MOUNT_ROOT;
    let is_known = told.stx_attributes_mask.contains(root);
    is_known.then(|| told.stx_attributes.contains(root))
}

#[cfg(not(target_os = "linux"))]
fn is_root_of_mount(_: &Path) -> Option<bool> {
    None
}

#[cfg(unix)]
fn are_on_two_devices(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let device = |path: &Path| path.metadata().ok().map(|metadata| metadata.dev());
    device(one)
        .zip(device(other))
        .is_some_and(|(one, other)| one != other)
}

/// What is mounted into a folder there has a root of its own.
#[cfg(not(unix))]
fn are_on_two_devices(_: &Path, _: &Path) -> bool {
    false
}

fn reads_alone(mounts: &str, device: (u32, u32)) -> bool {
    let mut of_device = mounts.lines().filter_map(|line| mounted(line, device));
    of_device.any(|(_, source, options)| {
        source.starts_with("/dev/") && options.split(',').any(|option| option == "ro")
    })
}

/// What is mounted, and the device `path` is on.
#[cfg(target_os = "linux")]
fn mounts(path: &Path) -> Option<(String, (u32, u32))> {
    use std::os::unix::fs::MetadataExt as _;
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
    let device = path.metadata().ok()?.dev();
    Some((
        mounts,
        (rustix::fs::major(device), rustix::fs::minor(device)),
    ))
}

#[cfg(not(target_os = "linux"))]
fn mounts(_: &Path) -> Option<(String, (u32, u32))> {
    None
}

#[cfg(target_os = "linux")]
fn network_share(path: &Path) -> Option<&'static str> {
    let of_device = mounts(path).and_then(|(mounts, device)| {
        let mut of_device = mounts.lines().filter_map(|line| mounted(line, device));
        remote_type(of_device.next()?.0)
    });
    if let Some(name) = of_device {
        return Some(name);
    }
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

/// The type of file system, its source and its own options in a line of `/proc/self/mountinfo`, where the
/// line is of this device. The options before these are the mount's.
fn mounted(line: &str, (major, minor): (u32, u32)) -> Option<(&str, &str, &str)> {
    let (mount, system) = line.split_once(" - ")?;
    let device = mount.split(' ').nth(2)?;
    let mut system = system.split(' ');
    let system = (system.next()?, system.next()?, system.next()?);
    (device == format!("{major}:{minor}")).then_some(system)
}

/// What people call a file system of this type whose files are kept by another machine. Such as are
/// known by their magic are not among them. Absent on purpose: `9p` and `virtiofs`, on which whole
/// virtual machines and containers live that nobody else writes to.
fn remote_type(kind: &str) -> Option<&'static str> {
    match kind {
        "vboxsf" => Some("VirtualBox"),
        "vmhgfs" | "fuse.vmhgfs-fuse" => Some("VMware"),
        "prl_fs" => Some("Parallels"),
        "fuse.sshfs" => Some("SSHFS"),
        "fuse.rclone" => Some("rclone"),
        "fuse.davfs2" | "davfs" | "fuse.davfs" => Some("WebDAV"),
        "fuse.glusterfs" => Some("GlusterFS"),
        "fuse.gvfsd-fuse" => Some("GVfs"),
        "fuse.s3fs" | "fuse.goofys" | "fuse.mount-s3" => Some("S3"),
        "fuse.curlftpfs" => Some("FTP"),
        "fuse.ceph" | "fuse.ceph-fuse" => Some("Ceph"),
        "fuse.juicefs" => Some("JuiceFS"),
        "lustre" => Some("Lustre"),
        "nfs" | "nfs4" => Some("NFS"),
        "cifs" | "smb3" | "smbfs" | "fuse.smbnetfs" => Some("SMB"),
        _ => None,
    }
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

    #[cfg(target_os = "linux")]
    #[test]
    fn where_something_is_mounted_is_told_from_an_ordinary_folder() {
        let folder = tempfile::tempdir().unwrap();
        assert!(is_mount_point(Path::new("/proc")));
        assert!(!is_mount_point(folder.path()));
        assert!(!is_mount_point(&folder.path().join("gone")));
    }

    #[test]
    fn network_file_systems_are_told_by_their_magic() {
        assert_eq!(network_type(0x6969), Some("NFS"));
        assert_eq!(network_type(0xff53_4d42), Some("SMB"));
        assert_eq!(network_type(0xef53), None, "ext4");
        assert_eq!(network_type(0x0102_1994), None, "tmpfs");
    }

    #[test]
    fn file_systems_of_other_machines_are_told_by_their_type() {
        let line = |kind: &str| {
            format!("36 35 0:55 / /mnt/far rw,relatime shared:1 - {kind} user@host:/srv rw")
        };
        for (kind, name) in [
            ("fuse.sshfs", Some("SSHFS")),
            ("fuse.rclone", Some("rclone")),
            ("9p", None),
            ("virtiofs", None),
            ("vboxsf", Some("VirtualBox")),
            ("fuse.gvfsd-fuse", Some("GVfs")),
            ("fuseblk", None),
            ("fuse.mergerfs", None),
            ("ext4", None),
        ] {
            let line = line(kind);
            assert_eq!(mounted(&line, (0, 55)).map(|found| found.0), Some(kind));
            assert_eq!(mounted(&line, (0, 5)), None);
            assert_eq!(remote_type(kind), name, "{kind}");
        }
    }

    #[test]
    fn a_mount_that_reads_alone_is_no_device_that_does() {
        let on = |mount: &str, system: &str| {
            let mounts = format!(
                "22 27 0:21 / /proc rw - proc proc rw\n36 35 8:1 / /mnt {mount} - {system}"
            );
            reads_alone(&mounts, (8, 1))
        };
        assert!(on("ro,relatime shared:1", "iso9660 /dev/sr0 ro,nojoliet"));
        assert!(on("ro,relatime", "squashfs /dev/loop3 ro"));
        assert!(!on(
            "ro,relatime shared:1",
            "ext4 /dev/vda rw,errors=remount-ro"
        ));
        assert!(!on("ro,relatime", "nfs4 server:/srv ro,vers=4.2"));
        assert!(!on("ro,relatime", "overlay overlay ro,lowerdir=/a"));
        assert!(!reads_alone("", (8, 1)));
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
