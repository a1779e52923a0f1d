//! Clients that are slow, rude or broken.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

/// A connection on which a client does not do what it should.
#[derive(Debug)]
pub(crate) struct Broken(TcpStream);

impl Broken {
    /// Connects, and says nothing.
    pub(crate) fn connect(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        Self(stream)
    }

    /// Says these bytes. The server may have had enough already.
    pub(crate) fn say(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        drop(self.0.write_all(bytes.as_ref()));
        self
    }

    /// The head of a POST of `length` bytes to the address `url`.
    pub(crate) fn begin(&mut self, url: &str, length: usize, more: &str) -> &mut Self {
        let (address, path) = url.trim_start_matches("http://").split_once('/').unwrap();
        self.say(format!(
            "POST /{path} HTTP/1.1\r\nhost: {address}\r\ncontent-length: {length}\r\n{more}\r\n"
        ))
    }

    /// Says that nothing more will come, and goes on listening.
    pub(crate) fn half_close(&mut self) -> &mut Self {
        drop(self.0.shutdown(Shutdown::Write));
        self
    }

    /// Everything that comes until the server closes, or half a minute passes without a word.
    pub(crate) fn hear(&mut self) -> String {
        let mut heard = Vec::new();
        drop(self.0.read_to_end(&mut heard));
        String::from_utf8_lossy(&heard).into_owned()
    }

    /// Waits for a first word, and goes without having read it: the system answers with a reset.
    pub(crate) fn reset(self) {
        assert!(self.0.peek(&mut [0]).unwrap() > 0, "the server said something");
    }
}
