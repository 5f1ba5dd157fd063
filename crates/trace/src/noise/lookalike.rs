//! Addresses that look alike: the same first and last digits.
//!
//! Wallets shorten addresses to their ends, and poisoners make addresses with the ends of one
//! that the victim deals with. Three leading and four trailing digits are what a cheap search
//! makes (28 bits); two honest addresses share them by chance once in 268 million pairs.

use hawkshaw_model::Address;

/// Digits compared in front,
const LEADING: usize = 3;
/// and behind.
const TRAILING: usize = 4;

/// The ends of an address as people see it; `None` where the chain has no one form of them.
pub(super) fn ends(address: &Address) -> Option<[u8; LEADING + TRAILING]> {
    match address {
        Address::Evm(bytes) => {
            let digit = |at: usize| {
                let byte = bytes[at / 2];
                if at.is_multiple_of(2) { byte >> 4 } else { byte & 15 }
            };
            let digits = 2 * bytes.len();
            Some(std::array::from_fn(|at| {
                digit(if at < LEADING { at } else { digits - (LEADING + TRAILING) + at })
            }))
        }
        Address::Tron(_) => {
            // All of them begin with T.
            let text = address_text(address);
            let text = text.strip_prefix('T')?.as_bytes();
            let behind = text.len().checked_sub(LEADING + TRAILING)?;
            Some(std::array::from_fn(|at| text[if at < LEADING { at } else { behind + at }]))
        }
        _ => None,
    }
}

fn address_text(address: &Address) -> String {
    let account = hawkshaw_model::Account::new(hawkshaw_model::ChainId::tron(), address.clone());
    account.address_in_files()
}

#[cfg(test)]
mod tests {
    use hawkshaw_model::{Address, ChainId};

    use super::ends;

    fn of(text: &str) -> Option<[u8; 7]> {
        ends(&Address::parse(&ChainId::ethereum(), text).unwrap())
    }

    #[test]
    fn three_digits_in_front_and_four_behind() {
        let real = of("0xabc0000000000000000000000000000000001234");
        assert_eq!(real, Some([0xa, 0xb, 0xc, 1, 2, 3, 4]));
        assert_eq!(real, of("0xabcfffffffffffffffffffffffffffffffff1234"));
        assert_ne!(real, of("0xab00000000000000000000000000000000001234"));
        assert_ne!(real, of("0xabc0000000000000000000000000000000000234"));
    }

    #[test]
    fn letters_behind_the_t_of_tron() {
        let tron = "tron:0x2b6653dc".parse().unwrap();
        let address = Address::parse(&tron, "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t").unwrap();
        assert_eq!(ends(&address), Some(*b"R7NLj6t"));
        assert_eq!(ends(&Address::Script(Box::new([1, 2, 3]))), None);
    }
}
