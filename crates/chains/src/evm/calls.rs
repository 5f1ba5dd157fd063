//! The calls of one transaction, which are understood together: a failed call takes back what
//! the calls below it did, and the place of a call is its number in the tree.

use hawkshaw_model::TransferKind;

use super::event::event_of_call;

/// What a call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// It hands its value over and runs code in its own place.
    Call,
    /// It runs foreign code in the caller's place and moves nothing: `DELEGATECALL` shows the
    /// value of the call above it once more, `CALLCODE` pays the caller itself, `STATICCALL` has
    /// none (EIP-7, EIP-214, Yellow Paper appendix H).
    Borrow,
    /// It creates a contract and hands its value over to it.
    Create,
    /// It destroys the contract that runs and leaves what that holds to somebody (EIP-6780).
    Destroy,
}

/// A call of a transaction.
#[derive(Debug, Clone, Copy)]
pub struct Call<P> {
    /// Where in the tree.
    pub place: P,
    /// What it does.
    pub act: Act,
    /// Whether it failed.
    pub failed: bool,
    /// Who calls, or is destroyed.
    pub from: Option<[u8; 20]>,
    /// Who is called, created, or left the rest.
    pub to: Option<[u8; 20]>,
    /// Whether it has a value.
    pub has_value: bool,
}

/// Where a call stands in the tree of its transaction.
pub trait Place: Copy {
    /// Whether this call stands somewhere below another one before it.
    fn is_below(self, other: Self) -> bool;

    /// Whether this is the call at the root.
    fn is_root(self) -> bool;
}

impl Place for &[u32] {
    fn is_below(self, other: Self) -> bool {
        self.starts_with(other)
    }

    fn is_root(self) -> bool {
        self.is_empty()
    }
}

/// How deep a call stands, where all calls of the tree come depth first.
impl Place for usize {
    fn is_below(self, other: Self) -> bool {
        self > other
    }

    fn is_root(self) -> bool {
        self == 0
    }
}

/// A movement of the native asset by a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallMove {
    /// Where in its transaction.
    pub event: u32,
    /// How it moved.
    pub kind: TransferKind,
    /// Who paid.
    pub from: [u8; 20],
    /// Who was paid; `None` for nobody.
    pub to: Option<[u8; 20]>,
}

/// What a call comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It moves nothing.
    Nothing,
    /// It failed or stands inside a call that failed: what it moved was moved back.
    Undone,
    /// It moves its value.
    Moves(CallMove),
    /// It moves value, and who pays is not said.
    NoPayer,
    /// It moves value, and who is paid is not said.
    NoPayee,
    /// There are more calls than a transaction can have.
    TooMany,
}

/// A walk over the calls of one transaction, depth first from the root.
///
/// Calls are numbered in that order, failed ones too. Two kinds of calls have no number, because
/// some nodes list them and others do not: calls of precompiled contracts without value below
/// the root, and calls that never ran.
#[derive(Debug)]
pub struct Walk<P> {
    number: u32,
    failed: Option<P>,
    created: Vec<[u8; 20]>,
    burns_what_it_keeps: bool,
}

impl<P: Place> Walk<P> {
    /// Begins a transaction. `burns_what_it_keeps` is what
    /// [`Facts`](super::Facts::burns_what_it_keeps) says of the block.
    pub fn new(burns_what_it_keeps: bool) -> Self {
        Self { number: 0, failed: None, created: Vec::new(), burns_what_it_keeps }
    }

    /// What the next call comes to. `error` is what the node says of a call that failed, where
    /// it says something.
    pub fn next(&mut self, call: &Call<P>, error: Option<&str>) -> Effect {
        if error.is_some_and(never_ran) || is_idle(call) {
            return Effect::Nothing;
        }
        let number = self.number;
        self.number = number.saturating_add(1);
        if !self.failed.is_some_and(|above| call.place.is_below(above)) {
            self.failed = call.failed.then_some(call.place);
        }
        let moves = call.act != Act::Borrow && call.has_value;
        match (self.failed.is_some(), moves) {
            (true, true) => Effect::Undone,
            (true, false) => Effect::Nothing,
            (false, _) => {
                self.created.extend(call.to.filter(|_| call.act == Act::Create));
                if moves { self.moved(call, number) } else { Effect::Nothing }
            }
        }
    }

    fn moved(&self, call: &Call<P>, number: u32) -> Effect {
        let Some(event) = event_of_call(number) else { return Effect::TooMany };
        let Some(from) = call.from else { return Effect::NoPayer };
        if call.to.is_none() {
            return Effect::NoPayee;
        }
        // Whoever destroys itself in favour of itself keeps what it holds, except where it was
        // created in the same transaction, or by the rules before Cancun: then it is gone.
        let is_gone = call.act == Act::Destroy
            && call.to == Some(from)
            && (self.burns_what_it_keeps || self.created.contains(&from));
        let (kind, to) = match (is_gone, number) {
            (true, _) => (TransferKind::Burn, None),
            (false, 0) => (TransferKind::Native, call.to),
            (false, _) => (TransferKind::Internal, call.to),
        };
        Effect::Moves(CallMove { event, kind, from, to })
    }
}

/// Whether a call is one of a precompiled contract that moves nothing. OpenEthereum and Erigon
/// do not list these, go-ethereum does.
///
/// Sources: `call_builtin` of OpenEthereum's `executive.rs`; Yellow Paper appendix E, EIP-2537,
/// EIP-4844 and EIP-7951 for the addresses, which other chains share.
fn is_idle<P: Place>(call: &Call<P>) -> bool {
    let is_precompile = |to: [u8; 20]| {
        let (front, number) = to.split_at(18);
        front == [0; 18] && matches!(number, [0, 0x01..=0x11] | [1, 0])
    };
    let is_idle = match call.act {
        Act::Borrow => true,
        Act::Call => !call.has_value,
        Act::Create | Act::Destroy => false,
    };
    is_idle && !call.place.is_root() && call.to.is_some_and(is_precompile)
}

/// Whether an error says that a call was refused before it began. Some nodes do not list these.
///
/// Source: `ErrDepth` and `ErrInsufficientBalance` of go-ethereum's `core/vm/errors.go`, which
/// reth words alike.
fn never_ran(error: &str) -> bool {
    let is = |words: &str| error.eq_ignore_ascii_case(words);
    is("max call depth exceeded") || is("insufficient balance for transfer")
}

impl Act {
    /// What a call of a type does, as OpenEthereum and its followers name it in `callType`.
    pub fn of_call_type(name: &[u8]) -> Option<Self> {
        match name {
            b"call" | b"none" | b"" => Some(Self::Call),
            b"delegatecall" | b"delegate_call" | b"staticcall" | b"static_call" | b"callcode"
            | b"call_code" | b"authcall" => Some(Self::Borrow),
            _ => None,
        }
    }

    /// What a call of a type does, as go-ethereum's `callTracer` names it by its instruction.
    pub(super) fn of_instruction(name: &str) -> Option<Self> {
        match name {
            "CALL" => Some(Self::Call),
            "DELEGATECALL" | "STATICCALL" | "CALLCODE" => Some(Self::Borrow),
            "CREATE" | "CREATE2" => Some(Self::Create),
            "SELFDESTRUCT" | "SUICIDE" => Some(Self::Destroy),
            _ => None,
        }
    }
}
