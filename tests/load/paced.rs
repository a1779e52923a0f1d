//! An open-loop sender: it posts at a fixed rate, whether answers come or not, and measures each answer
//! from the moment at which its request was due. So a server that stands still for a second shows a
//! second, for every request that was due meanwhile.
//!
//! `paced URL TEMPLATE RATE CONNECTIONS SECONDS`: every `@ID@` in the template becomes a fresh id. Prints
//! one line in the form of post.lua.

#![expect(clippy::print_stdout, reason = "prints its result for the script that started it")]

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// What the senders of a run were told.
#[derive(Debug, Default)]
struct Told {
    waited: Vec<Duration>,
    codes: BTreeMap<u16, usize>,
    broken: usize,
}

/// One connection's share of the schedule.
struct Sender<'a> {
    /// `host:port`.
    address: &'a str,
    path: &'a str,
    template: &'a str,
    name: String,
    first: Instant,
    every: Duration,
    requests: u32,
}

impl Sender<'_> {
    /// Sends everything that is due. Nothing ever comes out of `never`: it is there to wait with.
    fn run(&self, never: &Receiver<()>) -> Told {
        let mut connection = None;
        let mut told = Told::default();
        for request in 0..self.requests {
            let due = self.first + self.every * request;
            let pause = due.saturating_duration_since(Instant::now());
            let _ = never.recv_timeout(pause);
            let body = self.template.replace("@ID@", &format!("{}-{request}", self.name));
            let answer = self.post(&mut connection, &body);
            told.waited.push(due.elapsed());
            if let Ok(status) = answer {
                *told.codes.entry(status).or_default() += 1;
            } else {
                connection = None;
                told.broken += 1;
            }
        }
        told
    }

    /// Posts on a connection that is kept. As little as the server's answers need: an HTTP library
    /// took more of the processor than the server.
    fn post(&self, kept: &mut Option<BufReader<TcpStream>>, body: &str) -> io::Result<u16> {
        let connection = match kept {
            Some(connection) => connection,
            None => kept.insert(BufReader::new(TcpStream::connect(self.address)?)),
        };
        let Self { address, path, .. } = self;
        let length = body.len();
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n\r\n{body}"
        );
        connection.get_mut().write_all(request.as_bytes())?;
        let (mut status, mut rest, mut line) = (None, 0, String::new());
        loop {
            line.clear();
            connection.read_line(&mut line)?;
            let Some((name, value)) = line.split_once(':') else {
                match line.split(' ').nth(1) {
                    Some(code) => status = code.parse().ok(),
                    None => break,
                }
                continue;
            };
            if name.eq_ignore_ascii_case("content-length") {
                rest = value.trim().parse().map_err(io::Error::other)?;
            }
        }
        io::copy(&mut connection.take(rest), &mut io::sink())?;
        status.ok_or_else(|| io::Error::other("no status"))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, template, rate, connections, seconds] = arguments.as_slice() else {
        return Err("usage: paced URL TEMPLATE RATE CONNECTIONS SECONDS".into());
    };
    let template = std::fs::read_to_string(template)?;
    let place = url.strip_prefix("http://").and_then(|rest| rest.split_once('/'));
    let (address, path) = place.ok_or("the URL must be http://host:port/path")?;
    let path = format!("/{path}");
    let (rate, connections): (f64, u32) = (rate.parse()?, connections.parse()?);
    let seconds: u32 = seconds.parse()?;
    let every = Duration::from_secs_f64(f64::from(connections) / rate);
    let requests =
        u32::try_from(Duration::from_secs(seconds.into()).as_nanos() / every.as_nanos())?;
    let begin = Instant::now() + Duration::from_millis(200);
    let all = thread::scope(|scope| {
        let start = |sender: u32| {
            let sender = Sender {
                address,
                path: &path,
                template: &template,
                name: format!("paced-{}-{sender}", process::id()),
                first: begin + every * sender / connections,
                every,
                requests,
            };
            scope.spawn(move || {
                let (_open, never) = channel();
                sender.run(&never)
            })
        };
        let threads: Vec<_> = (0..connections).map(start).collect();
        let mut all = Told::default();
        for thread in threads {
            let told = thread.join().map_err(|_| "a sender panicked")?;
            all.waited.extend(told.waited);
            all.broken += told.broken;
            for (code, count) in told.codes {
                *all.codes.entry(code).or_default() += count;
            }
        }
        Ok::<_, Box<dyn Error>>(all)
    })?;
    let took = begin.elapsed().as_secs_f64();
    print(all, took);
    Ok(())
}

fn print(mut told: Told, took: f64) {
    told.waited.sort_unstable();
    let count = told.waited.len();
    let at = |per_mille: usize| {
        let place = (count * per_mille / 1_000).min(count.saturating_sub(1));
        told.waited.get(place).map_or(0.0, |waited| waited.as_secs_f64() * 1_000.0)
    };
    let accepted: usize = told.codes.range(..300).map(|(_, count)| count).sum();
    let accepted = f64::from(u32::try_from(accepted).unwrap_or(u32::MAX)) / took;
    let codes: Vec<_> =
        told.codes.iter().map(|(code, count)| format!("\"{code}\":{count}")).collect();
    println!(
        "RESULT {{\"accepted_per_s\":{accepted:.0},\"p50_ms\":{:.2},\"p99_ms\":{:.2},\"max_ms\":{:.1},\
         \"codes\":{{{}}},\"socket_errors\":{}}}",
        at(500),
        at(990),
        at(1_000),
        codes.join(","),
        told.broken
    );
}
