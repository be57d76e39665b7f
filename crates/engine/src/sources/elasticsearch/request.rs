//! Requests to the REST API, and `elasticsearch.request`.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flowkeep_core::json::{self, print};
use flowkeep_core::{Message, Secret, Value};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Method, Response, StatusCode, Url};
use tokio::sync::OnceCell;

use super::fault;
use crate::actions::{ActionError, Bytes, Output, Room, read_body};
use crate::sources::Request;
use crate::sources::server::{KEEPALIVE, Peer, authority_file, tls_ready};

/// How long the server may be silent; a search may take its time.
const SILENCE: Duration = Duration::from_mins(5);

/// Bytes of an answer that is read as a whole: more than the largest document a server takes (100 MB
/// where nobody has set it otherwise).
const LARGEST: usize = 128_000_000;

/// What is said of a larger one.
pub(super) const TOO_LARGE: &str = "output_too_large";

/// Paths whose body is many lines.
const OF_LINES: [&str; 2] = ["_bulk", "_msearch"];

/// The way to one server.
pub(super) struct Api {
    pub(super) peer: Peer,
    secret: Option<Secret>,
    connect: Duration,
    client: OnceCell<Client>,
}

/// What the server answered.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// Its JSON; `null` where there is none.
    pub(super) body: Value,
    /// How much that was.
    pub(super) bytes: usize,
}

impl Api {
    pub(super) fn new(peer: Peer, secret: Option<Secret>, connect: Duration) -> Self {
        Self {
            peer,
            secret,
            connect,
            client: OnceCell::new(),
        }
    }

    /// Made at the first request, again at the next when that failed.
    async fn client(&self) -> Result<&Client, ActionError> {
        self.client.get_or_try_init(|| self.build()).await
    }

    async fn build(&self) -> Result<Client, ActionError> {
        tls_ready();
        let mut builder = Client::builder()
            .user_agent(concat!("Flowkeep/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(self.connect)
            .read_timeout(SILENCE)
            .tcp_keepalive(KEEPALIVE)
            .redirect(Policy::none())
            // A data source is reached as every other is: straight.
            .no_proxy();
        if let Some(file) = self.peer.server.ca.clone() {
            let text = tokio::task::spawn_blocking(move || authority_file(&file)).await;
            let text = text.map_err(|error| self.peer.unreachable(&error))??;
            let roots = Certificate::from_pem_bundle(&text);
            builder = builder.tls_certs_only(roots.map_err(|error| self.peer.unreachable(&error))?);
        }
        builder
            .build()
            .map_err(|error| self.peer.unreachable(&error))
    }

    /// The address of a path; whatever stands in it, it leads to this server.
    fn url(&self, path: &str) -> Result<Url, ActionError> {
        let server = &self.peer.server;
        let scheme = if server.tls { "https" } else { "http" };
        let address = format!("{scheme}://{}", self.peer.address());
        let wrong = || ActionError::lasting(Message::new("elasticsearch_path_wrong"));
        let mut url = Url::parse(&address).map_err(|_| wrong())?;
        let (path, query) = match path.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path, None),
        };
        url.set_path(path);
        url.set_query(query);
        Ok(url)
    }

    fn authorization(&self) -> Option<HeaderValue> {
        let secret = self.secret.as_ref()?.reveal();
        let encoded = |text: &str| BASE64_STANDARD.encode(text);
        let text = match &self.peer.server.user {
            Some(user) => format!("Basic {}", encoded(&format!("{user}:{secret}"))),
            // An API key is an id and a key; what has no colon is both, encoded already.
            None if secret.contains(':') => format!("ApiKey {}", encoded(secret)),
            None => format!("ApiKey {secret}"),
        };
        let mut header = HeaderValue::from_str(&text).ok()?;
        header.set_sensitive(true);
        Some(header)
    }

    /// Sends a request. `changes`: whether it is a write that may come through though its answer
    /// does not.
    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<(String, &'static str)>,
        changes: bool,
    ) -> Result<Response, ActionError> {
        let mut request = self.client().await?.request(method, self.url(path)?);
        if let Some(authorization) = self.authorization() {
            request = request.header(AUTHORIZATION, authorization);
        }
        if let Some((text, kind)) = body {
            request = request.header(CONTENT_TYPE, kind).body(text);
        }
        let once_more = request.try_clone().filter(|_| !changes);
        let mut sent = request.send().await;
        // A server closes a connection that was idle while the next request is on its way: what only reads is asked again.
        if let (Err(error), Some(request)) = (&sent, once_more)
            && error.is_request()
            && !error.is_connect()
            && !error.is_timeout()
        {
            sent = request.send().await;
        }
        match sent {
            Ok(response) => Ok(response),
            Err(error) => {
                if error.is_connect() {
                    self.peer.look_up().await?;
                }
                Err(fault::unsent(&self.peer, error, changes))
            }
        }
    }

    /// Asks something; whatever the status is, this is its answer.
    ///
    /// # Errors
    /// Why there is none; `output_too_large`; `elasticsearch_none` when it says that all is well, and is no JSON.
    pub(super) async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        changes: bool,
    ) -> Result<Answer, ActionError> {
        let body = body.map(|body| (print(body), "application/json"));
        let mut response = self.send(method, path, body, changes).await?;
        let status = response.status();
        let mut text = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| fault::unsent(&self.peer, error, changes))?
        {
            if text.len() + chunk.len() > LARGEST {
                let message = Message::new(TOO_LARGE).with("part", "body");
                let message = message.with("megabytes", LARGEST / 1_000_000);
                return Err(ActionError::passing(message));
            }
            text.extend_from_slice(&chunk);
        }
        let bytes = text.len();
        let body = match json::read_lenient(&String::from_utf8_lossy(&text)) {
            Ok(body) => body,
            Err(_) if status.is_success() => return Err(self.stranger(changes)),
            // What is in the way often speaks HTML when it says no.
            Err(_) => Value::Null,
        };
        Ok(Answer {
            status,
            body,
            bytes,
        })
    }

    /// Something answers, and it is something else: a proxy, or a page to log in. What it was given
    /// to write may have come through.
    pub(super) fn stranger(&self, changes: bool) -> ActionError {
        let message = self.peer.says("elasticsearch_none");
        if changes {
            ActionError::unsure(message)
        } else {
            ActionError::passing(message)
        }
    }

    /// Asks something that only reads and has to go well.
    pub(super) async fn read(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, ActionError> {
        let answer = self.ask(method, path, body, false).await?;
        if answer.status.is_success() {
            Ok(answer.body)
        } else {
            Err(fault::answered(&self.peer, &answer, false))
        }
    }

    /// Which server answers, and its version.
    pub(super) async fn version(&self) -> Result<String, ActionError> {
        let told = self.read(Method::GET, "/", None).await?;
        let text = |pointer: &str| told.pointer(pointer).and_then(Value::as_str);
        let Some(number) = text("/version/number") else {
            return Err(self.stranger(false));
        };
        let name = match text("/version/distribution") {
            Some("opensearch") => "OpenSearch",
            _ => "Elasticsearch",
        };
        Ok(format!("{name} {number}"))
    }
}

/// One request as the definition has it.
pub(super) async fn carry_out(
    api: &Api,
    request: &Request,
    room: &Room,
) -> Result<Output, ActionError> {
    let method = Method::from_bytes(request.method.as_bytes())
        .map_err(|_| ActionError::lasting(Message::new("http_method_wrong")))?;
    let changes = !matches!(method, Method::GET | Method::HEAD);
    let body = request
        .body
        .as_ref()
        .map(|body| written(&request.path, body));
    let mut response = api.send(method, &request.path, body, changes).await?;
    let status = response.status();
    let mut bytes = Bytes::new(room, "body");
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| fault::unsent(&api.peer, error, changes))?
    {
        bytes.push(&chunk)?;
    }
    let (bytes, overflow) = bytes.finish()?;
    let whole = overflow.is_none();
    // Some answers are tables for people; what is no JSON is text.
    let body = read_body(bytes, whole, whole);
    let accepted = request.accept.iter().any(|known| known == status.as_str());
    if status.as_u16() >= 400 && !accepted {
        let answer = Answer {
            status,
            body,
            bytes: 0,
        };
        return Err(fault::answered(&api.peer, &answer, changes));
    }
    let mut output = Output::of([
        ("status", u64::from(status.as_u16()).into()),
        ("body", body),
    ]);
    output.overflow(overflow);
    Ok(output)
}

/// A body and its type.
fn written(path: &str, body: &Value) -> (String, &'static str) {
    let path = path.split('?').next().unwrap_or_default();
    let last = path.trim_end_matches('/').rsplit('/').next();
    let of_lines = last.is_some_and(|last| OF_LINES.contains(&last));
    let mut text = match body {
        Value::Array(lines) if of_lines => {
            let lines: Vec<_> = lines.iter().map(line).collect();
            lines.join("\n")
        }
        other => line(other),
    };
    if !of_lines {
        return (text, "application/json");
    }
    if !text.ends_with('\n') {
        text.push('\n');
    }
    (text, "application/x-ndjson")
}

/// A text as it is: it is JSON already.
fn line(value: &Value) -> String {
    value.as_str().map_or_else(|| print(value), str::to_owned)
}
