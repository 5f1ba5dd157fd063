//! Secrets of keys, and what is kept of them.
//!
//! A secret is 256 random bits, so nobody can find it by trying, and a slow hash, which protects
//! what people think up, would protect nothing here and cost every request milliseconds. BLAKE3
//! keyed with a salt makes digests of equal secrets differ and fits no table made beforehand.

use subtle::ConstantTimeEq as _;

use crate::error::RecordsError;

/// How many random bits a secret has.
pub const SECRET_BITS: usize = 256;

/// The digits of secrets and ids: small letters and figures without those that look alike.
const DIGITS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";

/// What is kept of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) salt: [u8; 32],
    pub(crate) digest: [u8; 32],
}

impl Kept {
    /// What is to be kept of a secret, with a new salt.
    pub(crate) fn of(secret: &str) -> Result<Self, RecordsError> {
        let salt = random()?;
        Ok(Self { salt, digest: digest(&salt, secret) })
    }

    /// Whether this is the secret; takes as long for every text of a length.
    pub(crate) fn is(&self, secret: &str) -> bool {
        digest(&self.salt, secret).ct_eq(&self.digest).into()
    }
}

fn digest(salt: &[u8; 32], secret: &str) -> [u8; 32] {
    *blake3::keyed_hash(salt, secret.as_bytes()).as_bytes()
}

/// Random bytes of the operating system.
fn random() -> Result<[u8; 32], RecordsError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| {
        RecordsError::Database(format!("the operating system gives no random bytes: {error}"))
    })?;
    Ok(bytes)
}

/// A new secret: 52 digits of 5 bits, the last of which carries one bit.
pub(crate) fn new_secret() -> Result<String, RecordsError> {
    Ok(digits(&random()?))
}

/// A new id: 12 digits, 60 bits.
pub(crate) fn new_id() -> Result<String, RecordsError> {
    Ok(digits(&random()?).chars().take(12).collect())
}

fn digits(bytes: &[u8; 32]) -> String {
    let bit = |at: usize| bytes.get(at / 8).is_some_and(|byte| byte >> (7 - at % 8) & 1 == 1);
    let digit = |start: usize| {
        let value = (start..start + 5).fold(0usize, |value, at| value * 2 + usize::from(bit(at)));
        char::from(DIGITS[value % DIGITS.len()])
    };
    (0..SECRET_BITS).step_by(5).map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::{DIGITS, Kept, digits, new_id, new_secret};
    use proptest::prelude::{any, prop_assert_eq, proptest};
    use std::collections::BTreeSet;

    #[test]
    fn secrets_differ_and_only_theirs_is_right() {
        let (a, b) = (new_secret().unwrap(), new_secret().unwrap());
        assert_eq!((a.len(), new_id().unwrap().len()), (52, 12));
        let kept = Kept::of(&a).unwrap();
        assert!(kept.is(&a) && !kept.is(&b) && !kept.is("") && !kept.is(&a[..51]));
        assert_ne!(kept, Kept::of(&a).unwrap(), "the salt makes equal secrets differ");
        assert_eq!(DIGITS.iter().collect::<BTreeSet<_>>().len(), 32);
    }

    proptest! {
        /// No bit is lost on the way into digits.
        #[test]
        fn digits_hold_every_bit(bytes in any::<[u8; 32]>()) {
            let mut back = [0u8; 32];
            for (place, digit) in digits(&bytes).bytes().enumerate() {
                let value = DIGITS.iter().position(|known| *known == digit).unwrap();
                for bit in 0..5 {
                    let at = place * 5 + bit;
                    if at < 256 && value >> (4 - bit) & 1 == 1 {
                        back[at / 8] |= 1 << (7 - at % 8);
                    }
                }
            }
            prop_assert_eq!(back, bytes);
        }
    }
}
