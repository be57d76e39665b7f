//! Contents of snapshots, kept and given back.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test's own helpers fail as its assertions do"
)]

mod comparing;
mod kept;
mod manifests;
mod overlays;
mod packs;
mod shared;
