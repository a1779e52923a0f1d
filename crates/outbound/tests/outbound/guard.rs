//! What may not be asked, and the exceptions.

use std::io::Write as _;

use watchbell_outbound::{Error, Outbound, Permit, Request};

use crate::support::Server;

fn ok() -> Server {
    Server::start(|stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").unwrap();
    })
}

#[test]
fn inward_addresses_are_refused_before_a_connection_is_made() {
    let server = ok();
    let outbound = Outbound::new(Vec::new(), "watchbell-test/1");
    let check = |url: String| {
        let got = outbound.send(&Request::get(&url));
        assert!(matches!(got, Err(Error::Address { .. })), "{url}: {got:?}");
    };
    let port = server.port();
    check(format!("https://127.0.0.1:{port}/"));
    check(format!("https://[::1]:{port}/"));
    check(format!("https://[::ffff:127.0.0.1]:{port}/"));
    check("https://169.254.169.254/latest/meta-data/".to_owned());
    check("https://10.0.0.1/".to_owned());
    check("https://0.0.0.0/".to_owned());
    check("https://[fd00:ec2::254]/".to_owned());
    // A name that leads inward, and other ways to write the same address.
    check(format!("https://localhost:{port}/"));
    check(format!("https://LocalHost:{port}/"));
    check(format!("https://127.1:{port}/"));
    check(format!("https://2130706433:{port}/"));
    check(format!("https://0x7f000001:{port}/"));
    assert_eq!(server.asked(), Vec::<String>::new());
}

#[test]
fn only_encrypted_and_only_addresses() {
    let outbound = Outbound::new(Vec::new(), "watchbell-test/1");
    let check = |url: &str, expected: Error| {
        assert_eq!(outbound.send(&Request::get(url)), Err(expected), "{url}");
    };
    check("http://example.com/", Error::NotHttps);
    check("http://127.0.0.1/", Error::NotHttps);
    for url in ["", "/x", "example.com", "ftp://example.com/", "file:///etc/passwd", "https://"] {
        check(url, Error::Url);
    }
    check("https://user:password@example.com/", Error::Url);
    check("https://example.com@127.0.0.1/", Error::Url);
    check("https://exa mple.com/", Error::Url);
    let headers = [("x-a", "1\r\nx-b: 2")];
    let request = Request { headers: &headers, ..Request::get("https://example.com/") };
    assert_eq!(outbound.send(&request), Err(Error::Header));
}

#[test]
fn a_permit_opens_its_origin_and_no_other() {
    let (server, other) = (ok(), ok());
    let permit = Permit::new(&server.origin()).unwrap();
    let outbound = Outbound::new(vec![permit], "watchbell-test/1");
    let status = |url: &str| outbound.send(&Request::get(url)).map(|answer| answer.status);
    assert_eq!(status(&server.url("/cert.pem")), Ok(200));
    assert_eq!(status(&other.url("/cert.pem")), Err(Error::NotHttps));
    assert_eq!(status(&format!("http://localhost:{}/", server.port())), Err(Error::NotHttps));
    assert_eq!(other.asked(), Vec::<String>::new());
}

#[test]
fn errors_do_not_repeat_the_address() {
    let outbound = Outbound::new(Vec::new(), "watchbell-test/1");
    for url in ["https://127.0.0.1/SECRET", "http://x/SECRET", "https://SECRET@x/", "SECRET"] {
        let request = Request::get(url);
        let error = outbound.send(&request).unwrap_err();
        let shown = format!("{error} {error:?} {request:?}");
        assert!(!shown.contains("SECRET"), "{shown}");
    }
}
