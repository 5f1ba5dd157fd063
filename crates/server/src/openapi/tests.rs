use super::document;
use crate::limits::Limits;

#[test]
fn every_reference_is_of_something() {
    let document = document(&Limits::default());
    let text = document.to_string();
    let mut references = 0;
    for part in text.split("\"$ref\":\"#").skip(1) {
        let at = part.split('"').next().unwrap();
        assert!(document.pointer(at).is_some(), "{at}");
        references += 1;
    }
    assert!(references > 100, "{references}");
}
