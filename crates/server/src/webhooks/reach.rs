//! Which places a delivery may go to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;
use url::{Host, Url};

/// Bytes that the URL of a receiver may have.
const URL_MAX: usize = 2048;

/// Ends of names that nobody on the internet has: RFC 6761 (localhost, test, invalid), RFC 6762
/// (local and those of its appendix G), RFC 7686, RFC 8375, RFC 9476, and `internal`, which ICANN
/// keeps for private use. Names of one part are searched in the networks of the machine.
const NEVER_PUBLIC: [&str; 14] = [
    "localhost",
    "local",
    "localdomain",
    "internal",
    "intranet",
    "private",
    "corp",
    "home",
    "lan",
    "home.arpa",
    "test",
    "invalid",
    "onion",
    "alt",
];

/// Which places a delivery may go to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reach {
    /// Also to addresses that are not public: those of this machine, of its network, and of what
    /// gives machines in a cloud their secrets (169.254.169.254).
    pub private: bool,
    /// Also over HTTP without TLS.
    pub plain: bool,
}

/// Why a delivery may not go somewhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReachError {
    /// The text is no URL that is delivered to.
    #[error("{0}")]
    Url(String),
    /// The name belongs to nobody on the internet.
    #[error("`{0}` is the name of no public address: deliveries go to public addresses alone")]
    Name(String),
    /// The address is not public.
    #[error("{0} is no public address: deliveries go to public addresses alone")]
    Address(IpAddr),
}

impl Reach {
    /// Whether a URL may be delivered to, as far as can be said without resolving its name.
    ///
    /// # Errors
    ///
    /// When it may not.
    pub fn check(self, text: &str) -> Result<Url, ReachError> {
        let refuse = |why: &str| Err(ReachError::Url(why.to_owned()));
        if text.len() > URL_MAX {
            return refuse("the URL is longer than 2048 bytes");
        }
        let Ok(url) = Url::parse(text) else {
            return refuse("the receiver is no URL such as https://example.org/hook");
        };
        // Browsers' rules read `https:///x` and `https:x` as the host x: who wrote that meant
        // something else.
        let host = text.split_once("://").map_or("", |(_, rest)| rest);
        if host.is_empty() || host.starts_with(['/', '\\']) {
            return refuse("the URL names no host behind `://`");
        }
        match url.scheme() {
            "https" => {}
            "http" if self.plain => {}
            "http" => return refuse("deliveries go over https alone"),
            _ => return refuse("deliveries go over http or https"),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("a URL with user or password is not delivered to");
        }
        if url.fragment().is_some() {
            return refuse("a URL with a fragment is not delivered to");
        }
        match url.host() {
            Some(Host::Ipv4(address)) => self.check_address(address.into())?,
            Some(Host::Ipv6(address)) => self.check_address(address.into())?,
            Some(Host::Domain(name)) if !name.is_empty() => self.check_name(name)?,
            _ => return refuse("the URL names no host"),
        }
        Ok(url)
    }

    /// Whether a name can be one of the internet at all.
    fn check_name(self, name: &str) -> Result<(), ReachError> {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let is_under = |end: &str| name.strip_suffix(end).is_some_and(|rest| rest.ends_with('.'));
        if self.private || (name.contains('.') && !NEVER_PUBLIC.iter().any(|end| is_under(end))) {
            return Ok(());
        }
        Err(ReachError::Name(name))
    }

    /// Whether an address may be connected to.
    ///
    /// # Errors
    ///
    /// When it may not.
    pub fn check_address(self, address: IpAddr) -> Result<(), ReachError> {
        if self.private || is_public(address) {
            return Ok(());
        }
        Err(ReachError::Address(address))
    }
}

/// Whether an address belongs to somebody on the internet, and to nobody nearer. The registries:
/// IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890), RFC 6598 for shared
/// addresses of providers.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let bits = u32::from(address);
    // Network and length of its prefix.
    const REFUSED: [(u32, u32); 16] = [
        (0x0000_0000, 8),  // this network
        (0x0a00_0000, 8),  // private
        (0x6440_0000, 10), // shared by clients of a provider
        (0x7f00_0000, 8),  // this machine
        (0xa9fe_0000, 16), // link-local
        (0xac10_0000, 12), // private
        (0xc000_0000, 24), // protocol assignments
        (0xc000_0200, 24), // documentation
        (0xc01f_c400, 24), // AS112
        (0xc034_c100, 24), // AMT
        (0xc058_6300, 24), // 6to4 relays, withdrawn
        (0xc0a8_0000, 16), // private
        (0xc612_0000, 15), // benchmarks
        (0xc633_6400, 24), // documentation
        (0xcb00_7100, 24), // documentation
        (0xe000_0000, 3),  // multicast, reserved, broadcast
    ];
    !REFUSED.iter().any(|(network, length)| bits >> (32 - length) == network >> (32 - length))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    // `::ffff:a.b.c.d` is the IPv4 address to the operating system.
    if let Some(mapped) = address.to_ipv4_mapped() {
        return is_public_v4(mapped);
    }
    let bits = u128::from(address);
    // All that is given out to anybody is in 2000::/3 (RFC 4291 §2.4): this machine, link-local,
    // unique local, multicast and NAT64 (64:ff9b::) are not.
    if bits >> 125 != 1 {
        return false;
    }
    const REFUSED: [(u128, u32); 4] = [
        (0x2001_0000 << 96, 23), // protocol assignments, Teredo, ORCHID
        (0x2001_0db8 << 96, 32), // documentation
        (0x2002_0000 << 96, 16), // 6to4: leads to an IPv4 address
        (0x3fff_0000 << 96, 20), // documentation
    ];
    !REFUSED.iter().any(|(network, length)| bits >> (128 - length) == network >> (128 - length))
}

/// Resolves names, and gives only addresses that may be connected to: to exactly these the
/// connection is made, so that a name that means something else a moment later changes nothing.
#[derive(Debug)]
pub(super) struct CheckedResolver {
    reach: Reach,
    resolver: DefaultResolver,
}

impl CheckedResolver {
    pub(super) fn new(reach: Reach) -> Self {
        Self { reach, resolver: DefaultResolver::default() }
    }
}

impl Resolver for CheckedResolver {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let resolved = self.resolver.resolve(uri, config, timeout)?;
        // One address that is refused makes the whole name suspect.
        for address in resolved.iter() {
            let checked = self.reach.check_address(address.ip());
            checked.map_err(|error| ureq::Error::Other(Box::new(error)))?;
        }
        Ok(resolved)
    }
}

#[cfg(test)]
mod tests {
    use super::{Reach, ReachError, is_public};
    use proptest::prelude::{any, prop_assert, proptest};
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

    #[test]
    fn only_public_addresses_are() {
        for private in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.255",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.7",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:a9fe:a9fe",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.1",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.1",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "::ffff:8.8.8.8",
            "2606:4700::1111",
            "2001:4860:4860::8888",
            "2003::1",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn urls_that_reach_inward_in_any_notation_are_refused() {
        let reach = Reach::default();
        for url in [
            "",
            "x",
            "ftp://example.org/",
            "file:///etc/passwd",
            "http://example.org/",
            "https://user@example.org/",
            "https://:secret@example.org/",
            "https://example.org/#x",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://10.0.0.1:8443/x",
            "https://169.254.169.254/latest/meta-data/",
            "https://0/",
            "https:///x",
            "https://127。0。0。1/",
            "javascript:alert(1)",
            "https://localhost/",
            "https://LOCALHOST:8443/",
            "https://localhost./",
            "https://foo.localhost/",
            "https://foo.internal/",
            "https://metadata.google.internal./computeMetadata/v1/",
            "https://printer.local/",
            "https://router.home.arpa/",
            "https://intranet/",
            "https://kubernetes.default.svc.cluster.local/",
            "https://nowhere.invalid/",
            "https://a.test/",
        ] {
            assert!(reach.check(url).is_err(), "{url}");
        }
        assert!(reach.check(&format!("https://example.org/{}", "x".repeat(3000))).is_err());
        reach.check("https://example.org:8443/hook?x=1").unwrap();
        for url in
            ["https://internal.example.org/", "https://local.net/", "https://xlocalhost.com/"]
        {
            reach.check(url).unwrap();
        }
        let all = Reach { private: true, plain: true };
        all.check("http://127.0.0.1:1/").unwrap();
        all.check("http://receiver.internal/").unwrap();
        all.check("http://receiver/").unwrap();
        let refused = reach.check("https://10.1.2.3/").unwrap_err();
        assert_eq!(refused, ReachError::Address("10.1.2.3".parse().unwrap()));
    }

    proptest! {
        /// The standard library knows some of the ranges too, and they agree.
        #[test]
        fn what_the_library_calls_private_is_not_public(bits in any::<u32>()) {
            let address = Ipv4Addr::from(bits);
            let is_inner = address.is_private() || address.is_loopback() || address.is_link_local()
                || address.is_broadcast() || address.is_documentation() || address.is_multicast()
                || address.is_unspecified();
            prop_assert!(!(is_inner && is_public(IpAddr::V4(address))));
            let mapped = IpAddr::V6(address.to_ipv6_mapped());
            prop_assert!(is_public(mapped) == is_public(IpAddr::V4(address)));
        }

        #[test]
        fn what_the_library_calls_local_is_not_public(bits in any::<u128>()) {
            let address = Ipv6Addr::from(bits);
            let is_inner = address.is_loopback() || address.is_multicast()
                || address.is_unique_local() || address.is_unicast_link_local();
            prop_assert!(!(is_inner && is_public(IpAddr::V6(address))));
        }

        #[test]
        fn no_url_makes_it_panic(text in "(https?://)?\\PC{0,60}") {
            let _ = Reach::default().check(&text);
        }
    }
}
