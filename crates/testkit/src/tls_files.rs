//! A server that shows files through TLS, with a certificate that it has made out to itself.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// OpenSSL, showing the files of a folder at `https://localhost:port/`.
#[derive(Debug)]
pub struct TlsFiles {
    folder: TempDir,
    process: Child,
    port: u16,
}

impl TlsFiles {
    /// With a certificate for the host `name`, which is its own root.
    pub fn start(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let request = format!(
            "[req]\ndistinguished_name=dn\nx509_extensions=ext\nprompt=no\n[dn]\nCN={name}\n\
             [ext]\nsubjectAltName=DNS:{name}\nbasicConstraints=critical,CA:FALSE\n"
        );
        fs::write(folder.path().join("request.cnf"), request).unwrap();
        let made = Command::new("openssl")
            .args(["req", "-x509", "-nodes", "-newkey", "rsa:2048", "-days", "2"])
            .args(["-config", "request.cnf", "-keyout", "key.pem", "-out", "cert.pem"])
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let mut process = Command::new("openssl")
            .args(["s_server", "-WWW", "-accept", "127.0.0.1:0", "-cert", "cert.pem", "-key"])
            .arg("key.pem")
            .current_dir(folder.path())
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
        Self { folder, process, port }
    }

    /// Shows `text` under `path`.
    pub fn put(&self, path: &str, text: &str) {
        let file = self.folder.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    /// Where it is.
    pub fn origin(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    /// The file with its certificate.
    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }
}

impl Drop for TlsFiles {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}
