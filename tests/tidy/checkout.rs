//! The checkout as values: its files, and what cargo says about its packages.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

/// The checkout's top folder.
pub(crate) static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.join("../..").canonicalize().unwrap()
});

/// Every file that belongs to the project, sorted by path.
pub(crate) static FILES: LazyLock<Vec<SourceFile>> = LazyLock::new(|| {
    let mut files = Vec::new();
    walk(&ROOT, "", &ignored(), &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
});

/// What `cargo metadata` says about the workspace's own packages. Needs no network.
pub(crate) static PACKAGES: LazyLock<Vec<Package>> = LazyLock::new(|| {
    let metadata = cargo_json(&["metadata", "--format-version=1", "--offline", "--no-deps"]);
    let packages = array(&metadata, "packages");
    packages.iter().map(Package::of).collect()
});

/// A file of the project.
pub(crate) struct SourceFile {
    /// Its path below the top folder, with `/`.
    pub(crate) path: String,
    /// Its content; what is not UTF-8 is replaced.
    pub(crate) text: String,
}

impl SourceFile {
    /// Whether it is Rust.
    pub(crate) fn is_rust(&self) -> bool {
        self.has_extension("rs")
    }

    /// Whether its name ends so.
    pub(crate) fn has_extension(&self, extension: &str) -> bool {
        Path::new(&self.path).extension() == Some(extension.as_ref())
    }

    /// Whether all of it is test code: by its folder or its name.
    pub(crate) fn is_test(&self) -> bool {
        let mut parts = self.path.split('/');
        let in_folder = parts.any(|part| part == "tests" || part == "conformance");
        in_folder || self.path.ends_with("tests.rs") || self.path.ends_with("conformance.rs")
    }

    /// Its lines, numbered from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().zip(1..).map(|(line, number)| (number, line))
    }

    /// Its lines before the tests in it, numbered from 1.
    pub(crate) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let all = if self.is_test() { 0 } else { usize::MAX };
        let code = self.lines().take(all);
        code.take_while(|(_, line)| line.trim() != "#[cfg(test)]")
    }

    /// Its lines of test code, numbered from 1.
    pub(crate) fn test_code(&self) -> impl Iterator<Item = (usize, &str)> {
        let code = self.code().count();
        self.lines().skip(code)
    }
}

/// A package of the workspace.
pub(crate) struct Package {
    /// Its name.
    pub(crate) name: String,
    /// Its folder below the top one.
    pub(crate) folder: String,
    /// What it depends on directly.
    pub(crate) dependencies: Vec<Dependency>,
}

/// A direct dependency.
pub(crate) struct Dependency {
    /// The package's name.
    pub(crate) name: String,
}

impl Package {
    fn of(value: &Value) -> Self {
        let manifest = PathBuf::from(text(value, "manifest_path"));
        let folder = manifest.parent().unwrap().canonicalize().unwrap();
        let folder = folder.strip_prefix(&*ROOT).unwrap_or(&folder);
        let dependency = |value: &Value| Dependency { name: text(value, "name").to_owned() };
        Self {
            name: text(value, "name").to_owned(),
            folder: folder.to_str().unwrap().replace('\\', "/"),
            dependencies: array(value, "dependencies").iter().map(dependency).collect(),
        }
    }

    /// The path of one of its files below the top folder.
    pub(crate) fn path(&self, file: &str) -> String {
        format!("{}/{file}", self.folder)
    }
}

/// A file of the project by its path below the top folder.
pub(crate) fn file(path: &str) -> Option<&'static SourceFile> {
    FILES.iter().find(|file| file.path == path)
}

/// A file's text; the test fails without it.
pub(crate) fn text_of(path: &str) -> &'static str {
    let file = file(path).unwrap_or_else(|| panic!("{path} is missing"));
    &file.text
}

/// What cargo answers, as JSON.
pub(crate) fn cargo_json(arguments: &[&str]) -> Value {
    serde_json::from_str(&cargo(arguments)).unwrap()
}

/// What cargo answers.
pub(crate) fn cargo(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO"));
    let output = command.args(arguments).current_dir(&*ROOT).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// A text of a JSON object.
pub(crate) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} is no text"))
}

/// A list of a JSON object.
pub(crate) fn array<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().unwrap_or_else(|| panic!("{name} is no list"))
}

/// Fails with every broken place, one a line.
pub(crate) fn none(rule: &str, broken: &[String]) {
    assert!(broken.is_empty(), "{rule}:\n  {}\n", broken.join("\n  "));
}

/// The lines of `.gitignore`: `/name` at the top, `*.ending` or `name` anywhere.
fn ignored() -> Vec<String> {
    let text = fs::read_to_string(ROOT.join(".gitignore")).unwrap();
    let lines = text.lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}

fn is_ignored(folder: &str, name: &str, ignored: &[String]) -> bool {
    name == ".git"
        || ignored.iter().any(|rule| match (rule.strip_prefix('/'), rule.strip_prefix('*')) {
            (Some(top), _) => folder.is_empty() && name == top.trim_end_matches('/'),
            (None, Some(ending)) => name.ends_with(ending),
            (None, None) => name == rule.trim_end_matches('/'),
        })
}

fn walk(path: &Path, folder: &str, rules: &[String], files: &mut Vec<SourceFile>) {
    // Cargo marks its target folders so, wherever they are.
    if path.join("CACHEDIR.TAG").exists() {
        return;
    }
    for entry in fs::read_dir(path).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if is_ignored(folder, &name, rules) {
            continue;
        }
        let below = if folder.is_empty() { name } else { format!("{folder}/{name}") };
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            walk(&entry.path(), &below, rules, files);
        } else if kind.is_file() {
            let bytes = fs::read(entry.path()).unwrap();
            let text = String::from_utf8_lossy(&bytes).into_owned();
            files.push(SourceFile { path: below, text });
        }
    }
}
