//! A cluster of its own: started, hurt, and started again.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::account::Account;
use crate::waiting::within;
use crate::{install, port, process, template};

/// How long a start or a stop may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// As in production, but small.
const SETTINGS: &[(&str, &str)] = &[
    ("fsync", "on"),
    ("synchronous_commit", "on"),
    ("full_page_writes", "on"),
    ("listen_addresses", "127.0.0.1"),
    ("max_connections", "100"),
    ("shared_buffers", "32MB"),
    ("timezone", "UTC"),
    // In the folder, not in /dev/shm: a killed server leaves nothing behind.
    ("dynamic_shared_memory_type", "mmap"),
    ("log_line_prefix", "%m [%p] "),
];

/// How a cluster is started.
#[derive(Debug, Default)]
pub struct Builder {
    settings: Vec<(String, String)>,
    environment: Vec<(String, String)>,
}

impl Builder {
    /// A setting of its command line. `ALTER SYSTEM` cannot change it; see [`Postgres::set`].
    #[must_use]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A variable of its environment, `LD_PRELOAD` for example.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Starts it, and waits until it takes connections.
    pub fn start(self) -> Postgres {
        let account = Account::new();
        let folder = account.folder();
        template::unpack(account, folder.path());
        let mut cluster = Postgres { how: self, account, folder, port: 0, child: None };
        // Somebody may take the port between the look and the start.
        let tries = 5;
        for _ in 0..tries {
            cluster.port = port::free();
            if cluster.try_start() {
                return cluster;
            }
        }
        panic!("PostgreSQL did not start:\n{}", cluster.log());
    }
}

/// A cluster in a temporary folder, with the superuser `postgres` and no password. Everything goes
/// when this is dropped.
#[derive(Debug)]
pub struct Postgres {
    how: Builder,
    account: Account,
    folder: TempDir,
    port: u16,
    child: Option<Child>,
}

impl Postgres {
    /// A cluster that takes connections.
    pub fn start() -> Self {
        Builder::default().start()
    }

    /// A cluster with settings or an environment of its own.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The address of a database.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@{}/{database}", self.address())
    }

    /// `host:port`.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The number of its first process.
    pub fn pid(&self) -> u32 {
        self.child.as_ref().expect("the cluster runs").id()
    }

    /// Its folder: the cluster is in `data`, the socket beside it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Everything it has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    /// Gives a file or a folder to the user that PostgreSQL runs as.
    pub fn own(&self, path: &Path) {
        self.account.own(path);
    }

    /// Ends all its processes at once, as a power cut would.
    pub fn kill(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        // The first process must not make further ones while we look. The signal is told before it is
        // obeyed.
        process::signal("STOP", &[child.id()]);
        let stopped = within(PATIENCE, || process::is_at_rest(child.id()));
        assert!(stopped, "PostgreSQL goes on");
        let mut all = process::children(child.id());
        all.push(child.id());
        process::signal("KILL", &all);
        drop(child.wait());
        // A new start is refused while one of them lives.
        let gone = within(PATIENCE, || all.iter().all(|pid| process::is_gone(*pid)));
        assert!(gone, "processes of PostgreSQL survive: {all:?}");
    }

    /// Stops it in good order: connections are closed, and the next start has nothing to recover.
    pub fn stop(&mut self) {
        self.end("INT");
    }

    /// Starts it again on the same port after it was killed or stopped, and waits until it takes
    /// connections.
    pub fn start_again(&mut self) {
        assert!(self.child.is_none(), "the cluster runs");
        assert!(self.try_start(), "PostgreSQL did not start again:\n{}", self.log());
    }

    /// [`stop`](Self::stop), then [`start_again`](Self::start_again).
    pub fn restart(&mut self) {
        self.stop();
        self.start_again();
    }

    /// Changes a setting of the running server, for all its connections.
    pub fn set(&self, name: &str, value: &str) {
        self.psql("postgres", &format!("ALTER SYSTEM SET {name} = '{value}'"));
        self.psql("postgres", "SELECT pg_reload_conf()");
    }

    fn log_file(&self) -> PathBuf {
        self.folder().join("postgres.log")
    }

    fn pid_file(&self) -> PathBuf {
        self.folder().join("data/postmaster.pid")
    }

    /// Whether it takes connections now. If not, nothing of it runs.
    fn try_start(&mut self) -> bool {
        let log = File::options().create(true).append(true).open(self.log_file()).unwrap();
        let mut command = self.command();
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let child = child.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let pid = child.id();
        self.child = Some(child);
        let ready = within(PATIENCE, || self.has_ended() || self.is_ready(pid));
        if ready && !self.has_ended() {
            return true;
        }
        self.kill();
        false
    }

    fn command(&self) -> Command {
        let mut command = self.account.command(&install::binaries().join("postgres"));
        command.current_dir(self.folder()).env_clear().env("LC_ALL", "C");
        command.arg("-D").arg(self.folder().join("data"));
        let folder = self.folder().to_string_lossy();
        let port = self.port.to_string();
        let own = [("port", port.as_str()), ("unix_socket_directories", &folder)];
        let told = self.how.settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in SETTINGS.iter().copied().chain(own).chain(told) {
            command.arg("-c").arg(format!("{name}={value}"));
        }
        command.envs(self.how.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// The server says so in its own file, for `pg_ctl`.
    fn is_ready(&self, pid: u32) -> bool {
        let text = fs::read_to_string(self.pid_file()).unwrap_or_default();
        let mut lines = text.lines();
        lines.next() == Some(&pid.to_string()) && lines.nth(6).is_some_and(is_open)
    }

    /// Bounds every file that it writes, as a disk that is full would; without `bytes` there is room
    /// again.
    pub fn limit_file_size(&self, bytes: Option<u64>) {
        let limit = bytes.map_or_else(|| "unlimited".to_owned(), |bytes| bytes.to_string());
        // New processes get it from the first one.
        let mut all = vec![self.pid()];
        all.extend(process::children(self.pid()));
        for pid in all {
            // As their user: not every root may touch the limits of others.
            let mut prlimit = self.account.command(Path::new("prlimit"));
            let told =
                prlimit.arg(format!("--pid={pid}")).arg(format!("--fsize={limit}:")).status();
            // One that has ended meanwhile writes nothing any more.
            assert!(told.unwrap().success() || process::is_gone(pid), "prlimit of {pid}");
        }
    }

    fn has_ended(&mut self) -> bool {
        self.child.as_mut().is_none_or(|child| child.try_wait().unwrap().is_some())
    }

    /// Ends it by a signal to its first process, which ends the others.
    fn end(&mut self, signal: &str) {
        let Some(child) = &mut self.child else { return };
        process::signal(signal, &[child.id()]);
        if within(PATIENCE, || child.try_wait().unwrap().is_some()) {
            self.child = None;
        } else {
            self.kill();
        }
    }

    /// A killed server leaves a few bytes of shared memory behind, which its next start would free.
    fn forget_shared_memory(&self) {
        let Ok(text) = fs::read_to_string(self.pid_file()) else { return };
        let id = text.lines().nth(6).and_then(|line| line.split_whitespace().nth(1));
        if let Some(id) = id {
            let mut ipcrm = Command::new("ipcrm");
            drop(ipcrm.args(["-m", id]).stderr(Stdio::null()).status());
        }
    }
}

/// Whether this line of the server's file says that it takes connections: for all, or for reading.
fn is_open(line: &str) -> bool {
    matches!(line.trim(), "ready" | "standby")
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<_> = log.lines().collect();
            let end = lines.get(lines.len().saturating_sub(40)..).unwrap_or_default();
            eprintln!("the end of PostgreSQL's log:\n{}", end.join("\n"));
        }
        // Immediately, without writing anything more: the folder goes anyway.
        self.end("QUIT");
        self.forget_shared_memory();
    }
}
