//! Looking at a database from outside: the doctor, and plain SQL.

use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::{Cli, Server};

impl Cli {
    /// Fails the test if the doctor finds anything wrong with the database.
    pub(crate) fn assert_sound(&self) {
        let output = self.run(&["--json", "doctor"]);
        let report: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {output:?}"));
        let checks = report["checks"].as_array().unwrap();
        let looked_at = |check: &str| checks.iter().any(|c| c["check"] == check);
        assert!(looked_at("content") && looked_at("secrets"), "{report}");
        for check in checks {
            // Tests listen on a port that no setting tells.
            let about_server = check["check"] == "server";
            assert!(about_server || check["verdict"] != "fail", "{report}");
        }
    }
}

impl Cli {
    /// Changes the database behind the program's back, with none of its rules.
    pub(crate) fn damage(&self, sql: &str) {
        let script = "
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=30)
db.execute('PRAGMA ignore_check_constraints = ON')
db.executescript(sys.argv[2])
";
        let mut command = Command::new("python3");
        let output = command.args(["-c", script]).arg(self.database()).arg(sql).output().unwrap();
        assert!(output.status.success(), "{sql}: {output:?}");
    }
}

impl Server {
    /// The ids of all deliveries in the event log.
    pub(crate) fn logged(&self) -> HashSet<String> {
        let deliveries = self.all("/api/v1/deliveries");
        let ids = deliveries.iter().map(|d| d["delivery_id"].as_str().unwrap().to_owned());
        ids.collect()
    }

    /// Fails the test if an identity has two open incidents.
    pub(crate) fn assert_one_open_each(&self) {
        let open = "status=new&status=investigating&status=fixing&status=monitoring";
        let mut seen = HashSet::new();
        for incident in self.all(&format!("/api/v1/incidents?{open}")) {
            let identity =
                [&incident["integration_id"], &incident["dedup_key"], &incident["services"]];
            let identity = format!("{identity:?}");
            assert!(seen.insert(identity), "open twice: {incident}");
        }
    }
}

/// The most memory that a process ever had, in KiB.
pub(crate) fn peak_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Another process that holds the database's write lock until this is dropped.
#[derive(Debug)]
pub(crate) struct WriteLock(Child);

impl WriteLock {
    pub(crate) fn take(cli: &Cli) -> Self {
        let script = "
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
db.execute('BEGIN IMMEDIATE')
print('locked', flush=True)
sys.stdin.read()
db.execute('ROLLBACK')
";
        let mut child = Command::new("python3")
            .args(["-c", script])
            .arg(cli.database())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "locked\n");
        Self(child)
    }
}

impl Drop for WriteLock {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        drop(self.0.wait());
    }
}
