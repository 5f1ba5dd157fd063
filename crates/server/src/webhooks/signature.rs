//! Signatures of deliveries.
//!
//! `Hawkshaw-Signature: t=<Unix seconds>,v1=<hex>[,v1=<hex>]`: HMAC-SHA-256 (RFC 2104) over the
//! seconds as they stand there, a point, and the body, keyed with the whole text of the secret.
//! While a secret is being replaced there is one `v1` for each that is good.

use hawkshaw_model::Timestamp;
use hawkshaw_records::Secret;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The header of the signature.
pub const SIGNATURE: &str = "hawkshaw-signature";

/// The value of the header, with the secrets that are good at a time.
pub fn signature(secrets: &[Secret], now: Timestamp, body: &str) -> String {
    let mut text = format!("t={}", now.to_unix());
    for secret in secrets.iter().filter(|secret| secret.until.is_none_or(|until| now < until)) {
        // Of HMAC every length of key is one.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.text.as_bytes()) else { continue };
        mac.update(format!("{}.", now.to_unix()).as_bytes());
        mac.update(body.as_bytes());
        let digest = mac.finalize().into_bytes();
        text.push_str(",v1=");
        digest.iter().for_each(|byte| text.push_str(&format!("{byte:02x}")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::signature;
    use hawkshaw_model::Timestamp;
    use hawkshaw_records::Secret;

    fn secret(text: &str, until: Option<i64>) -> Secret {
        let until = until.map(|until| Timestamp::from_unix(until).unwrap());
        Secret { text: text.to_owned(), until }
    }

    /// Made with `printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac whsec_test`.
    #[test]
    fn it_is_what_other_programs_make() {
        let now = Timestamp::from_unix(1_700_000_000).unwrap();
        let made = signature(&[secret("whsec_test", None)], now, "{\"a\":1}");
        let digest = "38877139021993b830af32feea6e18a8da83eb2f6e49ee50bd9e4cf4ca4d3789";
        assert_eq!(made, format!("t=1700000000,v1={digest}"));
    }

    #[test]
    fn every_secret_that_is_good_signs() {
        let now = Timestamp::from_unix(1_700_000_000).unwrap();
        let secrets =
            [secret("a", None), secret("b", Some(1_700_000_001)), secret("c", Some(1_700_000_000))];
        let made = signature(&secrets, now, "x");
        assert_eq!(made.matches(",v1=").count(), 2);
        assert!(made.contains(&signature(&secrets[1..2], now, "x")[13..]));
    }
}
