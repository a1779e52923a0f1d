//! The largest bodies from many senders at once.

use crate::support::{Client, Fire, Server, peak_kib, unlimited};

/// The server's own limits, as `config/default.toml` has them.
const BODY: usize = 10 << 20;
const IN_FLIGHT_KIB: u64 = 64 << 10;

#[test]
fn load_ten_mebibytes_on_64_connections_stay_within_bounds() {
    let server = Server::builder_for(unlimited()).start();
    let mut fire = Fire::at(&server);
    fire.takes_deliveries(&server);
    let start = "{\"title\":\"Big\",\"service_id\":\"SER-00001\",\"dedup_key\":\"big\",\"note\":\"";
    let body = format!("{start}{}\"}}", "x".repeat(BODY - start.len() - 2));
    let replies: Vec<_> = std::thread::scope(|scope| {
        let send = || Client::new().post(fire.url(), &[], body.as_bytes()).unwrap();
        let senders: Vec<_> = (0..64).map(|_| scope.spawn(send)).collect();
        senders.into_iter().map(|sender| sender.join().unwrap()).collect()
    });
    let accepted = replies.iter().filter(|reply| reply.status == 202).count();
    let peak = peak_kib(server.pid());
    println!("{accepted} of 64 accepted, peak {peak} KiB");
    assert!(accepted > 0);
    for reply in replies {
        fire.told(&reply);
    }
    // Each byte of a body is in memory up to five times on its way: as it came, as text, in the
    // transaction, and in the database's cache and write-ahead log. And the server itself.
    assert!(peak < 5 * IN_FLIGHT_KIB + (64 << 10), "{peak} KiB");
    Fire::is_ready(&server);
    fire.takes_deliveries(&server);
    fire.holds(&server);
}
