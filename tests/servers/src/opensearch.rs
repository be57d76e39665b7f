//! `OpenSearch`, which speaks the REST API of Elasticsearch: a hundred jars, fetched once, kept in
//! the user's cache, and checked against the list in this folder before every start.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest as _, Sha256};

use crate::port::Port;
use crate::process::{Home, Process, needed};

/// Which jars, and the version they make.
const VERSION: &str = "opensearch-2.19.1.0";
const JARS: &str = include_str!("../opensearch/jars.sha256");
const POM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/opensearch/pom.xml");
const START: &str = include_str!("../opensearch/Start.java");

/// One node with nothing in it, without TLS and password.
pub struct OpenSearch {
    /// On 127.0.0.1.
    pub port: u16,
    _claimed: Port,
    _process: Process,
    _home: Home,
}

impl OpenSearch {
    /// Starts one; that takes some ten seconds, the first time on a machine a few minutes.
    pub fn start() -> Self {
        needed("java", "default-jdk-headless");
        let home = Home::new();
        let lib = home.join("lib");
        fs::create_dir(&lib).unwrap();
        let kept = jars();
        for (_, name) in listed() {
            // The server's user cannot look into the cache of this one.
            let (from, to) = (kept.join(name), lib.join(name));
            if fs::hard_link(&from, &to).is_err() {
                fs::copy(&from, &to).unwrap();
            }
        }
        let start = home.write("Start.java", START);
        let port = Port::claim();
        let mut command = home.command("java");
        command
            .args(["-Xms256m", "-Xmx512m", "-XX:TieredStopAtLevel=1", "-cp"])
            .arg(lib.join("*"))
            .arg(start)
            .arg(home.join("data"))
            .arg(port.number.to_string());
        Self {
            port: port.number,
            _claimed: port,
            _process: Process::start(&mut command, "READY"),
            _home: home,
        }
    }
}

/// The jars that are pinned: SHA-256 and name.
fn listed() -> impl Iterator<Item = (&'static str, &'static str)> {
    JARS.lines().filter_map(|line| line.split_once("  "))
}

/// The folder with the jars, fetched when it is not there.
fn jars() -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").map_or_else(
        || PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache"),
        PathBuf::from,
    );
    let cache = cache.join("flowkeep-test-servers");
    let kept = cache.join(VERSION);
    if !kept.is_dir() {
        fetch(&cache, &kept);
    }
    check(&kept);
    kept
}

/// Fetched beside and renamed, so that a folder of that name is whole; another test may be quicker.
fn fetch(cache: &Path, kept: &Path) {
    needed("mvn", "maven");
    fs::create_dir_all(cache).unwrap();
    let fresh = tempfile::tempdir_in(cache).unwrap();
    let fetched = Command::new("mvn")
        .args(["-q", "-B", "-f", POM, "dependency:copy-dependencies"])
        .arg(format!("-DoutputDirectory={}", fresh.path().display()))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&fetched.stdout);
    assert!(
        fetched.status.success(),
        "OpenSearch cannot be fetched:\n{said}"
    );
    check(fresh.path());
    if fs::rename(fresh.path(), kept).is_ok() {
        let _ = fresh.keep();
    }
}

fn check(folder: &Path) {
    for (expected, name) in listed() {
        let jar = fs::read(folder.join(name));
        let jar = jar.unwrap_or_else(|error| panic!("{}/{name}: {error}", folder.display()));
        let found = hex::encode(Sha256::digest(&jar));
        assert_eq!(
            found,
            expected,
            "{}/{name} is another file",
            folder.display()
        );
    }
}
