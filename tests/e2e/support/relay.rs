//! An address that stays while the server behind it comes and goes.

use std::io::copy;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// Passes connections on to a server, and closes them when there is none.
#[derive(Debug)]
pub(crate) struct Relay {
    address: String,
    target: Arc<Mutex<String>>,
}

impl Relay {
    /// A relay to the server at `host:port`.
    pub(crate) fn to(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let target = Arc::new(Mutex::new(server.to_owned()));
        let current = Arc::clone(&target);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let server = current.lock().unwrap().clone();
                if let Ok(server) = TcpStream::connect(server) {
                    pass(&client, &server);
                    pass(&server, &client);
                }
            }
        });
        Self { address, target }
    }

    /// The server is somewhere else now.
    pub(crate) fn turn_to(&self, server: &str) {
        server.clone_into(&mut self.target.lock().unwrap());
    }

    /// `url`, by way of the relay.
    pub(crate) fn url(&self, url: &str) -> String {
        let path = url.splitn(4, '/').nth(3).unwrap();
        format!("http://{}/{path}", self.address)
    }
}

/// Copies what `from` says to `to`, until it says no more.
fn pass(from: &TcpStream, to: &TcpStream) {
    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
    std::thread::spawn(move || {
        drop(copy(&mut from, &mut to));
        drop(to.shutdown(Shutdown::Both));
        drop(from.shutdown(Shutdown::Both));
    });
}
