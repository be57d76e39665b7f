//! `http.request` against a server on this machine.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use flowkeep_core::Value;
use flowkeep_engine::actions::{Caps, Done};
use rstest::rstest;
use serde_json::{Value as Json, json};

use crate::attempts::Place;

/// A server that answers each request by its path.
struct Server {
    port: u16,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(answer: impl Fn(&str, u16) -> String + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let Some(request) = read(&stream) else {
                    continue;
                };
                let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
                seen.lock().unwrap().push(request);
                // Whoever has gone needs no answer.
                let _ = stream.write_all(answer(&path, port).as_bytes());
            }
        });
        Self { port, requests }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn read(stream: &TcpStream) -> Option<String> {
    let mut reader = BufReader::new(stream);
    let mut request = String::new();
    while !request.ends_with("\r\n\r\n") {
        if reader.read_line(&mut request).ok()? == 0 {
            return None;
        }
    }
    let length = request.lines().find_map(|line| {
        line.to_ascii_lowercase()
            .strip_prefix("content-length: ")?
            .parse()
            .ok()
    });
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    Some(request + &String::from_utf8(body).unwrap())
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    )
}

fn ok(headers: &str, body: &str) -> Server {
    let answer = answer("200 OK", headers, body);
    Server::start(move |_, _| answer.clone())
}

#[tokio::test]
async fn it_asks_and_sends_and_hands_back_what_came() {
    let server = ok(
        "Content-Type: application/json; charset=utf-8\r\nX-Two: a\r\nX-Two: b\r\n",
        r#"{"id": 9223372036854775807, "名": null}"#,
    );
    let place = Place::new();
    let output = place
        .output("http.request", json!({"url": server.url("/a?b=1")}))
        .await;
    assert_eq!(output["status"], 200);
    assert_eq!(output["headers"]["x-two"], "a, b");
    assert_eq!(
        output["body"],
        json!({"id": 9_223_372_036_854_775_807_i64, "名": null})
    );

    let params = json!({
        "url": server.url("/post"), "method": "post", "body": {"b": [1, "二"], "a": 1.5},
        "headers": {"X-Key": "k", "Accept": "*/*"},
    });
    place.output("http.request", params).await;
    let text = json!({"url": server.url("/put"), "method": "PUT", "body": "plain",
        "headers": {"Content-Type": "text/csv", "Idempotency-Key": "mine"}});
    place.output("http.request", text).await;

    let named = server.url("/named").replace("//", "//me:ge%20heim@");
    place.output("http.request", json!({"url": named})).await;

    let requests = server.requests();
    assert!(
        requests[3].contains("authorization: Basic bWU6Z2UgaGVpbQ==\r\n"),
        "{}",
        requests[3]
    );
    assert!(requests[0].starts_with("GET /a?b=1 HTTP/1.1\r\n"));
    assert!(
        !requests[0].contains("idempotency-key"),
        "a question needs no key"
    );
    assert!(requests[1].starts_with("POST /post HTTP/1.1\r\n"));
    for wanted in [
        "x-key: k\r\n",
        "content-type: application/json\r\n",
        "idempotency-key: 01J/task\r\n",
    ] {
        assert!(requests[1].contains(wanted), "{wanted}: {}", requests[1]);
    }
    assert!(requests[1].ends_with("\r\n\r\n{\"b\":[1,\"二\"],\"a\":1.5}"));
    assert!(requests[2].contains("content-type: text/csv\r\n"));
    assert!(requests[2].contains("idempotency-key: mine\r\n"));
    assert!(requests[2].ends_with("\r\n\r\nplain"));
}

#[rstest]
#[case("Content-Type: text/html\r\n", "{}", json!("{}"))]
#[case("Content-Type: application/json\r\n", "not so", json!("not so"))]
#[case("Content-Type: application/problem+json\r\n", "[1]", json!([1]))]
#[case("", "", json!(""))]
#[tokio::test]
async fn a_body_is_json_where_it_says_so_and_is(
    #[case] headers: &str,
    #[case] body: &str,
    #[case] expected: Json,
) {
    let server = ok(headers, body);
    let output = Place::new()
        .output("http.request", json!({"url": server.url("/")}))
        .await;
    assert_eq!(output["body"], expected);
}

#[tokio::test]
async fn numbers_come_and_go_as_they_are_spelled() {
    let body = r#"{"id":12345678901234567890123,"price":1.50}"#;
    let server = ok("Content-Type: application/json\r\n", body);
    let place = Place::new();
    let Value::Object(mut params) =
        Value::from_json(&json!({"url": server.url("/"), "method": "POST"}))
    else {
        panic!("an object");
    };
    params.push(("body".to_owned(), flowkeep_core::json::parse(body)));
    let Ok(Done::Output { output, .. }) =
        place.try_with("http.request", &Value::Object(params)).await
    else {
        panic!("it answers");
    };
    assert!(server.requests()[0].ends_with(body));
    let got = output.value.get("body").unwrap();
    assert_eq!(flowkeep_core::json::print(got), body);
}

#[tokio::test]
async fn a_status_of_400_or_more_fails_unless_it_is_accepted() {
    let server = Server::start(|_, _| answer("404 Not Found", "", "no such order"));
    let place = Place::new();
    let mut params = json!({"url": server.url("/")});
    let error = place.error("http.request", params.clone()).await;
    assert_eq!(
        (error.message.code.as_str(), error.permanent),
        ("http_status", false)
    );
    assert_eq!(error.message.fields["status"], "404");
    assert_eq!(place.lines(), ["no such order"]);
    params["accept"] = json!(["404"]);
    assert_eq!(
        place.output("http.request", params.clone()).await["status"],
        404
    );
    params["accept"] = json!([500, 404]);
    assert_eq!(
        place.output("http.request", params).await["body"],
        "no such order"
    );
}

#[tokio::test]
async fn redirects_are_followed_on_the_same_host_alone() {
    let other = ok("", "reached");
    let elsewhere = other.url("/");
    let server = Server::start(move |path, port| match path {
        "/here" => answer("302 Found", "Location: /there\r\n", ""),
        "/there" => answer("200 OK", "", "there"),
        "/circle" => answer("307 Temporary Redirect", "Location: /circle\r\n", ""),
        "/name" => answer(
            "302 Found",
            &format!("Location: http://localhost:{port}/there\r\n"),
            "",
        ),
        _ => answer("302 Found", &format!("Location: {elsewhere}\r\n"), ""),
    });
    let place = Place::new();
    let ask = |path: &str| json!({"url": server.url(path), "headers": {"Authorization": "secret"}});
    assert_eq!(
        place.output("http.request", ask("/here")).await["body"],
        "there"
    );
    assert!(place.warnings().is_empty());
    for path in ["/elsewhere", "/name"] {
        assert_eq!(
            place.output("http.request", ask(path)).await["status"],
            302,
            "{path}"
        );
    }
    assert_eq!(
        place.output("http.request", ask("/circle")).await["status"],
        307
    );
    let codes: Vec<_> = place
        .warnings()
        .into_iter()
        .map(|warning| warning.code)
        .collect();
    assert_eq!(codes, ["http_redirect_elsewhere"; 3]);
    assert!(other.requests().is_empty());
}

#[tokio::test]
async fn a_body_that_is_too_much_goes_to_a_file() {
    let mut place = Place::new();
    place.caps = Caps {
        kept: 10,
        file: 100,
    };
    let server = ok(
        "Content-Type: application/json\r\n",
        &format!("\"{}\"", "x".repeat(48)),
    );
    let whole = place
        .whole_output("http.request", json!({"url": server.url("/")}))
        .await;
    let value = whole.value.to_json();
    assert_eq!(value["body"], "\"xxxxxxxxx");
    assert_eq!(value["body_file"]["bytes"], 50);
    assert_eq!(
        std::fs::metadata(&whole.overflows[0].path).unwrap().len(),
        50
    );
    let server = ok("", &"x".repeat(101));
    let code = place
        .code("http.request", json!({"url": server.url("/")}))
        .await;
    assert_eq!(code, "output_too_large");
}

#[rstest]
#[case(json!({"url": "ftp://host/"}), "http_url_wrong")]
#[case(json!({"url": "nothing"}), "http_url_wrong")]
#[case(json!({"url": "file:///etc/hostname"}), "http_url_wrong")]
#[case(json!({"url": "http://h/", "method": "G ET"}), "http_method_wrong")]
#[case(json!({"url": "http://h/", "headers": {"a b": "1"}}), "http_header_wrong")]
#[case(json!({"url": "http://h/", "headers": {"a": "1\r\nb: 2"}}), "http_header_wrong")]
#[case(json!({"url": "http://h/", "headers": {"a": {}}}), "field_not_text")]
#[tokio::test]
async fn what_is_no_request_is_not_sent(#[case] params: Json, #[case] code: &str) {
    let error = Place::new().error("http.request", params).await;
    assert_eq!((error.message.code.as_str(), error.permanent), (code, true));
}

#[tokio::test]
async fn a_server_that_is_not_there_or_leaves_is_said_without_the_address() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let url = format!("http://127.0.0.1:{port}/?token=geheim");
    let error = Place::new()
        .error("http.request", json!({"url": url}))
        .await;
    assert_eq!(error.message.code, "http_unreachable");
    assert!(!format!("{error:?}").contains("geheim"), "{error:?}");
    let server =
        Server::start(|_, _| "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf".to_owned());
    let error = Place::new()
        .error("http.request", json!({"url": server.url("/?geheim")}))
        .await;
    assert_eq!(error.message.code, "http_broken_off");
    assert!(!format!("{error:?}").contains("geheim"), "{error:?}");
}

#[tokio::test]
async fn a_request_is_broken_off() {
    // Accepts and never answers.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let place = Place::new();
    let (done, ()) = tokio::join!(place.attempt("http.request", json!({"url": url})), async {
        tokio::task::yield_now().await;
        place.stopper.soft();
    });
    assert_eq!(done.unwrap(), Done::Stopped { undone: false });
}
