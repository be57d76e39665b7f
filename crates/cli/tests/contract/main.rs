//! The command line as a person or a script uses it: the release contract of its commands, their
//! JSON shapes and exit codes, in both languages. Each test has a data folder of its own; nothing
//! is written outside its temporary folder.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's own helpers fail as its assertions do"
)]

mod backup;
mod data_folder;
mod documents;
mod earlier_versions;
mod fallen;
mod flowkeep;
mod folder_backups;
mod folders;
mod guide;
mod import;
mod logs;
mod mistakes;
mod needs_bus;
mod needs_keyring;
mod needs_samples;
mod notices;
mod numbers;
mod places;
mod preflight;
mod read_only;
mod restore;
mod routes;
mod run_files;
mod run_lists;
mod run_many;
mod run_people;
mod run_reasons;
mod runs;
mod schedules;
mod session_backups;
mod session_differences;
mod session_forgotten;
mod session_import;
mod session_in_place;
mod session_keys;
mod session_lost;
mod session_names;
mod session_restore;
mod session_roots;
mod session_runs;
mod session_store;
mod session_strategies;
mod session_words;
mod session_workflows;
mod sessions;
mod source_servers;
mod sources;
mod templates;
mod together;
mod tokens;
mod usage;
mod words;
