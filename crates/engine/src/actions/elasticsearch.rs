//! `elasticsearch.request`: one request to the REST API.

use super::params::Params;
use super::{ActionError, Attempt, Done, perform};
use crate::sources::{Operation, Request};

pub(super) async fn carry_out(
    attempt: &Attempt<'_>,
    params: &Params<'_>,
) -> Result<Done, ActionError> {
    let accept = params.words("accept")?.into_iter();
    let request = Request {
        method: params.needed("method")?.trim().to_ascii_uppercase(),
        path: params.needed("path")?.trim().to_owned(),
        body: params.value("body")?.cloned(),
        accept: accept.map(str::to_owned).collect(),
    };
    perform(attempt, Operation::Request(request)).await
}
