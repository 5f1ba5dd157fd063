//! JSON from outside, with a limit to how deep it nests.

use serde::Deserialize;

use crate::error::DecodeError;

/// How deep answers may nest: a call tree of 1,024 calls takes two levels each
/// (EIP-150 keeps calls below 1,024 deep), and what stands around it a few.
pub const NESTING_MAX: usize = 2_100;

/// Reads JSON that nests at most `nesting_max` deep. Whoever allows over a hundred levels calls
/// this on a thread with a stack of 64 MiB.
///
/// # Errors
///
/// When the bytes are not JSON of the wanted shape, or nest deeper.
pub fn from_json<'a, T: Deserialize<'a>>(
    bytes: &'a [u8],
    nesting_max: usize,
) -> Result<T, DecodeError> {
    check_nesting(bytes, nesting_max)?;
    let mut json = serde_json::Deserializer::from_slice(bytes);
    json.disable_recursion_limit();
    let malformed = |error: serde_json::Error| DecodeError::Malformed(error.to_string());
    let value = T::deserialize(&mut json).map_err(malformed)?;
    json.end().map_err(malformed)?;
    Ok(value)
}

fn check_nesting(bytes: &[u8], nesting_max: usize) -> Result<(), DecodeError> {
    let (mut depth, mut in_text, mut is_escaped) = (0_usize, false, false);
    for byte in bytes {
        if in_text {
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' => is_escaped = true,
                b'"' => in_text = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_text = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > nesting_max {
            return Err(DecodeError::TooDeep(nesting_max));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::from_json;
    use crate::error::DecodeError;

    #[test]
    fn nesting_is_limited() {
        let deep = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
        let read = |text: &str| from_json::<serde_json::Value>(text.as_bytes(), 50).map(|_| ());
        assert_eq!(read(&deep(50)), Ok(()));
        assert_eq!(read(&deep(51)), Err(DecodeError::TooDeep(50)));
        assert_eq!(read(&deep(100_000)), Err(DecodeError::TooDeep(50)));
        assert_eq!(read(r#"{"a":"[[[[\"[[["}"#), Ok(()));
    }
}
