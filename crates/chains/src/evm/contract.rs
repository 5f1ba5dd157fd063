//! Where a contract is put.

use alloy_primitives::keccak256;

/// The address of the contract that a sender creates with a nonce: the end of the hash of both
/// in RLP.
///
/// Source: Ethereum's Yellow Paper, section 7.
pub fn created_by(sender: [u8; 20], nonce: u64) -> [u8; 20] {
    let bytes = nonce.to_be_bytes();
    let digits = &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..];
    let mut rlp = vec![0x94];
    rlp.extend_from_slice(&sender);
    match digits {
        [] => rlp.push(0x80),
        [digit] if *digit < 0x80 => rlp.push(*digit),
        // At most eight bytes.
        _ => {
            rlp.push(0x80 | u8::try_from(digits.len()).unwrap_or(0));
            rlp.extend_from_slice(digits);
        }
    }
    // At most 30 bytes.
    rlp.insert(0, 0xc0 | u8::try_from(rlp.len()).unwrap_or(0));
    let mut address = [0; 20];
    address.copy_from_slice(&keccak256(&rlp)[12..]);
    address
}

#[cfg(test)]
mod tests {
    use super::created_by;
    use alloy_primitives::hex;

    /// The contracts that 0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0 creates, from the comments
    /// of go-ethereum's test of the same.
    #[test]
    fn sender_and_nonce_determine_the_contract() {
        let sender = hex!("6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0");
        for (nonce, contract) in [
            (0, "cd234a471b72ba2f1ccf0a70fcaba648a5eecd8d"),
            (1, "343c43a37d37dff08ae8c4a11544c718abb4fcf8"),
            (2, "f778b86fa74e846c4f0a1fbd1335fe81c00a0c91"),
            (3, "fffd933a0bc612844eaf0c6fe3e5b8e9b6c1d19c"),
        ] {
            assert_eq!(hex::encode(created_by(sender, nonce)), contract);
        }
        assert_ne!(created_by(sender, 0x80), created_by(sender, 0x8000));
    }
}
