//! Processes by their number: signals, and children.

use std::fs;
use std::process::{Command, Stdio};

/// Sends a signal by its name. Who is gone already is no trouble.
pub(crate) fn signal(name: &str, pids: &[u32]) {
    let pids = pids.iter().map(u32::to_string);
    let mut shell = Command::new("sh");
    // The shell's own `kill`: not every machine has the program.
    shell.args(["-c", "kill -\"$0\" \"$@\"", name]).args(pids).stderr(Stdio::null());
    shell.status().unwrap();
}

/// The children of a process.
pub(crate) fn children(parent: u32) -> Vec<u32> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|pid| state(*pid).is_some_and(|(_, of)| of == parent)).collect()
}

/// Whether a process has ended, even if nobody has asked how yet.
pub(crate) fn is_gone(pid: u32) -> bool {
    state(pid).is_none_or(|(state, _)| state == 'Z' || state == 'X')
}

/// Whether a process does nothing more until it is told to go on; or ever, since it has ended.
pub(crate) fn is_at_rest(pid: u32) -> bool {
    state(pid).is_none_or(|(state, _)| matches!(state, 'T' | 'Z' | 'X'))
}

/// A process's state and its parent.
fn state(pid: u32) -> Option<(char, u32)> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name is in brackets and may hold anything.
    let (_, rest) = text.rsplit_once(')')?;
    let mut words = rest.split_whitespace();
    Some((words.next()?.chars().next()?, words.next()?.parse().ok()?))
}
