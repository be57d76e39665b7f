//! `redis.command`: one command, its arguments one by one.

use super::params::Params;
use super::{ActionError, Attempt, Done, perform};
use crate::sources::Operation;

pub(super) async fn carry_out(
    attempt: &Attempt<'_>,
    params: &Params<'_>,
) -> Result<Done, ActionError> {
    let command = params.list("command")?.to_vec();
    perform(attempt, Operation::Command(command)).await
}
