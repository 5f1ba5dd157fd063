//! Contracts for tests, as small as they can be and still do what real ones do.

use crate::asm::assemble;

/// Begins a token: which function is called. Selectors are those of ERC-20.
const DISPATCH: &str = "
    0x0 CALLDATALOAD 0xe0 SHR
    DUP1 0xa9059cbb EQ @transfer JUMPI      ; transfer(address,uint256)
    DUP1 0x40c10f19 EQ @mint JUMPI          ; mint(address,uint256)
    DUP1 0x42966c68 EQ @burn JUMPI          ; burn(uint256)
    0x70a08231 EQ @balance JUMPI            ; balanceOf(address)
    :fail 0x0 0x0 REVERT
    :balance 0x4 CALLDATALOAD SLOAD 0x0 MSTORE 0x20 0x0 RETURN
";

/// keccak256 of `Transfer(address,address,uint256)`.
const TRANSFER: &str = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";
/// keccak256 of `TransferBatch(address,address,address,uint256[],uint256[])`.
const TRANSFER_BATCH: &str = "0x4a39dc06d4c0dbc64b70af90fd698a233a518aa5d07e595d983b8c0526c8f7fb";
/// keccak256 of `Deposit(address,uint256)`.
const DEPOSIT: &str = "0xe1fffcc4923d04b559f4d29a8bfc6cda04eb5b0d3c460751c2402c5c5cc9109c";
/// keccak256 of `Withdrawal(address,uint256)`.
const WITHDRAWAL: &str = "0x7fcf532c15f0a6db0bd6d0e038bea71d30d808c7d98cb3bf7268a95bf5081b65";

/// Takes the amount in calldata at a place from who calls, and reverts where that is too much.
fn take(at: &str) -> String {
    format!(
        "{at} CALLDATALOAD CALLER SLOAD         ; balance amount
         DUP2 DUP2 LT @fail JUMPI
         SUB CALLER SSTORE"
    )
}

/// Gives the second argument to the first.
const GIVE: &str = "
    0x24 CALLDATALOAD 0x4 CALLDATALOAD SLOAD ADD 0x4 CALLDATALOAD SSTORE
";

/// How a token logs its transfers, and what it returns.
#[derive(Clone, Copy)]
pub(crate) enum Style {
    /// As ERC-20 says.
    Standard,
    /// Sender and receiver are not indexed: they stand in the data.
    Unindexed,
    /// As ERC-20 says, but `transfer` returns nothing, as Tether's does.
    Silent,
}

/// A log of a transfer: who paid, who was paid, where in calldata the amount stands.
fn log(style: Style, from: &str, to: &str, amount: &str) -> String {
    match style {
        Style::Standard | Style::Silent => format!(
            "{amount} CALLDATALOAD 0x0 MSTORE
             {to} {from} {TRANSFER} 0x20 0x0 LOG3"
        ),
        Style::Unindexed => format!(
            "{from} 0x0 MSTORE {to} 0x20 MSTORE {amount} CALLDATALOAD 0x40 MSTORE
             {TRANSFER} 0x60 0x0 LOG1"
        ),
    }
}

/// A token whose slots are the balances of addresses.
pub(crate) fn token(style: Style) -> Vec<u8> {
    let end = match style {
        Style::Silent => "STOP",
        Style::Standard | Style::Unindexed => "0x1 0x0 MSTORE 0x20 0x0 RETURN",
    };
    let to = "0x4 CALLDATALOAD";
    let transfer = format!("{} {GIVE} {} {end}", take("0x24"), log(style, "CALLER", to, "0x24"));
    let mint = format!("{GIVE} {} STOP", log(style, "0x0", to, "0x24"));
    let burn = format!("{} {} STOP", take("0x4"), log(style, "CALLER", "0x0", "0x4"));
    assemble(&format!("{DISPATCH} :transfer {transfer} :mint {mint} :burn {burn}"))
}

/// Tokens of ERC-721 whose slots are the owners of numbers: `mint(address,uint256)`,
/// `transferFrom(address,address,uint256)`, `ownerOf(uint256)`.
pub(crate) fn collectible() -> Vec<u8> {
    assemble(&format!(
        "0x0 CALLDATALOAD 0xe0 SHR
         DUP1 0x40c10f19 EQ @mint JUMPI
         DUP1 0x23b872dd EQ @move JUMPI
         0x6352211e EQ @owner JUMPI
         0x0 0x0 REVERT
         :owner 0x4 CALLDATALOAD SLOAD 0x0 MSTORE 0x20 0x0 RETURN
         :mint
           0x4 CALLDATALOAD 0x24 CALLDATALOAD SSTORE
           0x24 CALLDATALOAD 0x4 CALLDATALOAD 0x0 {TRANSFER} 0x0 0x0 LOG4 STOP
         :move
           0x24 CALLDATALOAD 0x44 CALLDATALOAD SSTORE
           0x44 CALLDATALOAD 0x24 CALLDATALOAD 0x4 CALLDATALOAD {TRANSFER} 0x0 0x0 LOG4 STOP"
    ))
}

/// Tokens of ERC-1155. The slot of a balance is its owner and 2^160 times its number.
/// `mint(address)` makes 100 each of the numbers 1 and 2; `0x0000000b` with an address hands it 5
/// of number 1 and 7 of number 2; `balanceOf(address,uint256)`.
pub(crate) fn several() -> Vec<u8> {
    let slot = |owner: &str, number: u8| format!("{number:#x} 0xa0 SHL {owner} OR");
    let add = |owner: &str, number: u8, amount: u8| {
        let slot = slot(owner, number);
        format!("{amount:#x} {slot} SLOAD ADD {slot} SSTORE")
    };
    let sub = |owner: &str, number: u8, amount: u8| {
        let slot = slot(owner, number);
        format!("{amount:#x} {slot} SLOAD SUB {slot} SSTORE")
    };
    // Two lists of two: the numbers and the amounts.
    let log = |from: &str, first: u8, second: u8| {
        format!(
            "0x40 0x0 MSTORE 0xa0 0x20 MSTORE
             0x2 0x40 MSTORE 0x1 0x60 MSTORE 0x2 0x80 MSTORE
             0x2 0xa0 MSTORE {first:#x} 0xc0 MSTORE {second:#x} 0xe0 MSTORE
             0x4 CALLDATALOAD {from} CALLER {TRANSFER_BATCH} 0x100 0x0 LOG4 STOP"
        )
    };
    let to = "0x4 CALLDATALOAD";
    assemble(&format!(
        "0x0 CALLDATALOAD 0xe0 SHR
         DUP1 0x6a627842 EQ @mint JUMPI
         DUP1 0xb EQ @move JUMPI
         0x00fdd58e EQ @balance JUMPI
         0x0 0x0 REVERT
         :balance
           0x24 CALLDATALOAD 0xa0 SHL 0x4 CALLDATALOAD OR SLOAD 0x0 MSTORE 0x20 0x0 RETURN
         :mint {} {} {}
         :move {} {} {} {} {}",
        add(to, 1, 100),
        add(to, 2, 100),
        log("0x0", 100, 100),
        sub("CALLER", 1, 5),
        sub("CALLER", 2, 7),
        add(to, 1, 5),
        add(to, 2, 7),
        log("CALLER", 5, 7),
    ))
}

/// Ether as a token: `deposit()` and `withdraw(uint256)` beside what a token has.
pub(crate) fn wrapper() -> Vec<u8> {
    let to = "0x4 CALLDATALOAD";
    let transfer =
        format!("{} {GIVE} {} STOP", take("0x24"), log(Style::Silent, "CALLER", to, "0x24"));
    assemble(&format!(
        "0x0 CALLDATALOAD 0xe0 SHR
         DUP1 0xd0e30db0 EQ @deposit JUMPI
         DUP1 0x2e1a7d4d EQ @withdraw JUMPI
         {DISPATCH}
         :transfer {transfer}
         :mint :burn 0x0 0x0 REVERT
         :deposit
           CALLVALUE CALLER SLOAD ADD CALLER SSTORE
           CALLVALUE 0x0 MSTORE CALLER {DEPOSIT} 0x20 0x0 LOG2 STOP
         :withdraw
           {}
           0x4 CALLDATALOAD 0x0 MSTORE CALLER {WITHDRAWAL} 0x20 0x0 LOG2
           0x0 0x0 0x0 0x0 0x4 CALLDATALOAD CALLER GAS CALL POP STOP",
        take("0x4")
    ))
}

/// Pays half of what it gets to each of two addresses.
pub(crate) fn splitter() -> Vec<u8> {
    assemble(
        "0x0 0x0 0x0 0x0 0x1 CALLVALUE SWAP1 SHR 0x0 CALLDATALOAD GAS CALL POP
         0x0 0x0 0x0 0x0 0x1 CALLVALUE SWAP1 SHR 0x20 CALLDATALOAD GAS CALL POP STOP",
    )
}

/// Pays all to the first address, then takes everything back.
pub(crate) fn reverter() -> Vec<u8> {
    assemble("0x0 0x0 0x0 0x0 CALLVALUE 0x0 CALLDATALOAD GAS CALL POP 0x0 0x0 REVERT")
}

/// Lets a reverter (first address) pay half to the third address in vain, lets it be called once
/// more without value in its own place, then pays a quarter to the second address. The rest stays.
pub(crate) fn daredevil() -> Vec<u8> {
    assemble(
        "0x40 CALLDATALOAD 0x0 MSTORE
         0x0 0x0 0x20 0x0 0x1 CALLVALUE SWAP1 SHR 0x0 CALLDATALOAD GAS CALL POP
         0x0 0x0 0x20 0x0 0x0 CALLDATALOAD GAS DELEGATECALL POP
         0x0 0x0 0x0 0x0 0x2 CALLVALUE SWAP1 SHR 0x20 CALLDATALOAD GAS CALL POP STOP",
    )
}

/// Creates a contract by the code in calldata with half of what it gets, twice.
pub(crate) fn factory() -> Vec<u8> {
    assemble(
        "CALLDATASIZE 0x0 0x0 CALLDATACOPY
         CALLDATASIZE 0x0 0x1 CALLVALUE SWAP1 SHR CREATE POP
         CALLDATASIZE 0x0 0x1 CALLVALUE SWAP1 SHR CREATE POP STOP",
    )
}

/// Leaves all that it holds to the address in calldata; without calldata it keeps what it gets.
pub(crate) fn bomb() -> Vec<u8> {
    assemble("CALLDATASIZE @go JUMPI STOP :go 0x0 CALLDATALOAD SELFDESTRUCT")
}

/// Code of a creation that leaves the value to an address at once.
pub(crate) fn flash(heir: &str) -> Vec<u8> {
    assemble(&format!("{heir} SELFDESTRUCT"))
}
