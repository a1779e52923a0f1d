//! Against servers that misbehave.

use std::io::Write as _;
use std::time::{Duration, Instant};

use watchbell_outbound::{Answer, Error, Method, Outbound, Permit, Request};

use crate::support::Server;

/// What is asked by somebody who may ask `server`.
fn ask(server: &Server, request: Request<'_>) -> Result<Answer, Error> {
    let permit = Permit::new(&server.origin()).unwrap();
    Outbound::new(vec![permit], "watchbell-test/1").send(&request)
}

#[test]
fn an_answer_comes_back_whole() {
    let server = Server::start(|stream| {
        let text = "HTTP/1.1 201 Created\r\nContent-Length: 5\r\nRetry-After: 7\r\n\r\nhello";
        stream.write_all(text.as_bytes()).unwrap();
    });
    let url = server.url("/a?b=c");
    let headers = [("x-signature", "sha256=00")];
    let request = Request { headers: &headers, ..Request::post(&url, b"{\"a\":1}") };
    let answer = ask(&server, request).unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (201, &b"hello"[..]));
    assert_eq!(answer.header("retry-after"), Some("7"));
    let asked = server.asked().remove(0);
    assert!(asked.starts_with("POST /a?b=c HTTP/1.1\r\n"), "{asked}");
    let lower = asked.to_ascii_lowercase();
    for line in ["x-signature: sha256=00\r\n", "user-agent: watchbell-test/1\r\n"] {
        assert!(lower.contains(line), "{asked}");
    }
    assert!(!lower.contains("accept-encoding"), "{asked}");
}

#[test]
fn a_status_is_an_answer_until_it_is_asked_for_success() {
    let server = Server::start(|stream| {
        stream.write_all(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n").unwrap();
    });
    let url = server.url("/");
    let answer = ask(&server, Request { method: Method::Put, ..Request::get(&url) }).unwrap();
    assert_eq!(answer.status, 503);
    assert_eq!(answer.successful(), Err(Error::Status(503)));
    assert!(server.asked().remove(0).starts_with("PUT / HTTP/1.1\r\n"));
}

#[test]
fn a_redirect_is_not_followed() {
    let target = Server::start(|stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
    });
    let location = target.url("/secret");
    let server = Server::start(move |stream| {
        let text =
            format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
        stream.write_all(text.as_bytes()).unwrap();
    });
    assert_eq!(ask(&server, Request::get(&server.url("/"))), Err(Error::Redirect(302)));
    assert_eq!(target.asked(), Vec::<String>::new());
}

#[test]
fn an_endless_body_ends_at_its_limit() {
    let check = |head: &'static str, expected: Result<usize, Error>| {
        let server = Server::start(move |stream| {
            stream.write_all(head.as_bytes()).unwrap();
            // Until the other side has had enough.
            while stream.write_all(&[b'x'; 4096]).is_ok() && head.contains("close") {}
        });
        let url = server.url("/");
        let got = ask(&server, Request { max_bytes: 4096, ..Request::get(&url) });
        assert_eq!(got.map(|answer| answer.body.len()), expected, "{head}");
    };
    check("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", Err(Error::TooLarge(4096)));
    check("HTTP/1.1 200 OK\r\nContent-Length: 4097\r\n\r\n", Err(Error::TooLarge(4096)));
    check("HTTP/1.1 200 OK\r\nContent-Length: 4096\r\n\r\n", Ok(4096));
}

#[test]
fn a_slow_server_is_left_in_time() {
    let check = |what: &str, answer: fn(&mut std::net::TcpStream)| {
        let server = Server::start(answer);
        let url = server.url("/");
        let begun = Instant::now();
        let timeout = Duration::from_millis(300);
        let got = ask(&server, Request { timeout, ..Request::get(&url) });
        assert_eq!(got, Err(Error::Timeout), "{what}");
        assert!(begun.elapsed() < Duration::from_secs(10), "{what}: {:?}", begun.elapsed());
    };
    check("silent", crate::support::until_closed);
    check("silent after the head", |stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe").unwrap();
        crate::support::until_closed(stream);
    });
    // A byte now and then is no way to stay for ever.
    check("dripping", |stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n").unwrap();
        crate::support::drip(stream);
    });
}

#[test]
fn nobody_there_and_nonsense_are_told_apart() {
    let server = Server::start(|stream| stream.write_all(b"220 smtp ready\r\n\r\n").unwrap());
    let got = ask(&server, Request::get(&server.url("/")));
    assert!(matches!(got, Err(Error::Protocol(_))), "{got:?}");
    let closed = Server::closed();
    let got = ask(&closed, Request::get(&closed.url("/")));
    assert!(matches!(got, Err(Error::Connect(_))), "{got:?}");
}
