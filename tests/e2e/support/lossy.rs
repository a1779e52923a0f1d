//! A network that loses what it is told to lose, between a server and its database.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};

/// What is lost of the next transaction's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lose {
    /// The order to commit never arrives.
    Commit,
    /// It arrives and is obeyed; the answer gets lost.
    Answer,
}

#[derive(Debug, Default)]
struct State {
    /// Nothing passes; nobody is told.
    silent: bool,
    /// What is lost next, and then the connection with it.
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

    /// Loses this of the next transaction's end, and closes that connection.
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
        let is_commit = bytes.windows(6).any(|word| word == b"COMMIT");
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
    answer_is_lost: Arc<Mutex<bool>>,
}

impl Link {
    fn pass(self) {
        let (near, far) = (self.near.try_clone().unwrap(), self.far.try_clone().unwrap());
        let (gate, lost) = (Arc::clone(&self.gate), Arc::clone(&self.answer_is_lost));
        std::thread::spawn(move || {
            copy(&far, &near, &gate, |_| !*lost.lock().unwrap());
        });
        copy(&self.near, &self.far, &self.gate, |bytes| match self.gate.meets(bytes) {
            None => true,
            Some(Lose::Commit) => false,
            Some(Lose::Answer) => {
                *self.answer_is_lost.lock().unwrap() = true;
                true
            }
        });
    }
}

/// Copies until one side says no more or `may_pass` says no, and then closes both.
fn copy(mut from: &TcpStream, mut to: &TcpStream, gate: &Gate, may_pass: impl Fn(&[u8]) -> bool) {
    let mut chunk = vec![0; 64 << 10];
    while let Ok(count @ 1..) = from.read(&mut chunk) {
        gate.wait();
        if !may_pass(&chunk[..count]) || to.write_all(&chunk[..count]).is_err() {
            break;
        }
    }
    drop(to.shutdown(Shutdown::Both));
    drop(from.shutdown(Shutdown::Both));
}
