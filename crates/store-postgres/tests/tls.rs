//! TLS to the database, with the OpenSSL that is built in.

#![cfg(test)]

use std::path::{Path, PathBuf};
use std::process::Command;

use watchbell_store::MaintenanceStore;
use watchbell_store_postgres::{PostgresOptions, PostgresStore};
use watchbell_testkit::Postgres;

/// A self-signed certificate for 127.0.0.1, and its key.
fn certificate(folder: &Path, name: &str) -> (PathBuf, PathBuf) {
    let (certificate, key) =
        (folder.join(format!("{name}.crt")), folder.join(format!("{name}.key")));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"])
        .args(["-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"])
        .args(["-addext", "subjectAltName=IP:127.0.0.1"])
        .args([Path::new("-keyout"), &key, Path::new("-out"), &certificate])
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    (certificate, key)
}

#[test]
fn the_servers_certificate_is_verified() {
    let cluster = Postgres::start();
    let (ours, key) = certificate(cluster.folder(), "server");
    let (another, _) = certificate(cluster.folder(), "another");
    for file in [&ours, &key, &another] {
        cluster.own(file);
    }
    cluster.set("ssl_cert_file", ours.to_str().unwrap());
    cluster.set("ssl_key_file", key.to_str().unwrap());
    cluster.set("ssl", "on");
    let url = cluster.create_database();
    let root = |file: &Path| format!("{url}?sslmode=verify-full&sslrootcert={}", file.display());

    let store = PostgresStore::open(PostgresOptions::new(root(&ours))).unwrap();
    store.migrate().unwrap();
    store.ping().unwrap();
    let encrypted = cluster.psql(
        "postgres",
        "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
         WHERE application_name = 'watchbell'",
    );
    assert_eq!(encrypted.trim(), "t");

    let refused = PostgresStore::open(PostgresOptions::new(root(&another))).unwrap_err();
    let told = watchbell_model::error_chain(&refused);
    assert!(told.contains("certificate verify failed"), "{told}");
    let nowhere = PostgresStore::open(PostgresOptions::new(root(Path::new("/nowhere/root.crt"))));
    let told = watchbell_model::error_chain(&nowhere.unwrap_err());
    assert!(told.contains("/nowhere/root.crt"), "{told}");
}

#[test]
fn a_database_without_tls_is_refused_where_tls_is_asked_for() {
    let cluster = Postgres::start();
    let url = format!("{}?sslmode=require", cluster.create_database());
    let refused = PostgresStore::open(PostgresOptions::new(url)).unwrap_err();
    let told = watchbell_model::error_chain(&refused);
    assert!(told.contains("does not support SSL"), "{told}");
}
