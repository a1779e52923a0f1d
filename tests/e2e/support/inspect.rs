//! Looking at a database from outside: the doctor, and plain SQL.

use std::collections::HashSet;

use serde_json::Value;

use super::{Cli, Place, Server};

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
        self.place().sql(sql);
    }

    /// As if so much time had passed that no server has anything for itself any more: neither a job that it
    /// was killed at, nor a lease.
    pub(crate) fn end_leases(&self) {
        let past = self.past();
        self.damage(&format!(
            "UPDATE jobs SET run_at = {past} WHERE state = 'running'; UPDATE leases SET until = {past};"
        ));
    }

    /// As if the jobs of this kind had waited for as long as they were to.
    pub(crate) fn end_waiting(&self, kind: &str) {
        let past = self.past();
        self.damage(&format!(
            "UPDATE jobs SET run_at = {past} WHERE state = 'waiting' AND kind = '{kind}';"
        ));
    }

    fn past(&self) -> &'static str {
        match self.place() {
            Place::File(_) => "0",
            Place::Postgres { .. } => "'epoch'",
        }
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
