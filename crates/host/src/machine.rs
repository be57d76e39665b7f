//! Which machine this is and who is at it.

use sha2::{Digest as _, Sha256};

/// The operating system's account, shown in Activity as "who".
pub fn account_name() -> String {
    whoami::username().unwrap_or_else(|_| "operator".to_owned())
}

/// What this computer is called, for people who look after several.
pub fn computer_name() -> String {
    whoami::hostname().unwrap_or_else(|_| "?".to_owned())
}

/// A name for this machine that tells it from others and tells nothing about it: a hash. Used to
/// notice that a backup comes from another computer.
pub fn machine_id() -> String {
    let seed = std::fs::read_to_string("/etc/machine-id")
        .ok()
        .filter(|text| !text.trim().is_empty())
        .or_else(|| whoami::hostname().ok())
        .unwrap_or_default();
    let digest = Sha256::digest(format!("flowkeep:{}", seed.trim()));
    hex::encode(&digest[..8])
}

/// The folder of the person at the machine, where the system tells.
pub fn home_folder() -> Option<std::path::PathBuf> {
    dirs::home_dir()
}
