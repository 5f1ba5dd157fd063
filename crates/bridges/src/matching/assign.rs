//! The likeliest assignment of payouts to deposits.

use super::habits::BIT;

/// How unlikely it is, as a logarithm, that a row has no partner among the candidates: less
/// likely than a claim years late with an odd fee.
pub(crate) const SKIP: i64 = 80 * BIT;
/// More than all costs together.
const NEVER: i64 = 1 << 40;

/// For each row of a matrix of weights the column that it gets, so that the sum of weights is
/// greatest and as many rows as possible get one; each column is given once.
///
/// The Hungarian method with potentials (Kuhn 1955, Munkres 1957), rows × columns × rows steps.
pub(crate) fn assign(matrix: &[Vec<Option<i64>>]) -> Vec<Option<usize>> {
    let rows = matrix.len();
    let real = matrix.first().map_or(0, Vec::len);
    // Each row has a column of its own that stands for no partner.
    let columns = real + rows;
    let cost = |row: usize, column: usize| -> i64 {
        if column >= real {
            return if column - real == row { SKIP } else { NEVER };
        }
        matrix[row][column].map_or(NEVER, |weight| (-weight).clamp(-SKIP, SKIP - 1))
    };
    let mut row_potential = vec![0i64; rows + 1];
    let mut column_potential = vec![0i64; columns + 1];
    // Column 0 and row 0 stand for nothing, others are shifted by one.
    let mut holder = vec![0usize; columns + 1];
    let mut before = vec![0usize; columns + 1];
    for row in 1..=rows {
        holder[0] = row;
        let mut column = 0;
        let mut least = vec![i64::MAX; columns + 1];
        let mut used = vec![false; columns + 1];
        loop {
            used[column] = true;
            let of = holder[column];
            let (mut delta, mut next) = (i64::MAX, 0);
            for other in 1..=columns {
                if used[other] {
                    continue;
                }
                let reduced = cost(of - 1, other - 1) - row_potential[of] - column_potential[other];
                if reduced < least[other] {
                    least[other] = reduced;
                    before[other] = column;
                }
                if least[other] < delta {
                    delta = least[other];
                    next = other;
                }
            }
            for other in 0..=columns {
                if used[other] {
                    row_potential[holder[other]] += delta;
                    column_potential[other] -= delta;
                } else {
                    least[other] -= delta;
                }
            }
            column = next;
            if holder[column] == 0 {
                break;
            }
        }
        while column != 0 {
            let previous = before[column];
            holder[column] = holder[previous];
            column = previous;
        }
    }
    let mut chosen = vec![None; rows];
    for column in 1..=real {
        if holder[column] != 0 && matrix[holder[column] - 1][column - 1].is_some() {
            chosen[holder[column] - 1] = Some(column - 1);
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::assign;
    use proptest::prelude::{Strategy as _, any, prop_assert_eq, proptest};

    /// Tries everything.
    fn best(matrix: &[Vec<Option<i64>>], row: usize, used: &mut Vec<bool>) -> (usize, i64) {
        if row == matrix.len() {
            return (0, 0);
        }
        let mut best_of = best(matrix, row + 1, used);
        for column in 0..used.len() {
            if let Some(weight) = matrix[row][column]
                && !used[column]
            {
                used[column] = true;
                let (count, sum) = best(matrix, row + 1, used);
                used[column] = false;
                best_of = best_of.max((count + 1, sum + weight));
            }
        }
        best_of
    }

    proptest! {
        #[test]
        fn nothing_better_is_found_by_trying_everything(
            matrix in (1usize..5, 1usize..5).prop_flat_map(|(rows, columns)| {
                let cell = (any::<bool>(), -20_000i64..0).prop_map(|(is, w)| is.then_some(w));
                proptest::collection::vec(proptest::collection::vec(cell, columns), rows)
            })
        ) {
            let chosen = assign(&matrix);
            let mut used = vec![false; matrix[0].len()];
            let mut sum = (0, 0);
            for (row, column) in chosen.iter().enumerate() {
                if let Some(column) = *column {
                    prop_assert_eq!(std::mem::replace(&mut used[column], true), false);
                    sum = (sum.0 + 1, sum.1 + matrix[row][column].unwrap());
                }
            }
            let mut used = vec![false; matrix[0].len()];
            prop_assert_eq!(sum, best(&matrix, 0, &mut used));
        }
    }
}
