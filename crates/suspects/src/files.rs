//! Whether a frame of a stack and a commit speak of one file.
//!
//! A commit names files from the root of its repository; a frame names them from wherever the
//! program was built or runs: `/srv/shop/src/cart.rs`, `src/cart.rs`, `webpack:///./src/cart.js`.
//! So one path must be the end of the other.

/// Names that so many files have that the name alone says nothing.
const COMMON: &[&str] = &[
    "__init__.py",
    "app.js",
    "app.py",
    "app.ts",
    "index.js",
    "index.jsx",
    "index.php",
    "index.ts",
    "index.tsx",
    "lib.rs",
    "main.go",
    "main.js",
    "main.py",
    "main.rs",
    "main.ts",
    "mod.rs",
    "models.py",
    "server.js",
    "server.ts",
    "types.ts",
    "urls.py",
    "utils.js",
    "utils.py",
    "utils.ts",
    "views.py",
];

/// Whether a frame's `path` and a commit's `changed` file are the same, as far as paths can tell.
pub fn same_file(path: &str, changed: &str) -> bool {
    let (mut frame, mut commit) = (from_the_end(path), from_the_end(changed));
    let mut common = 0_usize;
    let mut last = "";
    loop {
        match (frame.next(), commit.next()) {
            (Some(one), Some(other)) if one == other => {
                if common == 0 {
                    last = one;
                }
                common = common.saturating_add(1);
            }
            // Neither is the other's end.
            (Some(_), Some(_)) => return false,
            (None, None) => return common > 0,
            // One is all of it: a name alone must be a rare one.
            _ => return common > 1 || (common == 1 && !COMMON.contains(&last)),
        }
    }
}

/// The parts of a path, the file's name first, without what builds put before it or behind it.
fn from_the_end(path: &str) -> impl Iterator<Item = &str> {
    let path = path.split_once("://").map_or(path, |(_, rest)| rest);
    let path = path.split(['?', '#']).next().unwrap_or(path);
    path.rsplit(['/', '\\']).filter(|part| !matches!(*part, "" | "." | "~" | ".."))
}
