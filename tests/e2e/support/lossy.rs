//! A network that loses what it is told to lose, between a server and its database.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};

/// What is lost of the end of the committer's next transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lose {
    /// The order to commit never arrives, and the connection is closed.
    Commit,
    /// It arrives and is obeyed; the answer gets lost, and the connection with it.
    Answer,
    /// The same, but nobody is told that the connection is of no more use.
    AnswerInSilence,
}

#[derive(Debug, Default)]
struct State {
    /// Nothing passes; nobody is told.
    silent: bool,
    /// What is lost next.
    lose: Option<Lose>,
    /// How many commits were met so.
    lost: usize,
}

#[derive(Debug, Default)]
struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

/// Passes TCP connections on to a database, as long as it is not told otherwise.
#[derive(Debug)]
pub(crate) struct Lossy {
    address: String,
    gate: Arc<Gate>,
}

impl Lossy {
    /// A way to `host:port`.
    pub(crate) fn to(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (gate, target) = (Arc::<Gate>::default(), target.to_owned());
        let shared = Arc::clone(&gate);
        std::thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                let (gate, target) = (Arc::clone(&shared), target.clone());
                // Whoever comes while nothing passes is not even greeted.
                std::thread::spawn(move || {
                    gate.wait();
                    let Ok(far) = TcpStream::connect(target) else { return };
                    let link = Link { near, far, gate, answer_is_lost: Arc::default() };
                    link.pass();
                });
            }
        });
        Self { address, gate }
    }

    /// The address of a database, by this way.
    pub(crate) fn url(&self, url: &str) -> String {
        let (user, rest) = url.split_once('@').unwrap();
        let (_, database) = rest.split_once('/').unwrap();
        format!("{user}@{}/{database}", self.address)
    }

    /// Stops passing anything on, without closing anything.
    pub(crate) fn fall_silent(&self) {
        self.gate.state.lock().unwrap().silent = true;
    }

    /// Goes on, with what has piled up first.
    pub(crate) fn go_on(&self) {
        self.gate.state.lock().unwrap().silent = false;
        self.gate.changed.notify_all();
    }

    /// Loses this of the end of the committer's next transaction.
    pub(crate) fn lose_next(&self, what: Lose) {
        self.gate.state.lock().unwrap().lose = Some(what);
    }

    /// How many commits got lost so far.
    pub(crate) fn lost(&self) -> usize {
        self.gate.state.lock().unwrap().lost
    }
}

impl Drop for Lossy {
    fn drop(&mut self) {
        self.go_on();
    }
}

impl Gate {
    fn wait(&self) {
        let state = self.state.lock().unwrap();
        drop(self.changed.wait_while(state, |state| state.silent).unwrap());
    }

    /// What is to be lost now, if these bytes order a commit.
    fn meets(&self, bytes: &[u8]) -> Option<Lose> {
        let is_commit = contains(bytes, b"COMMIT\0");
        let mut state = self.state.lock().unwrap();
        let lose = if is_commit { state.lose.take() } else { None };
        state.lost += usize::from(lose.is_some());
        lose
    }
}

/// One connection: the server is near, the database far.
struct Link {
    near: TcpStream,
    far: TcpStream,
    gate: Arc<Gate>,
    answer_is_lost: Arc<Mutex<Option<Lose>>>,
}

impl Link {
    fn pass(self) {
        let (near, far) = (self.near.try_clone().unwrap(), self.far.try_clone().unwrap());
        let (gate, lost) = (Arc::clone(&self.gate), Arc::clone(&self.answer_is_lost));
        std::thread::spawn(move || {
            copy(&far, &near, &gate, |_| match *lost.lock().unwrap() {
                None => Fate::Passes,
                Some(Lose::AnswerInSilence) => Fate::Vanishes,
                Some(_) => Fate::Breaks,
            });
        });
        let mut is_committers = false;
        copy(&self.near, &self.far, &self.gate, |bytes| {
            // Only the committer counts. The text of a statement is said once on a connection.
            is_committers |= contains(bytes, b"INSERT INTO integration_counters");
            let meets = if is_committers { self.gate.meets(bytes) } else { None };
            match meets {
                Some(Lose::Commit) => return Fate::Breaks,
                Some(answer) => *self.answer_is_lost.lock().unwrap() = Some(answer),
                None => {}
            }
            Fate::Passes
        });
    }
}

/// What becomes of some bytes.
enum Fate {
    Passes,
    Vanishes,
    Breaks,
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|part| part == word)
}

/// Copies until one side says no more or something breaks, and then closes both.
fn copy(
    mut from: &TcpStream,
    mut to: &TcpStream,
    gate: &Gate,
    mut fate: impl FnMut(&[u8]) -> Fate,
) {
    let mut chunk = vec![0; 64 << 10];
    while let Ok(count @ 1..) = from.read(&mut chunk) {
        gate.wait();
        let written = match fate(&chunk[..count]) {
            Fate::Passes => to.write_all(&chunk[..count]).is_ok(),
            Fate::Vanishes => true,
            Fate::Breaks => false,
        };
        if !written {
            break;
        }
    }
    drop(to.shutdown(Shutdown::Both));
    drop(from.shutdown(Shutdown::Both));
}
