//! Bytecode of the EVM from its mnemonics, so that contracts for tests can be read.
//!
//! A text is words and numbers: `CALLVALUE`, `0x1f` (pushed in as few bytes as it needs),
//! `:label` (a `JUMPDEST`), `@label` (its place, pushed in two bytes). What stands behind `;` in
//! a line is for people.

use std::collections::HashMap;

/// Opcodes by their names.
/// Source: Yellow Paper, appendix H.2; EIP-3855 for `PUSH0`.
const OPCODES: &[(&str, u8)] = &[
    ("STOP", 0x00),
    ("ADD", 0x01),
    ("SUB", 0x03),
    ("LT", 0x10),
    ("EQ", 0x14),
    ("ISZERO", 0x15),
    ("OR", 0x17),
    ("SHL", 0x1b),
    ("SHR", 0x1c),
    ("ADDRESS", 0x30),
    ("CALLER", 0x33),
    ("CALLVALUE", 0x34),
    ("CALLDATALOAD", 0x35),
    ("CALLDATASIZE", 0x36),
    ("CALLDATACOPY", 0x37),
    ("CODECOPY", 0x39),
    ("SELFBALANCE", 0x47),
    ("POP", 0x50),
    ("MSTORE", 0x52),
    ("SLOAD", 0x54),
    ("SSTORE", 0x55),
    ("JUMP", 0x56),
    ("JUMPI", 0x57),
    ("GAS", 0x5a),
    ("DUP1", 0x80),
    ("DUP2", 0x81),
    ("DUP3", 0x82),
    ("SWAP1", 0x90),
    ("LOG1", 0xa1),
    ("LOG2", 0xa2),
    ("LOG3", 0xa3),
    ("LOG4", 0xa4),
    ("CREATE", 0xf0),
    ("CALL", 0xf1),
    ("RETURN", 0xf3),
    ("DELEGATECALL", 0xf4),
    ("STATICCALL", 0xfa),
    ("REVERT", 0xfd),
    ("SELFDESTRUCT", 0xff),
];

/// The bytecode of a text.
pub(crate) fn assemble(text: &str) -> Vec<u8> {
    let words: Vec<&str> = text
        .lines()
        .flat_map(|line| line.split(';').next().unwrap_or_default().split_whitespace())
        .collect();
    let mut code = Vec::new();
    let (mut places, mut wanted) = (HashMap::new(), Vec::new());
    for word in words {
        if let Some(label) = word.strip_prefix(':') {
            places.insert(label, code.len());
            code.push(0x5b);
        } else if let Some(label) = word.strip_prefix('@') {
            wanted.push((code.len() + 1, label));
            code.extend([0x61, 0, 0]);
        } else if let Some(digits) = word.strip_prefix("0x") {
            push(&mut code, digits);
        } else {
            let known = OPCODES.iter().find(|(name, _)| *name == word);
            code.push(known.unwrap_or_else(|| panic!("no opcode {word}")).1);
        }
    }
    for (at, label) in wanted {
        let place = u16::try_from(places[label]).unwrap();
        code[at..at + 2].copy_from_slice(&place.to_be_bytes());
    }
    code
}

/// Pushes a number.
fn push(code: &mut Vec<u8>, digits: &str) {
    let digits = digits.trim_start_matches('0');
    let even = if digits.len() % 2 == 1 { format!("0{digits}") } else { digits.to_owned() };
    let bytes = alloy_primitives::hex::decode(even).unwrap();
    // PUSH0 is 0x5f, PUSH1 0x60 and so on.
    code.push(0x5f + u8::try_from(bytes.len()).unwrap());
    code.extend(bytes);
}

/// The code that puts a contract there: it returns the rest of itself.
pub(crate) fn deployment(runtime: &[u8]) -> Vec<u8> {
    // PUSH2 size, DUP1, PUSH1 10, PUSH0, CODECOPY, PUSH0, RETURN: ten bytes.
    let size = u16::try_from(runtime.len()).unwrap().to_be_bytes();
    let mut code = vec![0x61, size[0], size[1], 0x80, 0x60, 10, 0x5f, 0x39, 0x5f, 0xf3];
    code.extend_from_slice(runtime);
    code
}
