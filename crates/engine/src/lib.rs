//! The engine: carries out what `core::run::step` decides.
//!
//! | part | does |
//! |---|---|
//! | [`actions`] | one attempt at one task: SQL, records, files, requests, programs |
//! | [`sources`] | the data sources those actions read and write, behind one trait |
//!
//! Absent on purpose: decisions about what is ready, retried or finished (`core::run`), and SQL on
//! Flowkeep's own database (`store`). SQL for the user's connections is in `actions` and `sources`
//! and nowhere else (ARCHITECTURE.md, invariant 3).

pub mod actions;
pub mod sources;
