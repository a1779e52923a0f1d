//! Which certificates of servers are believed.

use watchbell_outbound::{Error, Outbound, Permit, Request};
use watchbell_testkit::TlsFiles;

/// A server whose own certificate is made out to `name`, and that certificate.
fn serving(name: &str) -> (TlsFiles, Vec<u8>) {
    let server = TlsFiles::start(name);
    server.put("file", "something");
    let root = std::fs::read(server.certificate()).unwrap();
    (server, root)
}

#[test]
fn a_root_of_ones_own_counts_for_its_origin_alone() {
    let (server, root) = serving("localhost");
    let origin = server.origin();
    let permit = || Permit::new(&origin).unwrap();
    let ask = |permits: Vec<Permit>| {
        let outbound = Outbound::new(permits, "watchbell-test/1");
        outbound.send(&Request::get(&format!("{origin}/file"))).map(|answer| answer.status)
    };
    assert_eq!(ask(vec![permit().with_roots(&root).unwrap()]), Ok(200));
    // Without it, the certificate is nobody's.
    let got = ask(vec![permit()]);
    assert!(matches!(got, Err(Error::Tls(_))), "{got:?}");
    let elsewhere = Permit::new("https://localhost:1").unwrap().with_roots(&root).unwrap();
    let got = ask(vec![elsewhere, permit()]);
    assert!(matches!(got, Err(Error::Tls(_))), "{got:?}");
}

#[test]
fn a_certificate_for_another_name_is_not_believed() {
    let (server, root) = serving("other.example");
    let origin = server.origin();
    let permit = Permit::new(&origin).unwrap().with_roots(&root).unwrap();
    let got = Outbound::new(vec![permit], "watchbell-test/1")
        .send(&Request::get(&format!("{origin}/file")));
    assert!(matches!(got, Err(Error::Tls(_))), "{got:?}");
}
