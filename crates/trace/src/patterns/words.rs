//! Figures in sentences.

use super::share::billionths;

/// Parts of the theft as a percentage: `12.35 % of the theft`. Where several assets were stolen it
/// says how they count.
pub(super) fn theft(parts: u128, stolen_assets: usize) -> String {
    let share = percent(billionths(parts));
    match stolen_assets {
        0 | 1 => format!("{share} of the theft"),
        assets => format!("{share} of the theft ({assets} assets that count the same)"),
    }
}

/// Billionths as a percentage, exact at both ends.
pub(super) fn percent(billionths: u64) -> String {
    match billionths {
        0..50_000 => "less than 0.01 %".to_owned(),
        999_950_000..1_000_000_000 => "more than 99.99 %".to_owned(),
        1_000_000_000.. => "100 %".to_owned(),
        _ => {
            let hundredths = (billionths + 50_000) / 100_000;
            format!("{}.{:02} %", hundredths / 100, hundredths % 100)
        }
    }
}

/// Seconds as people say them: `40 seconds`, `12 minutes`, `31 hours`, `45 days`.
pub(super) fn duration(seconds: u64) -> String {
    let (unit, one) = match seconds {
        0..120 => (1, "second"),
        120..7_200 => (60, "minute"),
        7_200..172_800 => (3_600, "hour"),
        _ => (86_400, "day"),
    };
    counted(seconds / unit, one, &format!("{one}s"))
}

/// After how long: `within 12 minutes`, `in the same block`.
pub(super) fn after(seconds: u64) -> String {
    match seconds {
        0 => "in the same block".to_owned(),
        _ => format!("within {}", duration(seconds)),
    }
}

/// `in 1 movement`, `in 12 movements within 5 days`.
pub(super) fn movements(moves: usize, seconds: u64) -> String {
    match moves {
        1 => "in 1 movement".to_owned(),
        _ => format!("in {moves} movements {}", after(seconds)),
    }
}

/// `1 account`, `12 accounts`.
pub(super) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// A sentence begins with a capital letter.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// How many there are of something.
pub(super) fn count(items: usize) -> u64 {
    u64::try_from(items).unwrap_or(u64::MAX)
}

/// Seconds that have passed, never less than none.
pub(super) fn seconds(from: i64, to: i64) -> u64 {
    u64::try_from(to.saturating_sub(from)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::super::share::WHOLE;
    use super::{duration, theft};

    #[test]
    fn figures_are_read_at_a_glance() {
        assert_eq!(duration(1), "1 second");
        assert_eq!(duration(119), "119 seconds");
        assert_eq!(duration(7_199), "119 minutes");
        assert_eq!(duration(86_400 * 45), "45 days");
        let whole = u128::from(WHOLE);
        assert_eq!(theft(whole, 1), "100 % of the theft");
        assert_eq!(theft(whole * 3, 1), "100 % of the theft");
        assert_eq!(theft(whole - 1, 1), "more than 99.99 % of the theft");
        assert_eq!(theft(1, 1), "less than 0.01 % of the theft");
        let two = theft(whole / 3, 2);
        assert_eq!(two, "33.33 % of the theft (2 assets that count the same)");
    }
}
