//! What a program has started, as the kernel tells it.

use std::collections::HashMap;
use std::fs;

/// The name of the process that draws a page; the kernel keeps fifteen letters.
const WEB_PROCESS: &str = "WebKitWebProces";

/// A process and everything below it.
pub fn family(process: u32) -> Vec<u32> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let id = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok());
        if let Some(id) = id
            && let Some(parent) = parent(id)
        {
            children.entry(parent).or_default().push(id);
        }
    }
    let mut family = vec![process];
    let mut looked_at = 0;
    while let Some(id) = family.get(looked_at) {
        let below = children.remove(id).unwrap_or_default();
        family.extend(below);
        looked_at += 1;
    }
    family
}

/// The processes that draw the pages of a program.
pub fn web_processes(program: u32) -> Vec<u32> {
    let mut family = family(program);
    family.retain(|process| {
        fs::read_to_string(format!("/proc/{process}/comm"))
            .is_ok_and(|name| name.trim_end() == WEB_PROCESS)
    });
    family
}

/// A process that has ended and was not looked after counts as none.
fn parent(process: u32) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name));
    if field("State:")?.trim_start().starts_with('Z') {
        return None;
    }
    field("PPid:")?.trim().parse().ok()
}
