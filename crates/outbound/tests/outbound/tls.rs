//! Which certificates of servers are believed.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use watchbell_outbound::{Error, Outbound, Permit, Request};

/// A server with a certificate of its own making, by OpenSSL.
struct TlsServer {
    process: Child,
    port: u16,
}

impl TlsServer {
    /// Serves with the certificate and key in `folder`.
    fn start(folder: &Path) -> Self {
        let mut process = Command::new("openssl")
            .args(["s_server", "-www", "-accept", "127.0.0.1:0", "-cert", "cert.pem", "-key"])
            .arg("key.pem")
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.as_mut().unwrap()).lines();
        let port = lines
            .map(Result::unwrap)
            .find_map(|line| line.strip_prefix("ACCEPT")?.rsplit_once(':')?.1.trim().parse().ok())
            .unwrap();
        Self { process, port }
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// Makes a key and a certificate for `name`.
fn certificate(folder: &Path, name: &str) -> Vec<u8> {
    let config = format!(
        "[req]\ndistinguished_name=dn\nx509_extensions=ext\nprompt=no\n[dn]\nCN={name}\n\
         [ext]\nsubjectAltName=DNS:{name}\nbasicConstraints=critical,CA:FALSE\n"
    );
    std::fs::write(folder.join("request.cnf"), config).unwrap();
    let made = Command::new("openssl")
        .args(["req", "-x509", "-nodes", "-newkey", "rsa:2048", "-days", "2"])
        .args(["-config", "request.cnf", "-keyout", "key.pem", "-out", "cert.pem"])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    std::fs::read(folder.join("cert.pem")).unwrap()
}

#[test]
fn a_root_of_ones_own_counts_for_its_origin_alone() {
    let folder = tempfile::tempdir().unwrap();
    let root = certificate(folder.path(), "localhost");
    let server = TlsServer::start(folder.path());
    let origin = format!("https://localhost:{}", server.port);
    let permit = || Permit::new(&origin).unwrap();
    let ask = |permits: Vec<Permit>| {
        let outbound = Outbound::new(permits, "watchbell-test/1");
        outbound.send(&Request::get(&format!("{origin}/"))).map(|answer| answer.status)
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
    let folder = tempfile::tempdir().unwrap();
    let root = certificate(folder.path(), "other.example");
    let server = TlsServer::start(folder.path());
    let origin = format!("https://localhost:{}", server.port);
    let permit = Permit::new(&origin).unwrap().with_roots(&root).unwrap();
    let got = Outbound::new(vec![permit], "watchbell-test/1").send(&Request::get(&origin));
    assert!(matches!(got, Err(Error::Tls(_))), "{got:?}");
}
