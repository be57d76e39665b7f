//! One message to a webhook. Its address carries a key and is never told: neither are what the
//! network says of it.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flowkeep_core::Message;
use flowkeep_core::connection::Secret;
use flowkeep_core::notice::WebhookForm;
use flowkeep_core::notice::webhook::{Answer, Signature, answered, body, query, signed};
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::Url;
use sha2::Sha256;

use super::{NotSent, Outgoing};
use crate::actions::{HttpClient, http_failed};

/// How long the whole of it may take.
const LONGEST: Duration = Duration::from_secs(20);

/// Characters of what a receiver says that are told on.
const TOLD: usize = 200;

/// A shorter part of a path is a word of the receiver's.
const SHORTEST_KEY: usize = 16;

/// Bytes of an answer that are read.
const READ: usize = 64 * 1024;

/// The part of an address that is no secret; nothing where it is no address of HTTP.
pub(super) fn host_of(address: &str) -> Option<String> {
    let url = Url::parse(address.trim()).ok()?;
    let is_http = matches!(url.scheme(), "http" | "https");
    let host = url.host_str().filter(|_| is_http)?;
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

/// The keys in an address: what a receiver says of a message may repeat them alone.
pub(super) fn keys_of(address: &str) -> Vec<Secret> {
    let Ok(url) = Url::parse(address.trim()) else {
        return Vec::new();
    };
    let path = url.path_segments().into_iter().flatten();
    let path = path.filter(|part| part.len() >= SHORTEST_KEY);
    let password = url.password().into_iter();
    let values = url.query_pairs().map(|(_, value)| Secret::new(value));
    values
        .chain(path.chain(password).map(Secret::new))
        .collect()
}

/// Sends one message. `now` are milliseconds.
pub(super) async fn send(
    http: &HttpClient,
    form: WebhookForm,
    (address, signing): (&Secret, Option<&Secret>),
    outgoing: &Outgoing,
    now: i64,
) -> Result<(), NotSent> {
    let wrong = || NotSent::lasting(Message::new("webhook_address_wrong"));
    let host = host_of(address.reveal()).ok_or_else(wrong)?;
    let mut url = Url::parse(address.reveal().trim()).map_err(|_| wrong())?;
    let signature = signing.and_then(|key| signature(form, key, now));
    for (name, value) in query(form, signature.as_ref()) {
        url.query_pairs_mut().append_pair(name, &value);
    }
    let body = body(form, &outgoing.words, &outgoing.facts, signature.as_ref());
    let request = http
        .to(&url)?
        .post(url)
        .timeout(LONGEST)
        .header("content-type", "application/json")
        .body(body.to_string());
    let failed = |error| NotSent::from(http_failed(&host, error));
    let mut answer = request.send().await.map_err(failed)?;
    let status = answer.status();
    let mut said = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(failed)? {
        said.extend_from_slice(&piece);
        if said.len() > READ {
            break;
        }
    }
    let said = String::from_utf8_lossy(&said);
    // A network that wants somebody to log in leads elsewhere.
    if status.is_redirection() {
        let message = Message::new("webhook_stranger").with("host", &host);
        return Err(NotSent::passing(message));
    }
    if !status.is_success() {
        let message = Message::new("webhook_status")
            .with("host", &host)
            .with("status", status.as_u16());
        // It will not like the same request better; that it is asked too often passes.
        let passes = status.is_server_error() || matches!(status.as_u16(), 408 | 429);
        return Err(if passes {
            NotSent::passing(message)
        } else {
            NotSent::lasting(message)
        });
    }
    match answered(form, &said) {
        Answer::Taken => Ok(()),
        // A network that wants somebody to log in lets him through later.
        Answer::Stranger => {
            let message = Message::new("webhook_stranger").with("host", &host);
            Err(NotSent::passing(message))
        }
        Answer::Refused(code, words) => {
            let words: String = words.chars().take(TOLD).collect();
            let message = Message::new("webhook_refused")
                .with("host", &host)
                .with("code", code)
                .with("said", words);
            Err(if is_too_often(form, code) {
                NotSent::passing(message)
            } else {
                NotSent::lasting(message)
            })
        }
    }
}

/// Whether a robot says that it was asked too often, or is not well.
fn is_too_often(form: WebhookForm, code: i64) -> bool {
    match form {
        WebhookForm::Wecom => matches!(code, -1 | 45_009),
        WebhookForm::Dingtalk => matches!(code, -1 | 130_101 | 410_100),
        WebhookForm::Feishu => matches!(code, 9_499 | 11_232),
        WebhookForm::Json => false,
    }
}

fn signature(form: WebhookForm, key: &Secret, now: i64) -> Option<Signature> {
    let (timestamp, key, text) = signed(form, key.reveal(), now)?;
    let mut code = Hmac::<Sha256>::new_from_slice(key.as_bytes()).ok()?;
    code.update(text.as_bytes());
    let sign = BASE64_STANDARD.encode(code.finalize().into_bytes());
    Some(Signature { timestamp, sign })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_host_of_an_address_is_told() {
        let told = |address| host_of(address);
        let wecom = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6";
        assert_eq!(told(wecom).as_deref(), Some("qyapi.weixin.qq.com"));
        let local = " http://name:secret@127.0.0.1:8080/hook/abc ";
        assert_eq!(told(local).as_deref(), Some("127.0.0.1:8080"));
        assert_eq!(told("ftp://example.com/"), None);
        assert_eq!(told("qyapi.weixin.qq.com"), None);
    }

    /// Computed with Python's `hmac` and `hashlib`.
    #[test]
    fn messages_are_signed_as_each_robot_checks_them() {
        let key = Secret::new("this is secret");
        let sign = |form| signature(form, &key, 1_700_000_000_123).unwrap().sign;
        assert_eq!(
            sign(WebhookForm::Dingtalk),
            "W2RNhLVXZurCuMiewxzjoEaGqxhR/FQAkLiAHZh+PWY="
        );
        assert_eq!(
            sign(WebhookForm::Feishu),
            "OfGzRzoUICBOoc8wVra1e4A1hPfbZ9zqXozA8CWVUuY="
        );
    }
}
