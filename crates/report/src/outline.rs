//! Lines through places, for pictures.

/// Lines through places. They are made of numbers alone, so that no text can be in them and
/// they are written whole however long they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outline(String);

impl Outline {
    /// Lines from the first place to the last.
    pub(crate) fn through(places: &[(f64, f64)]) -> Self {
        let mut path = String::new();
        for (index, (x, y)) in places.iter().enumerate() {
            path.push(if index == 0 { 'M' } else { 'L' });
            path.push_str(&number(*x));
            path.push(',');
            path.push_str(&number(*y));
        }
        Self(path)
    }

    /// The same, and back to the first place.
    pub(crate) fn closed(mut self) -> Self {
        self.0.push('Z');
        self
    }

    /// As the attribute `d` of a path.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A number with one decimal where it has any. What is no number cannot come from figures and
/// is drawn at nought.
pub(crate) fn number(number: f64) -> String {
    let text = format!("{:.1}", if number.is_finite() { number } else { 0.0 });
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{Outline, number};

    #[test]
    fn numbers_are_short_and_finite() {
        let shown = [1.0, 2.345, -0.01, f64::NAN, f64::INFINITY, -7.96].map(number);
        assert_eq!(shown, ["1", "2.3", "0", "0", "0", "-8"]);
    }

    #[test]
    fn lines_begin_with_a_move() {
        let outline = Outline::through(&[(0.0, 1.5), (2.0, 3.0)]).closed();
        assert_eq!(outline.as_str(), "M0,1.5L2,3Z");
    }
}
