//! Where following stops because several people made a transaction together.
//!
//! Who owns which output of a CoinJoin cannot be told from the ledger, so that following stops
//! there: whatever a policy says of its outputs would be a guess. That coins of somebody else are
//! among the inputs is what hides: a transaction of the same shape all inputs of which the case
//! follows already hides nothing, and following goes on, or anybody could end a trail by paying
//! himself. `docs/rules.md` has the rules and what they do not see.

use hawkshaw_model::{Amount, Mix, TerminalKind, TxIx, UtxoTx};

use crate::program::Place;
use crate::replay::Replay;
use crate::replay::book::{Halt, TerminalKey};
use crate::units::Units;

/// Findings about transactions that mix; beyond, they are counted.
const FINDINGS_MAX: u64 = 1_000;

/// Sets of equal outputs that a finding lists.
const SETS_MAX: usize = 5;

/// What is kept from one transaction with outputs to the next.
#[derive(Debug)]
pub(super) struct Joining {
    /// The transaction at hand; kept for its memory.
    pub(super) tx: UtxoTx,
    /// Where fees in an asset end, looked up last.
    pub(super) fees: Option<(u32, Place)>,
    /// Transactions that mix, or prepare to.
    mixes: u64,
}

impl Default for Joining {
    fn default() -> Self {
        let tx = UtxoTx { tx: TxIx(0), inputs: Vec::new(), outputs: Vec::new() };
        Self { tx, fees: None, mixes: 0 }
    }
}

/// What a transaction spends of what the case follows.
#[derive(Debug, Default)]
pub(super) struct Followed<U> {
    /// How many of its inputs.
    pub(super) inputs: usize,
    /// How much.
    pub(super) value: U,
    /// How much it spends in all.
    pub(super) total: U,
    /// Whether an account of a source spends anything.
    pub(super) has_own: bool,
}

impl<U: Units> Replay<'_, U> {
    /// Where all taint ends that a transaction spends, if it mixes.
    pub(super) fn mixed(
        &mut self,
        tx: &UtxoTx,
        asset: u32,
        followed: &Followed<U>,
    ) -> Result<Option<Place>, Halt> {
        let Some(mix) = (self.scene.mix)(tx)? else { return Ok(None) };
        let shape = format!(
            "by its shape (rule {}, confidence {}.{:03})",
            mix.rule,
            mix.confidence / 1_000,
            mix.confidence % 1_000
        );
        let name = mix.class.name();
        if !mix.class.is_mix() {
            let text = format!(
                "a {name} {shape}: it cuts coins to the size of a pool, and what it makes is \
                 likely to be mixed next. It mixes nothing and is followed"
            );
            self.note_mix("coinjoin-tx0", text)?;
            return Ok(None);
        }
        if followed.value == followed.total {
            let text = format!(
                "a {name} CoinJoin {shape}, of which every input is followed by the case: no \
                 coins of anybody else are in it, so that it hides nothing. It is followed as \
                 any transaction"
            );
            self.note_mix("coinjoin-of-one", text)?;
            return Ok(None);
        }
        let text = format!(
            "a {name} CoinJoin {shape}: {} of {} inputs, with {} of {}, are followed by the case. \
             Following stops here, which is an inference: whose its outputs are cannot be told \
             from the ledger. {}",
            followed.inputs,
            tx.inputs.len(),
            self.shown(followed.value, asset),
            self.shown(followed.total, asset),
            linkability(tx, &mix, |amount| self.shown(amount, asset))
        );
        self.note_mix("coinjoin", text)?;
        let actor = Some(format!("{name} CoinJoin"));
        let kind = TerminalKind::Mixer;
        let key = TerminalKey { kind, actor, account: None, output: None, asset };
        Ok(Some(self.book.terminal(key)))
    }

    fn note_mix(&mut self, rule: &'static str, text: String) -> Result<(), Halt> {
        self.joining.mixes += 1;
        if self.joining.mixes <= FINDINGS_MAX {
            self.find(rule, None, text)?;
        }
        Ok(())
    }

    /// That not every transaction that mixes has its finding, where that is so.
    pub(crate) fn mix_limit(&self) -> Option<String> {
        let more = self.joining.mixes.checked_sub(FINDINGS_MAX).filter(|more| *more > 0)?;
        Some(format!(
            "coinjoin: {FINDINGS_MAX} CoinJoins and transactions that prepare one are listed \
             among the findings; {more} more were treated alike"
        ))
    }
}

/// What the amounts of a mix leave to be told: the sets of equal outputs, and the outputs that
/// stand alone.
fn linkability<U: Units>(tx: &UtxoTx, mix: &Mix, shown: impl Fn(U) -> String) -> String {
    let set = |(amount, count): &(u64, usize)| {
        let amount = U::from_amount(Amount::from(*amount)).map(&shown);
        format!("{count} of {}", amount.unwrap_or_default())
    };
    let sets: Vec<String> = mix.equal.iter().take(SETS_MAX).map(set).collect();
    let more = mix.equal.len().saturating_sub(SETS_MAX);
    let sets = match (sets.is_empty(), more) {
        (true, _) => "No outputs are equal".to_owned(),
        (false, 0) => format!("Equal outputs: {}", sets.join(", ")),
        (false, more) => format!("Equal outputs: {} and {more} sets more", sets.join(", ")),
    };
    let paying = tx.outputs.iter().filter(|output| !output.amount.is_zero()).count();
    let equal: usize = mix.equal.iter().map(|(_, count)| count).sum();
    match paying.saturating_sub(equal) {
        0 => format!("{sets}; no output stands alone"),
        1 => format!("{sets}; 1 output stands alone: if it is change, it may be linkable"),
        alone => format!("{sets}; {alone} outputs stand alone: change among them may be linkable"),
    }
}
