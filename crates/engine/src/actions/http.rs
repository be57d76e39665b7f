//! `http.request`: one request to another machine.
//!
//! Redirects are followed on the same host alone, so that a header with a key never reaches
//! another one. The address, the headers and the body are never told: any of them may hold a
//! secret. A request that is not a question carries the attempt's key as `Idempotency-Key`, for
//! receivers that know repeated requests by it.
//!
//! Absent on purpose: cookies, and a time limit of its own beyond silence; the task has `timeout`.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flowkeep_core::json::{self, print};
use flowkeep_core::run::Level;
use flowkeep_core::{Message, Value};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Method, RequestBuilder, Response, Url};

use super::output::Bytes;
use super::params::Params;
use super::{ActionError, Attempt, Done, Output, Said};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(30);

/// How long the other side may be silent.
const SILENCE: Duration = Duration::from_mins(5);

/// More redirects than this go in a circle.
const REDIRECTS: usize = 10;

/// Characters of an answer that failed, told to the operator.
const TOLD: usize = 300;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The way to other machines. Cheap to clone; connections are kept and shared. Nothing is read or
/// opened before the first request.
#[derive(Debug, Clone, Default)]
pub struct HttpClient(Arc<Clients>);

#[derive(Debug, Default)]
struct Clients {
    /// Goes by the proxies the environment names.
    proxied: OnceLock<reqwest::Result<Client>>,
    /// For this machine, where a proxy would be a detour.
    direct: OnceLock<reqwest::Result<Client>>,
}

impl HttpClient {
    /// Trusts the certificates the system trusts.
    pub fn new() -> Self {
        Self::default()
    }

    /// The client that leads to this address.
    pub(crate) fn to(&self, url: &Url) -> Result<&Client, ActionError> {
        let client = if is_this_machine(url) {
            self.0.direct.get_or_init(|| builder().no_proxy().build())
        } else {
            self.0.proxied.get_or_init(|| builder().build())
        };
        client.as_ref().map_err(|error| {
            let message = Message::new("http_not_ready").with("reason", innermost(error));
            ActionError::passing(message)
        })
    }
}

fn builder() -> ClientBuilder {
    // Somebody else in the process may have chosen already; either will do.
    let _chosen = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .user_agent(concat!("Flowkeep/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT)
        .read_timeout(SILENCE)
        .redirect(same_host())
}

fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

fn same_host() -> Policy {
    Policy::custom(|attempt| {
        let Some(from) = attempt.previous().last() else {
            return attempt.stop();
        };
        let to = attempt.url();
        let origin = |url: &Url| (url.scheme().to_owned(), url.port_or_known_default());
        let same = origin(from) == origin(to);
        let safer = origin(from) == ("http".to_owned(), Some(80))
            && origin(to) == ("https".to_owned(), Some(443));
        let stays = from.host_str() == to.host_str() && (same || safer);
        if stays && attempt.previous().len() <= REDIRECTS {
            attempt.follow()
        } else {
            attempt.stop()
        }
    })
}

pub(super) async fn carry_out(
    attempt: &Attempt<'_>,
    params: &Params<'_>,
) -> Result<Done, ActionError> {
    let (client, request) = request(attempt, params)?.build_split();
    let request = request.map_err(|error| failed("", error))?;
    let accept = params.words("accept")?;
    let host = request.url().host_str().unwrap_or_default().to_owned();
    let answered = async {
        let response = client.execute(request).await;
        let response = response.map_err(|error| failed(&host, error))?;
        answer(attempt, &host, response, &accept).await
    };
    tokio::select! {
        biased;
        () = attempt.stop.soft() => Ok(Done::Stopped { undone: false }),
        done = answered => done,
    }
}

fn request(attempt: &Attempt<'_>, params: &Params<'_>) -> Result<RequestBuilder, ActionError> {
    let wrong = |code: &str| ActionError::lasting(Message::new(code));
    let method = params.text("method")?.unwrap_or("GET").trim();
    let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes())
        .map_err(|_| wrong("http_method_wrong"))?;
    let url = Url::parse(params.needed("url")?.trim()).ok();
    let url = url
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .ok_or_else(|| ActionError::lasting(Message::new("http_url_wrong")))?;
    let mut headers = headers(params)?;
    let question = matches!(method, Method::GET | Method::HEAD | Method::OPTIONS);
    if !question && !headers.contains_key(IDEMPOTENCY_KEY) {
        // A task's id may hold what a header cannot; then there is none.
        if let Ok(key) = HeaderValue::from_str(attempt.key) {
            headers.insert(IDEMPOTENCY_KEY, key);
        }
    }
    let body = params.value("body")?.map(|body| match body {
        Value::String(text) => (text.clone(), "text/plain; charset=utf-8"),
        other => (print(other), "application/json"),
    });
    if let Some((_, kind)) = &body {
        headers
            .entry(CONTENT_TYPE)
            .or_insert(HeaderValue::from_static(kind));
    }
    // A name and a password in the address become a header here.
    let request = attempt.http.to(&url)?.request(method, url).headers(headers);
    Ok(match body {
        Some((text, _)) => request.body(text),
        None => request,
    })
}

fn headers(params: &Params<'_>) -> Result<HeaderMap, ActionError> {
    let mut headers = HeaderMap::new();
    for (name, value) in params.named_words("headers")? {
        let wrong = || {
            let message = Message::new("http_header_wrong").with("header", name);
            ActionError::lasting(message)
        };
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong())?;
        let mut value = HeaderValue::from_str(value).map_err(|_| wrong())?;
        value.set_sensitive(true);
        headers.append(key, value);
    }
    Ok(headers)
}

async fn answer(
    attempt: &Attempt<'_>,
    host: &str,
    mut response: Response,
    accept: &[&str],
) -> Result<Done, ActionError> {
    let status = response.status();
    let headers = told_headers(response.headers());
    let json_expected = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(is_json);
    let mut body = Bytes::new(&attempt.room, "body");
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| failed(host, error))?
    {
        body.push(&chunk)?;
    }
    let (body, overflow) = body.finish()?;
    let accepted = accept.contains(&status.as_str());
    if status.as_u16() >= 400 && !accepted {
        let start: String = String::from_utf8_lossy(&body).chars().take(TOLD).collect();
        if !start.trim().is_empty() {
            (attempt.say)(Level::Error, Said::Line(start));
        }
        let message = Message::new("http_status")
            .with("host", host)
            .with("status", status.as_u16());
        return Err(ActionError::passing(message));
    }
    if status.is_redirection() && response.headers().contains_key("location") {
        let message = Message::new("http_redirect_elsewhere").with("host", host);
        (attempt.say)(Level::Warning, Said::Message(message));
    }
    let whole = overflow.is_none();
    let body = read_body(body, json_expected && whole, whole);
    let mut output = Output::of([
        ("status", u64::from(status.as_u16()).into()),
        ("headers", headers),
        ("body", body),
    ]);
    output.overflow(overflow);
    Ok(output.into())
}

/// JSON where the answer says so and is; else its text; bytes that are no text as a blob.
pub(crate) fn read_body(bytes: Vec<u8>, json_expected: bool, whole: bool) -> Value {
    match String::from_utf8(bytes) {
        Ok(text) if json_expected => json::read_lenient(&text).unwrap_or(Value::String(text)),
        Ok(text) => Value::String(text),
        // The beginning of a text may end within a character.
        Err(error) if !whole => String::from_utf8_lossy(error.as_bytes())
            .into_owned()
            .into(),
        Err(error) => {
            let bytes = BASE64_STANDARD.encode(error.as_bytes());
            Value::object([("$blob", bytes.into())])
        }
    }
}

fn is_json(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json") || kind.to_ascii_lowercase().ends_with("+json")
}

/// Names in lower case; one that comes several times is joined by commas.
fn told_headers(headers: &HeaderMap) -> Value {
    let names = headers.keys();
    let told = names.map(|name| {
        let values = headers.get_all(name).iter();
        let values: Vec<_> = values
            .map(|value| String::from_utf8_lossy(value.as_bytes()))
            .collect();
        (name.as_str(), values.join(", ").into())
    });
    Value::object(told)
}

/// What the network did, without the address.
pub(crate) fn failed(host: &str, error: reqwest::Error) -> ActionError {
    if error.is_timeout() {
        return ActionError::passing(Message::new("http_silent").with("host", host));
    }
    let error = error.without_url();
    let message = if error.is_connect() {
        Message::new("http_unreachable")
    } else {
        Message::new("http_broken_off")
    };
    ActionError::passing(message.with("host", host).with("reason", innermost(&error)))
}

/// The cause an operator can act on: refused, no such host, unknown issuer.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
