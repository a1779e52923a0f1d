//! The real binary, in a folder of its own.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::{Client, Place, Reply, eventually};

/// The binary under test.
const WATCHBELL: &str = env!("CARGO_BIN_EXE_watchbell");

/// A folder, a database and everything that belongs to it, and the commands that work on it.
#[derive(Debug, Clone)]
pub(crate) struct Cli {
    dir: Arc<TempDir>,
    place: Place,
    settings: Vec<(String, String)>,
}

impl Cli {
    /// On a fresh database of the kind that this run is about.
    pub(crate) fn new() -> Self {
        Self::with(Place::of_this_run)
    }

    /// On a fresh database in which no table is.
    pub(crate) fn on_empty() -> Self {
        Self::with(Place::empty_of_this_run)
    }

    /// On a file, whatever this run is about: for what is only true of files.
    pub(crate) fn on_file() -> Self {
        Self::with(Place::file)
    }

    /// On a PostgreSQL database, whatever this run is about.
    #[cfg(feature = "postgres")]
    pub(crate) fn on_postgres(url: &str) -> Self {
        Self::with(|_| Place::at(url))
    }

    fn with(place: impl FnOnce(&Path) -> Place) -> Self {
        let dir = TempDir::new().unwrap();
        let place = place(dir.path());
        let url = place.setting().map(|url| ("database.url".to_owned(), url.to_owned()));
        Self { dir: Arc::new(dir), place, settings: url.into_iter().collect() }
    }

    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The file that it is in. Only for a test that is about files.
    pub(crate) fn database(&self) -> &Path {
        match &self.place {
            Place::File(path) => path,
            Place::Postgres { url, .. } => panic!("{url} is no file: use `Cli::on_file`"),
        }
    }

    /// Its database, seen from outside.
    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// The binary with `arguments`, in the folder, with a clean environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(WATCHBELL);
        command.args(arguments).current_dir(self.dir()).env_clear().stdin(Stdio::null());
        for (name, value) in &self.settings {
            let name = format!("WATCHBELL__{}", name.replace('.', "__").to_uppercase());
            command.env(name, value);
        }
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command that must succeed, and reads the JSON that it prints.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let mut all = vec!["--json"];
        all.extend(arguments);
        let output = self.run(&all);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {output:?}"))
    }

    /// The routing key of an integration.
    pub(crate) fn routing_key(&self, integration: &str) -> String {
        let shown = self.json(&["integration", "show", integration, "--reveal"]);
        shown["routing_key"].as_str().unwrap_or_else(|| panic!("{shown}")).to_owned()
    }
}

/// How a server is started.
#[derive(Debug)]
pub(crate) struct ServerBuilder {
    cli: Cli,
    process: Process,
}

/// What a server's process is started with, besides its settings.
#[derive(Debug, Default)]
struct Process {
    file_size_limit: Option<u64>,
    environment: Vec<(String, String)>,
}

impl ServerBuilder {
    /// Sets one setting, like `intake.queue_entries`.
    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self.cli.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// No file may grow beyond `bytes`: a disk that is full.
    pub(crate) fn file_size_limit(mut self, bytes: u64) -> Self {
        self.process.file_size_limit = Some(bytes);
        self
    }

    /// Variables of the server's environment, which the commands beside it do not have.
    pub(crate) fn envs(mut self, variables: &[(&str, String)]) -> Self {
        let owned = variables.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        self.process.environment.extend(owned);
        self
    }

    pub(crate) fn start(self) -> Server {
        Server::launch(self.cli, self.process)
    }
}

/// A running server. It is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) cli: Cli,
    pub(crate) url: String,
    pub(crate) client: Client,
    child: Child,
    api_key: String,
    process: Process,
}

impl Server {
    /// A server on a fresh database, with the demo services and integrations.
    pub(crate) fn start() -> Self {
        Self::builder().start()
    }

    pub(crate) fn builder() -> ServerBuilder {
        Self::builder_for(Cli::new())
    }

    /// A server on the folder of `cli`.
    pub(crate) fn builder_for(cli: Cli) -> ServerBuilder {
        ServerBuilder { cli, process: Process::default() }
    }

    fn launch(cli: Cli, process: Process) -> Self {
        let (child, url) = spawn(&cli, &process);
        let created = cli.json(&["key", "create", "tests"]);
        let api_key = created["token"].as_str().unwrap_or_else(|| panic!("{created}")).to_owned();
        let client = Client::new();
        let server = Self { cli, url, client, child, api_key, process };
        eventually("the API key is known to the server", Duration::from_secs(5), || {
            (server.api("/api/v1/auth/verify").status == 200).then_some(())
        });
        server
    }

    /// `host:port`.
    pub(crate) fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The intake address of an integration.
    pub(crate) fn hook(&self, integration: &str) -> String {
        format!("{}/webhooks/{}", self.url, self.cli.routing_key(integration))
    }

    /// Posts JSON to an address.
    pub(crate) fn post(&self, url: &str, body: &Value) -> Reply {
        self.post_bytes(url, &[], body.to_string().as_bytes())
    }

    /// Posts bytes to an address.
    pub(crate) fn post_bytes(&self, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        self.client.post(url, headers, body).unwrap()
    }

    /// Asks the API with the server's key.
    pub(crate) fn api(&self, path: &str) -> Reply {
        let bearer = format!("Bearer {}", self.api_key);
        let url = format!("{}{path}", self.url);
        self.client.get(&url, &[("authorization", &bearer)]).unwrap()
    }

    /// Everything of a list of the API, over all its pages.
    pub(crate) fn all(&self, path: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let join = if path.contains('?') { '&' } else { '?' };
        let mut part = String::new();
        loop {
            let page = self.api(&format!("{path}{join}limit=100{part}")).data();
            items.extend(page["items"].as_array().unwrap().iter().cloned());
            // What is deep is only reached by a cursor; what is short has none.
            part = match (page["next_cursor"].as_str(), page["next_offset"].as_i64()) {
                (Some(next), _) => format!("&cursor={next}"),
                (None, Some(next)) => format!("&offset={next}"),
                (None, None) => return items,
            };
        }
    }

    /// The path of the integration of this name, in the API and of its page.
    pub(crate) fn path_of(&self, name: &str) -> String {
        let items = self.all("/api/v1/integrations");
        let found = items.iter().find(|one| one["name"] == name).unwrap();
        format!("/integrations/{}", found["integration_id"].as_str().unwrap())
    }

    /// Sends a signal by its name, like `TERM`.
    pub(crate) fn signal(&self, signal: &str) {
        let status = Command::new("kill")
            .args([&format!("-{signal}"), &self.pid().to_string()])
            .status()
            .unwrap();
        assert!(status.success());
    }

    /// Ends the process at once, as a power cut would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for the process to end by itself, and gives its exit code.
    pub(crate) fn wait(&mut self) -> Option<i32> {
        let child = &mut self.child;
        eventually("the server ends", Duration::from_mins(1), || child.try_wait().unwrap()).code()
    }

    /// Starts the server again on the same database, after it has ended.
    pub(crate) fn restart(&mut self) {
        let (child, url) = spawn(&self.cli, &self.process);
        self.child = child;
        self.url = url;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = std::fs::read_to_string(self.cli.dir().join("server.log"));
            let log = log.unwrap_or_default();
            let lines: Vec<_> = log.lines().collect();
            let end = lines.len().saturating_sub(40);
            eprintln!("the end of the server's log:\n{}", lines[end..].join("\n"));
        }
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Starts the binary and reads the address that it prints.
fn spawn(cli: &Cli, process: &Process) -> (Child, String) {
    let log = std::fs::File::options()
        .create(true)
        .append(true)
        .open(cli.dir().join("server.log"))
        .unwrap();
    let mut command = match process.file_size_limit {
        None => cli.command(&["serve"]),
        Some(bytes) => limited(cli, bytes),
    };
    command.env("WATCHBELL__SERVER__LISTEN", "127.0.0.1:0");
    command.envs(process.environment.iter().map(|(name, value)| (name, value)));
    command.process_group(0).stdout(Stdio::piped()).stderr(log);
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let url = lines.by_ref().map_while(Result::ok).find_map(|line| {
        let (_, address) = line.split_once("http://")?;
        Some(format!("http://{}", address.split_whitespace().next()?))
    });
    let Some(url) = url else {
        let log = std::fs::read_to_string(cli.dir().join("server.log")).unwrap_or_default();
        panic!("the server did not start: {:?}\n{log}", child.wait());
    };
    // Whoever prints into a closed pipe would end; keep reading.
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
    (child, url)
}

/// The binary under a shell that forbids files larger than `bytes`, and ignores the signal for it,
/// so that the write fails instead of the process.
fn limited(cli: &Cli, bytes: u64) -> Command {
    let mut command = cli.command(&[]);
    let mut shell = Command::new("sh");
    let script = format!("trap '' XFSZ; ulimit -S -f {}; exec \"$0\" serve", bytes.div_ceil(512));
    shell.arg("-c").arg(script).arg(WATCHBELL).current_dir(cli.dir()).stdin(Stdio::null());
    shell.env_clear();
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            shell.env(name, value);
        }
    }
    command = shell;
    command
}
