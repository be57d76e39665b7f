//! Which part may know which: read off the manifests, and off the sources where a manifest cannot
//! say it. Each rule names the invariant of ARCHITECTURE.md it holds.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use walkdir::WalkDir;

/// Every package, and which of the others it may depend on.
const ARROWS: &[(&str, &[&str])] = &[
    ("flowkeep-core", &[]),
    ("flowkeep-host", &[]),
    ("flowkeep-store", &["flowkeep-core", "flowkeep-host"]),
    (
        "flowkeep-files",
        &["flowkeep-core", "flowkeep-host", "flowkeep-store"],
    ),
    (
        "flowkeep-engine",
        &["flowkeep-core", "flowkeep-host", "flowkeep-store"],
    ),
    (
        "flowkeep-api",
        &[
            "flowkeep-core",
            "flowkeep-host",
            "flowkeep-store",
            "flowkeep-files",
            "flowkeep-engine",
        ],
    ),
    ("flowkeep-cli", &["flowkeep-api", "flowkeep-core"]),
    ("flowkeep-desktop", &["flowkeep-api"]),
    ("flowkeep-e2e", &[]),
    ("xtask", &[]),
];

/// Libraries that few packages may use, by the beginning of their names.
const HELD_BY: &[(&str, &[&str], &str)] = &[
    (
        "tauri",
        &["flowkeep-desktop"],
        "invariant 1: only the shell knows Tauri",
    ),
    (
        "rusqlite",
        &["flowkeep-store", "flowkeep-engine"],
        "invariant 3: no SQL on our database outside the store",
    ),
    (
        "mysql_async",
        &["flowkeep-engine"],
        "invariant 3: the user's data sources are the engine's",
    ),
    (
        "lettre",
        &["flowkeep-engine"],
        "what leaves for people leaves from one place",
    ),
    (
        "redis",
        &["flowkeep-engine"],
        "invariant 3: the user's data sources are the engine's",
    ),
];

/// Where the engine speaks SQL: with the user's connections, never with our database.
const USERS_SQL: [&str; 2] = ["sources", "actions"];

/// What `core` has no use for: it performs no I/O and never reads the clock.
const IMPURE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::process",
    "std::env",
    "std::io::std",
    "SystemTime::now",
    "Instant::now",
    "Utc::now",
    "Local::now",
    "tokio",
];

/// A source file longer than this is two files.
const LONGEST: usize = 800;

/// What breaks the rules, each with where and why; empty when nothing does.
///
/// # Errors
/// When a manifest or a source cannot be read.
pub(crate) fn violations(repository: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for manifest in manifests(repository)? {
        found.extend(arrows(&fs::read_to_string(&manifest)?)?);
    }
    for (path, text) in sources(&repository.join("crates/core/src"), &["rs"])? {
        found.extend(impure(&path, &text));
    }
    let engine = repository.join("crates/engine/src");
    for (path, text) in sources(&engine, &["rs"])? {
        found.extend(sql_elsewhere(&engine, &path, &text));
    }
    for (path, text) in sources(&repository.join("ui/src"), &["ts", "tsx"])? {
        found.extend(bypasses_the_seam(repository, &path, &text));
    }
    for folder in ["crates", "src-tauri", "tests", "xtask", "ui/src"] {
        for (path, text) in sources(&repository.join(folder), &["rs", "ts", "tsx", "css"])? {
            let lines = text.lines().count();
            if lines > LONGEST {
                found.push(format!("{}: {lines} lines; split it", path.display()));
            }
        }
    }
    Ok(found)
}

fn manifests(repository: &Path) -> Result<Vec<PathBuf>> {
    let mut manifests: Vec<PathBuf> = ["src-tauri", "tests/e2e", "xtask"]
        .map(|folder| repository.join(folder))
        .to_vec();
    for entry in fs::read_dir(repository.join("crates"))? {
        manifests.push(entry?.path());
    }
    Ok(manifests
        .into_iter()
        .map(|folder| folder.join("Cargo.toml"))
        .collect())
}

fn arrows(manifest: &str) -> Result<Vec<String>> {
    let manifest: toml::Table = manifest.parse()?;
    let name = manifest["package"]["name"]
        .as_str()
        .context("a package has a name")?;
    let Some((_, allowed)) = ARROWS.iter().find(|(package, _)| *package == name) else {
        return Ok(vec![format!(
            "{name}: say in xtask/src/layers.rs what it may depend on"
        )]);
    };
    let mut found = Vec::new();
    for dependency in dependencies(&manifest) {
        let ours = ARROWS.iter().any(|(package, _)| *package == dependency);
        if ours && !allowed.contains(&dependency.as_str()) {
            found.push(format!(
                "{name} depends on {dependency}: against the arrows of the layers"
            ));
        }
        for (library, holders, why) in HELD_BY {
            if dependency.starts_with(library) && !holders.contains(&name) {
                found.push(format!("{name} depends on {dependency}: {why}"));
            }
        }
    }
    Ok(found)
}

/// The names in `[dependencies]` and `[build-dependencies]`, for every target. What only tests
/// use is free.
fn dependencies(manifest: &toml::Table) -> Vec<String> {
    let targets = manifest.get("target").and_then(toml::Value::as_table);
    let tables = targets
        .into_iter()
        .flat_map(toml::Table::values)
        .filter_map(toml::Value::as_table);
    std::iter::once(manifest)
        .chain(tables)
        .flat_map(|table| ["dependencies", "build-dependencies"].map(|kind| table.get(kind)))
        .flatten()
        .filter_map(toml::Value::as_table)
        .flat_map(|table| table.keys().cloned())
        .collect()
}

fn impure(path: &Path, text: &str) -> Vec<String> {
    let code = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default());
    code.enumerate()
        .flat_map(|(number, line)| {
            IMPURE
                .iter()
                .filter(move |word| line.contains(**word))
                .map(move |word| (number, word))
        })
        .map(|(number, word)| {
            let line = number + 1;
            format!(
                "{}:{line}: {word} (invariant 2: core is pure)",
                path.display()
            )
        })
        .collect()
}

fn sql_elsewhere(engine: &Path, path: &Path, text: &str) -> Option<String> {
    let inside = USERS_SQL
        .iter()
        .any(|folder| path.starts_with(engine.join(folder)));
    // A test damages rows by hand.
    let of_a_test = path.ends_with("tests.rs");
    (!inside && !of_a_test && text.contains("rusqlite")).then(|| {
        format!(
            "{}: uses rusqlite (invariant 3: of the engine only sources and actions speak SQL)",
            path.display()
        )
    })
}

fn bypasses_the_seam(repository: &Path, path: &Path, text: &str) -> Option<String> {
    let inside = path.starts_with(repository.join("ui/src/ipc"));
    (!inside && text.contains("@tauri-apps/")).then(|| {
        format!(
            "{}: imports @tauri-apps (invariant 1: only ui/src/ipc does)",
            path.display()
        )
    })
}

fn sources(folder: &Path, ends: &[&str]) -> Result<Vec<(PathBuf, String)>> {
    let mut sources = Vec::new();
    let generated = ["generated", "gen", "node_modules", "target"];
    let walk = WalkDir::new(folder).into_iter().filter_entry(|entry| {
        !entry
            .file_name()
            .to_str()
            .is_some_and(|name| generated.contains(&name))
    });
    for entry in walk {
        let path = entry?.into_path();
        let wanted = path
            .extension()
            .and_then(|end| end.to_str())
            .is_some_and(|e| ends.contains(&e));
        if wanted {
            let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            sources.push((path, text));
        }
    }
    Ok(sources)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_keeps_its_layers() {
        let found = violations(&crate::repository()).unwrap();
        assert!(found.is_empty(), "{}", found.join("\n"));
    }

    #[test]
    fn an_arrow_that_points_up_is_found() {
        let manifest = |package: &str, dependency: &str| {
            format!("[package]\nname = \"{package}\"\n[dependencies]\n{dependency} = \"1\"\n")
        };
        assert_eq!(
            arrows(&manifest("flowkeep-store", "flowkeep-core")).unwrap(),
            [""; 0]
        );
        assert_eq!(
            arrows(&manifest("flowkeep-store", "flowkeep-api"))
                .unwrap()
                .len(),
            1
        );
        assert_eq!(
            arrows(&manifest("flowkeep-api", "tauri-plugin-x"))
                .unwrap()
                .len(),
            1
        );
        assert_eq!(
            arrows(&manifest("flowkeep-api", "rusqlite")).unwrap().len(),
            1
        );
        assert_eq!(arrows(&manifest("somebody-new", "serde")).unwrap().len(), 1);
    }

    #[test]
    fn a_clock_in_core_is_found_and_one_in_a_comment_is_not() {
        let path = Path::new("core.rs");
        assert_eq!(impure(path, "let now = Utc::now();").len(), 1);
        assert!(impure(path, "// never Utc::now()").is_empty());
    }

    #[test]
    fn sql_of_the_engine_outside_its_sources_is_found() {
        let (engine, text) = (Path::new("/e"), "use rusqlite::Connection;");
        assert!(sql_elsewhere(engine, Path::new("/e/worker.rs"), text).is_some());
        assert!(sql_elsewhere(engine, Path::new("/e/worker.rs"), "").is_none());
        for inside in [
            "/e/sources/sqlite/mod.rs",
            "/e/actions/sql.rs",
            "/e/timetable/tests.rs",
        ] {
            assert!(sql_elsewhere(engine, Path::new(inside), text).is_none());
        }
    }

    #[test]
    fn a_page_that_calls_tauri_itself_is_found() {
        let (repository, text) = (
            Path::new("/r"),
            "import { invoke } from '@tauri-apps/api/core'",
        );
        let page = Path::new("/r/ui/src/features/x.ts");
        assert!(bypasses_the_seam(repository, page, text).is_some());
        let seam = Path::new("/r/ui/src/ipc/shell.ts");
        assert!(bypasses_the_seam(repository, seam, text).is_none());
    }
}
