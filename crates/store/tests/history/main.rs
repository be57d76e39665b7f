//! The history as the store keeps it: what is found in it, its figures, what is taken out of it.
#![expect(clippy::unwrap_used, reason = "tests")]

mod activity;
mod clean_up;
mod figures;
mod ground;
mod pages;
mod recorded;
mod removing;
mod searching;
mod slots;
mod window;
