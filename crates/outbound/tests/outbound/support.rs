//! Servers on this machine that answer as a test wants.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A server on a free port.
pub(crate) struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Answers every request, once its head and announced body are read, by `answer`.
    pub(crate) fn start(answer: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (log, answer) = (Arc::clone(&asked), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                thread::spawn(move || {
                    let mut stream = stream.unwrap();
                    log.lock().unwrap().push(read_request(&stream));
                    answer(&mut stream);
                });
            }
        });
        Self { address, asked }
    }

    /// An address at which nobody listens: a port that the system hands out to nobody.
    pub(crate) fn closed() -> Self {
        Self { address: SocketAddr::from(([127, 0, 0, 1], 1)), asked: Arc::default() }
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin())
    }

    /// The requests so far.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn read_request(stream: &TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while reader.read_line(&mut head).unwrap() > 2 {}
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    head + &String::from_utf8(body).unwrap()
}

/// Says nothing until the other side hangs up.
pub(crate) fn until_closed(stream: &mut TcpStream) {
    let mut rest = Vec::new();
    drop(stream.read_to_end(&mut rest));
}

/// A byte each 50 ms until the other side hangs up.
pub(crate) fn drip(stream: &mut TcpStream) {
    stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    while stream.write_all(b"x").is_ok() {
        // Waits for the other side: it says nothing, so this ends by its time limit or its leaving.
        if matches!(stream.read(&mut [0]), Ok(0)) {
            return;
        }
    }
}
