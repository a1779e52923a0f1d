//! A stream of events (WHATWG HTML, server-sent events), as a browser listens to it.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::Server;

/// A stream of events.
pub(crate) struct Stream {
    lines: BufReader<TcpStream>,
    /// Status and headers, in lower case.
    pub(crate) head: String,
    /// The id of the last event.
    pub(crate) last_id: String,
}

impl Stream {
    pub(super) fn open(
        server: &Server,
        path: &str,
        cookies: &str,
        headers: &[(&str, &str)],
    ) -> Self {
        let mut socket = TcpStream::connect(server.address()).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        write!(socket, "GET {path} HTTP/1.1\r\nhost: localhost\r\ncookie: {cookies}\r\n").unwrap();
        for (name, value) in [("accept", "text/event-stream")].iter().chain(headers) {
            write!(socket, "{name}: {value}\r\n").unwrap();
        }
        write!(socket, "\r\n").unwrap();
        let mut stream =
            Self { lines: BufReader::new(socket), head: String::new(), last_id: String::new() };
        while let Some(line) = stream.line().filter(|line| !line.is_empty()) {
            stream.head.push_str(&line.to_lowercase());
            stream.head.push('\n');
        }
        stream
    }

    /// The next line; none at the end. Lengths of chunks are lines here, too.
    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let count = self.lines.read_line(&mut line).unwrap();
        (count > 0).then(|| line.trim_end().to_owned())
    }

    /// What the next event says.
    pub(crate) fn heard(&mut self) -> String {
        loop {
            let line = self.line().expect("the stream goes on");
            if let Some(id) = line.strip_prefix("id: ") {
                id.clone_into(&mut self.last_id);
            }
            if let Some(data) = line.strip_prefix("data: ") {
                return data.to_owned();
            }
        }
    }

    /// Waits for the end: the chunk that is empty, or the connection's.
    pub(crate) fn ends(&mut self) {
        while self.line().is_some_and(|line| line != "0") {}
    }
}
