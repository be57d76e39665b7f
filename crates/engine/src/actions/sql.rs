//! `sql.query` and `sql.execute`: statements as they are, values as bound parameters.

use super::params::Params;
use super::{ActionError, Attempt, Done, perform};
use crate::sources::{Operation, Statement};

pub(super) async fn carry_out(
    attempt: &Attempt<'_>,
    params: &Params<'_>,
) -> Result<Done, ActionError> {
    let statement = Statement {
        sql: params.needed("sql")?.to_owned(),
        args: params.list("args")?.to_vec(),
    };
    let operation = if attempt.action == "sql.query" {
        Operation::Query(statement)
    } else {
        Operation::Execute(statement)
    };
    perform(attempt, operation).await
}
