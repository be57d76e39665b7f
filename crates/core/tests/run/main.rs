//! Runs: definitions, expressions, the decision function, the queue.

#![cfg(test)]

mod definitions;
mod expressions;
mod play;
mod queueing;
mod scenarios;
