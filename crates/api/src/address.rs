//! Which address a request comes from.

use std::net::IpAddr;

use actix_web::HttpRequest;
use ipnet::IpNet;

/// The networks whose `X-Forwarded-For` is believed.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// These networks.
    pub const fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The address that a request comes from: the peer's, or, if that is a trusted proxy, the last
    /// one in `X-Forwarded-For` that is not.
    fn client(&self, peer: IpAddr, forwarded: &[&str]) -> IpAddr {
        let mut client = peer;
        let hops = forwarded.iter().flat_map(|line| line.split(',')).rev();
        for hop in hops {
            if !self.contains(client) {
                break;
            }
            let Ok(address) = hop.trim().parse::<IpAddr>() else {
                break;
            };
            client = address;
        }
        client
    }
}

/// The address that `request` comes from.
pub(crate) fn client(request: &HttpRequest, trusted: &TrustedProxies) -> IpAddr {
    let unknown = IpAddr::from([0, 0, 0, 0]);
    let peer = request.peer_addr().map_or(unknown, |address| address.ip());
    if trusted.0.is_empty() {
        return peer;
    }
    let forwarded: Vec<_> = request
        .headers()
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok())
        .collect();
    trusted.client(peer, &forwarded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let networks = ["10.0.0.0/8", "127.0.0.1/32"].map(|text| text.parse().unwrap());
        let trusted = TrustedProxies::new(networks.to_vec());
        let check = |peer: &str, forwarded: &[&str], expected: &str| {
            let client = trusted.client(peer.parse().unwrap(), forwarded);
            assert_eq!(client.to_string(), expected, "{peer} {forwarded:?}");
        };
        check("203.0.113.9", &["198.51.100.1"], "203.0.113.9");
        check("127.0.0.1", &["198.51.100.1"], "198.51.100.1");
        check("127.0.0.1", &["1.2.3.4, 198.51.100.1, 10.1.1.1"], "198.51.100.1");
        check("127.0.0.1", &["1.2.3.4", "198.51.100.1"], "198.51.100.1");
        check("127.0.0.1", &["not an address"], "127.0.0.1");
        check("127.0.0.1", &[], "127.0.0.1");
    }
}
