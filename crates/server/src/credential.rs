//! The secret that comes with a request, in the ways in which clients send one.

use axum::http::{HeaderMap, HeaderName, header};

/// Headers that carry nothing but a secret: ours, and those of the surfaces of other vendors.
const HEADERS: [HeaderName; 2] =
    [HeaderName::from_static("x-api-key"), HeaderName::from_static("token")];

/// Bytes of a secret that are looked at.
const SECRET_MAX: usize = 512;

/// The secrets that a request shows: `Authorization: Bearer` or `ApiKey`, `X-API-Key`, `Token`, or password
/// and user of `Authorization: Basic` (RFC 7617). Of the last, clients fill one or both.
pub(crate) fn secrets(headers: &HeaderMap) -> Vec<String> {
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let mut found = match authorization.and_then(|text| text.split_once(' ')) {
        Some((scheme, secret))
            if scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("apikey") =>
        {
            vec![secret.trim().to_owned()]
        }
        Some((scheme, encoded)) if scheme.eq_ignore_ascii_case("basic") => basic(encoded.trim()),
        _ => Vec::new(),
    };
    for name in &HEADERS {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        found.extend(value.map(|text| text.trim().to_owned()));
    }
    found.retain(|secret| (1..=SECRET_MAX).contains(&secret.len()));
    found.dedup();
    found
}

fn basic(encoded: &str) -> Vec<String> {
    let decoded = decode(encoded).and_then(|bytes| String::from_utf8(bytes).ok());
    let Some(pair) = decoded else { return Vec::new() };
    let (user, password) = pair.split_once(':').unwrap_or((&pair, ""));
    vec![password.to_owned(), user.to_owned()]
}

/// Undoes base64 (RFC 4648 §4).
fn decode(text: &str) -> Option<Vec<u8>> {
    if text.len() > SECRET_MAX * 4 {
        return None;
    }
    let digits = text.trim_end_matches('=');
    let mut bytes = Vec::with_capacity(digits.len());
    let (mut held, mut bits) = (0_u32, 0);
    for digit in digits.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        held = (held << 6 | u32::from(value)) & 0xffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xff).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue};
    use proptest::prelude::proptest;

    use super::{decode, secrets};

    fn shown(name: &'static str, value: &str) -> Vec<String> {
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        secrets(&headers)
    }

    #[test]
    fn a_secret_comes_in_several_ways() {
        assert_eq!(shown("authorization", "Bearer hk_1"), ["hk_1"]);
        assert_eq!(shown("authorization", "bearer  hk_1"), ["hk_1"]);
        assert_eq!(shown("authorization", "ApiKey hk_1"), ["hk_1"]);
        assert_eq!(shown("x-api-key", "hk_1"), ["hk_1"]);
        assert_eq!(shown("token", "hk_1"), ["hk_1"]);
        // RFC 7617 §2 gives this example.
        let both = shown("authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert_eq!(both, ["open sesame", "Aladdin"]);
        assert_eq!(shown("authorization", "Basic aGtfMTo="), ["hk_1"]);
    }

    #[test]
    fn what_is_no_secret_is_none() {
        for value in ["", "Bearer", "Bearer ", "Basic !", "Digest hk_1", "hk_1"] {
            assert!(shown("authorization", value).is_empty(), "{value}");
        }
        assert!(shown("token", &"x".repeat(513)).is_empty());
    }

    #[test]
    fn the_examples_of_rfc_4648() {
        for (encoded, text) in [("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9vYmFy", "foobar")] {
            assert_eq!(decode(encoded).unwrap(), text.as_bytes());
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,80}") {
            let _ = decode(&text);
        }
    }
}
