//! One request after the other, by hand.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::answer::{Answer, Call, answer};
use super::state::{Asked, State, Trouble};

/// Answers one request, or does not.
pub(super) fn serve(mut stream: &TcpStream, shared: &Mutex<State>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        if line.trim().is_empty() {
            break;
        }
        head.push(line.trim().to_owned());
    }
    let header = |name: &str| {
        head.iter().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    };
    let length = header("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let mut first = head[0].split(' ');
    let call = Call {
        method: first.next().unwrap_or_default().to_owned(),
        path: first.next().unwrap_or_default().to_owned(),
        bearer: header("authorization")
            .and_then(|text| Some(text.strip_prefix("Bearer ")?.to_owned())),
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
    };
    let (trouble, told) = {
        let mut state = shared.lock().unwrap();
        state.asked.push(Asked {
            method: call.method.clone(),
            path: call.path.clone(),
            authorized: call.bearer.is_some(),
            body: call.body.clone(),
        });
        let trouble = state.trouble_for(&call.path);
        let told = match &trouble {
            Some(Trouble::Hang | Trouble::Flood) => None,
            Some(Trouble::Status(status, body)) => Some(Answer::raw(*status, body)),
            Some(Trouble::RateLimited(seconds)) => {
                let reset = state.now() + seconds;
                let detail =
                    json!({"detail": "You are attempting to use this endpoint too frequently."});
                Some(
                    Answer::new(429, &detail).with("X-Sentry-Rate-Limit-Reset", &reset.to_string()),
                )
            }
            Some(Trouble::LoseAnswer) => {
                answer(&mut state, &call);
                None
            }
            Some(Trouble::Slow(_)) | None => Some(answer(&mut state, &call)),
        };
        (trouble, told)
    };
    match trouble {
        Some(Trouble::Hang) => {
            let mut rest = Vec::new();
            reader.read_to_end(&mut rest).map(drop)
        }
        Some(Trouble::Flood) => {
            write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")?;
            let block = [b' '; 8 * 1024];
            loop {
                stream.write_all(&block)?;
            }
        }
        Some(Trouble::Slow(millis)) => {
            // The one thing that only takes time.
            thread::sleep(Duration::from_millis(millis));
            told.map_or(Ok(()), |told| told.write(stream))
        }
        _ => told.map_or(Ok(()), |told| told.write(stream)),
    }
}
