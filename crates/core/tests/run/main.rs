//! Runs: definitions, expressions, the decision function, the queue.

#![cfg(test)]

mod definitions;
mod expressions;
mod fallback;
mod hindered;
mod model;
mod play;
mod queueing;
mod repeats;
mod routing;
mod scenarios;
mod sequence;
mod words;
