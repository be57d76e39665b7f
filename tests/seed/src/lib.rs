//! Fills a data folder with runs of two years: several workflows at their hours, some of whose runs
//! are tried again, fail, are cancelled, wait for somebody or were broken off. The same for the same
//! seed and the same last day.
//!
//! No run is made up: each is played through `core::run::step`, event by event, and written as an
//! engine writes it, by the store's own writer. What the screens show of it is therefore what they
//! show of a real one.
//!
//! Absent on purpose: carrying anything out, child runs, and runs that are under way.

mod calendar;
mod chance;
mod fate;
mod fill;
mod play;
mod workflows;

pub use fill::{Filled, Plan, fill};
