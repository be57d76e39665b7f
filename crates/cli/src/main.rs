//! `flowkeep`.
fn main() {}
