//! Who may ask a service that asks for no key: whoever is on this machine, and no web page.
//!
//! A page of anybody's that is open in a browser here can send requests to loopback, and, where
//! its own name is made to mean loopback, also read what is answered (DNS rebinding). So a request
//! without a key has to name the service by an address of its own, and to come from no other
//! origin (RFC 6454).

use axum::http::{HeaderMap, header};

/// Whether a request without a key may come from where it says that it comes from.
pub(crate) fn is_own(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    // Without `Host` it is no request of a browser.
    let host = text(header::HOST).unwrap_or("localhost");
    if !is_address(host) {
        return false;
    }
    if !headers.contains_key(header::ORIGIN) {
        return true;
    }
    let origin = text(header::ORIGIN).and_then(|origin| origin.split_once("://"));
    origin.is_some_and(|(_, origin)| origin.eq_ignore_ascii_case(host))
}

/// Whether a host is an address or `localhost`: names of others can be made to mean anything.
fn is_address(host: &str) -> bool {
    if host.parse::<std::net::SocketAddr>().is_ok() || host.parse::<std::net::IpAddr>().is_ok() {
        return true;
    }
    let (name, port) = host.rsplit_once(':').unwrap_or((host, "0"));
    let name = name.trim_end_matches('.');
    let is_v6 = host.starts_with('[')
        && host.trim_matches(['[', ']']).parse::<std::net::Ipv6Addr>().is_ok();
    is_v6 || (name.eq_ignore_ascii_case("localhost") && port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

    use super::is_own;

    fn headers(all: &[(HeaderName, &str)]) -> HeaderMap {
        let value = |text: &str| HeaderValue::from_str(text).unwrap();
        all.iter().map(|(name, text)| (name.clone(), value(text))).collect()
    }

    #[test]
    fn pages_of_others_are_not_the_machine() {
        for host in ["127.0.0.1:8480", "localhost:8480", "LOCALHOST", "[::1]:8480", "[::1]"] {
            assert!(is_own(&headers(&[(header::HOST, host)])), "{host}");
            let own = format!("http://{host}");
            assert!(is_own(&headers(&[(header::HOST, host), (header::ORIGIN, &own)])));
            for origin in ["http://evil.example", "null", "http://127.0.0.1:1", ""] {
                let both = headers(&[(header::HOST, host), (header::ORIGIN, origin)]);
                assert!(!is_own(&both), "{host} {origin}");
            }
        }
        for host in
            ["evil.example", "evil.example:8480", "localhost.evil.example", "127.0.0.1.x", ""]
        {
            assert!(!is_own(&headers(&[(header::HOST, host)])), "{host}");
        }
        assert!(is_own(&HeaderMap::new()));
    }
}
