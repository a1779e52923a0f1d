//! A server that is killed between what a job does and saying that it is done.
//!
//! The server is this very test, started once more as a process of its own: it has the job done, whose
//! effect is a line in a file, and then hangs, until it gets SIGKILL.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use watchbell_store::{Done, JobHandler, JobStore, Limits};
use watchbell_worker::Outcome;

use crate::support::{QUICK, Told, World, eventually, job};

/// The folder, for the process that is to be killed.
const FOLDER: &str = "WATCHBELL_WORKER_TO_BE_KILLED";

/// Writes what it does down, durably, with the key by which a double would be recognised.
fn effect(folder: &Path, key: &str) {
    let mut file = OpenOptions::new().create(true).append(true).open(folder.join("effects"));
    let file = file.as_mut().unwrap();
    // In one piece: two jobs write at the same time.
    file.write_all(format!("{key}\n").as_bytes()).unwrap();
    file.sync_all().unwrap();
}

fn hang() -> ! {
    loop {
        std::thread::park();
    }
}

fn effects(folder: &Path) -> Vec<String> {
    let text = fs::read_to_string(folder.join("effects")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

fn handler(folder: &Path, hangs: bool) -> Arc<dyn JobHandler> {
    let folder = folder.to_owned();
    let limits = Limits { time: Duration::from_millis(300), attempts: 100, ..QUICK };
    Told::new("effect", limits, move |attempt| {
        effect(&folder, &attempt.idempotency_key());
        if hangs {
            hang();
        }
        Ok(Done::default())
    })
}

#[test]
fn a_job_runs_again_after_a_kill_between_its_effect_and_its_end() {
    #[expect(clippy::disallowed_methods, reason = "how the parent test tells its child where")]
    let shared = std::env::var(FOLDER);
    if let Ok(folder) = shared {
        // Killed before it can end.
        let world = World::at(Path::new(&folder));
        let _worker = world.worker(vec![handler(Path::new(&folder), true)]);
        hang();
    }
    let folder = tempfile::tempdir().unwrap();
    let world = World::at(folder.path());
    let jobs: Vec<_> = (0..2).map(|_| job("effect", "{}")).collect();
    world.store.jobs_add(&jobs).unwrap();
    let mut server = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed::a_job_runs_again_after_a_kill_between_its_effect_and_its_end"])
        .env(FOLDER, folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let has_run = |key: &str| effects(folder.path()).iter().any(|effect| effect == key);
    eventually("both jobs have done what they do", || {
        jobs.iter().all(|job| has_run(&job.id.to_string()))
    });
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(world.jobs().len(), 2, "nobody said that they are done");

    let worker = world.worker(vec![handler(folder.path(), false)]);
    eventually("the next server has done both", || world.seen.of(Outcome::Done) == 2);
    worker.stop(Duration::from_mins(1));
    assert_eq!(world.jobs(), []);
    for job in jobs {
        let key = job.id.to_string();
        let times = effects(folder.path()).iter().filter(|effect| **effect == key).count();
        assert!(times >= 2, "{key} ran {times} times, with one key");
    }
}
