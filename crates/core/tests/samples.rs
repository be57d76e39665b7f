//! Files of earlier tools, in the folder that `FLOWKEEP_SAMPLES` names.

#![expect(
    clippy::unwrap_used,
    reason = "a test's own helpers fail as its assertions do"
)]

use std::path::{Path, PathBuf};

use flowkeep_core::secret::masked;
use flowkeep_core::session::file::read;
use flowkeep_core::session::{SessionOrigin, SessionStatus};
use flowkeep_core::{Document, Format};

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

fn samples(name: &str) -> Vec<PathBuf> {
    let folder = std::env::var_os("FLOWKEEP_SAMPLES").unwrap();
    files(&PathBuf::from(folder).join(name))
}

#[test]
#[ignore = "needs samples"]
fn no_configuration_of_an_earlier_tool_is_taken_for_a_key_needs_samples() {
    let all = samples("configs");
    assert!(all.len() > 30);
    for path in all {
        let ending = path.extension().and_then(|ending| ending.to_str());
        let format = match ending {
            Some("yaml") => Some(Format::Yaml),
            Some("md") => Some(Format::Markdown),
            _ => None,
        };
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(masked(format, &bytes), None, "{}", path.display());
    }
}

#[test]
#[ignore = "needs samples"]
fn a_session_of_an_earlier_tool_is_read_with_all_it_says_needs_samples() {
    let all = samples("sessions");
    assert!(!all.is_empty());
    for path in all {
        let name = path.file_name().unwrap().to_str().unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let found = read(&bytes, name).unwrap();
        assert_eq!(found.origin, SessionOrigin::Import1);
        assert_eq!(found.status, SessionStatus::Interrupted);
        assert_ne!(
            Some(found.id.as_str()),
            path.file_stem().and_then(|stem| stem.to_str())
        );
        assert_eq!(found.name, "react_workflow");
        assert_eq!(
            found.config.as_deref(),
            Some("configs/workflows/react.yaml")
        );
        assert!(found.created_at.is_some_and(|at| !at.has_zone));
        assert_eq!(found.agent, None);
        // What is embedded says what the file says, whatever the order of its keys.
        let configs = path.parent().unwrap().parent().unwrap();
        let text = std::fs::read_to_string(configs.join("configs/workflows/react.yaml")).unwrap();
        let file = Document::parse(Format::Yaml, text).unwrap();
        assert!(found.definition.unwrap().is_same(file.value()));
    }
}
