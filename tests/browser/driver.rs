//! A browser, as far as the tests need one. WebDriver is JSON over HTTP, so no library is needed.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Server, eventually};

/// How long something on a page may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// What WebDriver calls an element (W3C WebDriver, section 12).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// Chromium with nothing that calls home, for a machine without a screen.
const FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--hide-scrollbars",
];

/// Keys that have no letter.
pub(crate) const TAB: &str = "\u{e004}";
pub(crate) const ENTER: &str = "\u{e007}";

/// A browser of its own, with its own cookies.
pub(crate) struct Browser {
    driver: Child,
    session: String,
    site: String,
    agent: ureq::Agent,
    _profile: TempDir,
}

impl Browser {
    /// A browser that looks at `server`, with scripts or without.
    pub(crate) fn of(server: &Server, with_scripts: bool) -> Self {
        let profile = TempDir::new().unwrap();
        let (driver, port) = started();
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_mins(1)))
            .build();
        let agent = ureq::Agent::from(config);
        let data = format!("--user-data-dir={}", profile.path().display());
        let flags: Vec<_> = FLAGS.iter().copied().chain([data.as_str()]).collect();
        let scripts = json!({"profile.managed_default_content_settings.javascript": 2});
        let mut chrome = json!({"args": flags});
        if !with_scripts {
            chrome["prefs"] = scripts;
        }
        let ask = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": chrome,
            "goog:loggingPrefs": {"browser": "ALL"},
        }}});
        let base = format!("http://127.0.0.1:{port}/session");
        let made =
            ask_driver(&agent, "POST", &base, &ask).unwrap_or_else(|error| panic!("{error}"));
        let id = made["sessionId"].as_str().unwrap_or_else(|| panic!("{made}"));
        let session = format!("{base}/{id}");
        let site = server.url.clone();
        Self { driver, session, site, agent, _profile: profile }
    }

    fn try_ask(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        ask_driver(&self.agent, method, &format!("{}{path}", self.session), body)
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        self.try_ask(method, path, body).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Opens a page of the server.
    pub(crate) fn go(&self, path: &str) {
        self.ask("POST", "/url", &json!({"url": format!("{}{path}", self.site)}));
    }

    /// Where it is, without the server.
    pub(crate) fn place(&self) -> String {
        let url = self.ask("GET", "/url", &Value::Null);
        url.as_str().unwrap().trim_start_matches(&self.site).to_owned()
    }

    fn find(&self, css: &str) -> Result<String, String> {
        let found =
            self.try_ask("POST", "/element", &json!({"using": "css selector", "value": css}));
        Ok(found?[ELEMENT].as_str().unwrap().to_owned())
    }

    fn element(&self, css: &str) -> String {
        self.find(css).unwrap_or_else(|error| panic!("{css} at {}: {error}", self.place()))
    }

    /// Whether there is such a thing.
    pub(crate) fn has(&self, css: &str) -> bool {
        self.find(css).is_ok()
    }

    /// Asks something about an element, or of it. One that a live part of the page has taken the place
    /// of in the meantime is looked for again.
    fn upon(&self, css: &str, method: &str, what: &str, body: &Value) -> Value {
        eventually(&format!("{what} of {css}"), PATIENCE, || {
            let path = format!("/element/{}/{what}", self.element(css));
            match self.try_ask(method, &path, body) {
                Err(error) if error.starts_with("stale element reference") => None,
                answer => Some(answer.unwrap_or_else(|error| panic!("{what} of {css}: {error}"))),
            }
        })
    }

    /// The text that a person sees there.
    pub(crate) fn text(&self, css: &str) -> String {
        self.upon(css, "GET", "text", &Value::Null).as_str().unwrap().to_owned()
    }

    /// Waits until a person sees this text there.
    pub(crate) fn sees(&self, css: &str, text: &str) {
        eventually(&format!("{text:?} in {css}"), PATIENCE, || {
            let element = self.find(css).ok()?;
            let path = format!("/element/{element}/text");
            let seen = self.try_ask("GET", &path, &Value::Null).ok()?;
            seen.as_str().unwrap().contains(text).then_some(())
        });
    }

    pub(crate) fn click(&self, css: &str) {
        self.upon(css, "POST", "click", &json!({}));
    }

    /// Types into a field, after what stands there.
    pub(crate) fn write(&self, css: &str, text: &str) {
        self.upon(css, "POST", "value", &json!({"text": text}));
    }

    /// Chooses what a field for choosing is to send.
    pub(crate) fn choose(&self, css: &str, value: &str) {
        let option = format!("{css} option[value={}]", json!(value));
        self.click(&option);
    }

    /// Presses keys, wherever the focus is.
    pub(crate) fn press(&self, keys: &[&str]) {
        let strokes = keys.iter().flat_map(|key| {
            [json!({"type": "keyDown", "value": key}), json!({"type": "keyUp", "value": key})]
        });
        let strokes: Vec<_> = strokes.collect();
        let body = json!({"actions": [{"type": "key", "id": "keyboard", "actions": strokes}]});
        self.ask("POST", "/actions", &body);
    }

    /// Goes to the other tab, of two.
    pub(crate) fn turn_to_other_tab(&self) {
        let here = self.ask("GET", "/window", &Value::Null);
        let tabs = self.ask("GET", "/window/handles", &Value::Null);
        let other = tabs.as_array().unwrap().iter().find(|tab| **tab != here).expect("two tabs");
        self.ask("POST", "/window", &json!({"handle": other}));
        self.devtools("Page.bringToFront", &json!({}));
    }

    /// Runs a script of the test's own in the page, and gives what it returns.
    pub(crate) fn run(&self, script: &str) -> Value {
        self.ask("POST", "/execute/sync", &json!({"script": script, "args": []}))
    }

    /// The same for a script that calls back.
    fn run_async(&self, script: &str) -> Value {
        self.ask("POST", "/execute/async", &json!({"script": script, "args": []}))
    }

    fn devtools(&self, command: &str, parameters: &Value) -> Value {
        let body = json!({"cmd": command, "params": parameters});
        self.ask("POST", "/goog/cdp/execute", &body)
    }

    /// What was copied.
    pub(crate) fn clipboard(&self) -> String {
        let permissions = json!(["clipboardReadWrite", "clipboardSanitizedWrite"]);
        self.devtools(
            "Browser.grantPermissions",
            &json!({"permissions": permissions, "origin": self.site}),
        );
        let copied = self.run_async(
            "const done = arguments[arguments.length - 1]; \
             navigator.clipboard.readText().then(done, e => done({error: String(e)}))",
        );
        copied.as_str().unwrap_or_else(|| panic!("{copied}")).to_owned()
    }

    /// Makes the window so wide, and the colours light or dark.
    pub(crate) fn look(&self, width: u32, scheme: &str) {
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            &json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false}),
        );
        // Without motion: half-way from one colour to the next nothing can be judged.
        let features = json!([
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]);
        self.devtools("Emulation.setEmulatedMedia", &json!({"features": features}));
    }

    /// Leaves a picture of the whole page in `target/screenshots`.
    pub(crate) fn picture(&self, name: &str) {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("../screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        let taken = self.devtools(
            "Page.captureScreenshot",
            &json!({"format": "png", "captureBeyondViewport": true}),
        );
        let bytes = STANDARD.decode(taken["data"].as_str().unwrap()).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), bytes).unwrap();
    }

    /// Opens everything on the page that is folded; or folds again what this has opened.
    pub(crate) fn unfold(&self, open: bool) {
        self.run(if open {
            "for (const one of document.querySelectorAll('details:not([open])')) { \
             one.open = true; one.dataset.unfolded = ''; }"
        } else {
            "for (const one of document.querySelectorAll('details[data-unfolded]')) { \
             one.open = false; delete one.dataset.unfolded; }"
        });
    }

    /// Has axe look at the page, with everything that is folded: nothing may be wrong with it, nor wider
    /// than the window.
    pub(crate) fn axe(&self, name: &str) {
        self.unfold(true);
        if self.run("return typeof axe") == "undefined" {
            self.run(&axe_source());
        }
        let found = self.run_async(
            "const done = arguments[arguments.length - 1]; axe.run({runOnly: ['wcag2a', 'wcag2aa', \
             'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}).then(r => \
             done(r.violations.map(v => [v.id, v.help, v.nodes.map(n => n.html + ' ' + \
             n.failureSummary)])), e => done(String(e)))",
        );
        assert_eq!(found, json!([]), "{name}: {found:#}");
        let wider = self.run("return document.documentElement.scrollWidth - innerWidth");
        assert!(wider.as_i64() <= Some(0), "{name} is {wider} px wider than the window");
        self.unfold(false);
    }

    /// What the browser complained of: a broken policy, a script that failed, a file that is not there.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let log = self.ask("POST", "/se/log", &json!({"type": "browser"}));
        let lines = log.as_array().unwrap().iter();
        lines.map(|line| line["message"].as_str().unwrap().to_owned()).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        drop(self.try_ask("DELETE", "", &Value::Null));
        drop(self.driver.kill());
        drop(self.driver.wait());
    }
}

/// The driver, and the port at which it listens.
fn started() -> (Child, u16) {
    // It takes a free port of one kind of addresses and then the same of the other kind, which another
    // program may have: then it ends, and is started again.
    for _ in 0..5 {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver runs: ./scripts/test browser installs it");
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("successfully on port ")?;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        if let Some(port) = port {
            // Whoever prints into a closed pipe would end; keep reading.
            std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
            return (driver, port);
        }
        driver.wait().unwrap();
    }
    panic!("chromedriver says no port");
}

fn ask_driver(agent: &ureq::Agent, method: &str, url: &str, body: &Value) -> Result<Value, String> {
    let sent = match method {
        "GET" => agent.get(url).call(),
        "DELETE" => agent.delete(url).call(),
        _ => agent.post(url).header("content-type", "application/json").send(body.to_string()),
    };
    let mut response = sent.map_err(|error| error.to_string())?;
    let limit = 64 << 20;
    let bytes = response.body_mut().with_config().limit(limit).read_to_vec();
    let answer: Value =
        serde_json::from_slice(&bytes.map_err(|e| e.to_string())?).map_err(|e| e.to_string())?;
    let value = answer["value"].clone();
    match value["error"].as_str() {
        Some(error) => Err(format!("{error}: {}", value["message"])),
        None => Ok(value),
    }
}

/// axe's script. It is a tool for tests and no part of the project: ./scripts/test browser fetches it.
#[expect(clippy::disallowed_methods, reason = "a test reads its own environment")]
fn axe_source() -> String {
    let path = std::env::var_os("WATCHBELL_TEST_AXE").map_or_else(
        || PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("../axe/package/axe.min.js"),
        PathBuf::from,
    );
    std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}: run ./scripts/test browser", path.display()))
}
