//! The pictures: well-formed, of numbers alone, the same every time, and drawn in their size.

use hawkshaw_incidents::{IncidentLedger, InclusionRule};
use hawkshaw_report::incidents::{Picture, PngError, to_png};

use crate::hostile;
use crate::markup::{assert_numbers, elements, names};
use crate::{dprk, empty, pictures_of};

const NAMES: [&str; 7] = [
    "stolen-by-year",
    "stolen-in-all",
    "share-by-year",
    "claimed-totals",
    "launches",
    "stolen-by-victim",
    "stolen-by-technique",
];

fn text(picture: &Picture) -> &str {
    std::str::from_utf8(&picture.svg).unwrap()
}

#[test]
fn pictures_are_made_of_numbers_alone() {
    let ledger = IncidentLedger::built_in();
    for rule in [dprk(), InclusionRule::default()] {
        let pictures = pictures_of(&ledger, rule);
        assert_eq!(pictures.iter().map(|picture| picture.name).collect::<Vec<_>>(), NAMES);
        for picture in pictures {
            let text = text(&picture);
            assert_numbers(picture.name, text);
            let marks = elements(text).iter().filter(|element| element.name == "g").count();
            assert!(marks >= 5, "{} has {marks} marks", picture.name);
            let titles = text.matches("<title>").count();
            assert_eq!(marks, titles, "{}: every mark says what it is", picture.name);
        }
    }
}

#[test]
fn where_there_is_nothing_to_draw_a_picture_says_so() {
    for (ledger, rule) in empty() {
        for picture in pictures_of(&ledger, rule) {
            let text = text(&picture);
            assert_numbers(picture.name, text);
            // Published totals do not depend on what is selected.
            if picture.name != "claimed-totals" || ledger.is_empty() {
                let says = ["No incident", "No published", "There are no", "The ledger holds no"];
                assert!(says.iter().any(|words| text.contains(words)), "{}", picture.name);
                assert!(!text.contains("<title>"), "{} has a mark", picture.name);
            }
        }
    }
}

#[test]
fn the_same_ledger_gives_the_same_pictures() {
    let pictures = || pictures_of(&IncidentLedger::built_in(), dprk());
    assert_eq!(pictures(), pictures());
}

#[test]
fn no_label_becomes_a_shape() {
    let of = |text: &str| pictures_of(&hostile::ledger(text, "plain"), InclusionRule::default());
    let plain = of("plain ");
    for attack in ["</title></g><script>x</script>", "\"/><image href='x'/>", "]]>&#0;<!--"] {
        let attacked = of(attack);
        let escaped = crate::markup::escaped(attack);
        assert!(attacked.iter().any(|picture| text(picture).contains(&escaped)), "{attack}");
        for (picture, plain) in attacked.iter().zip(&plain) {
            assert_eq!(names(text(picture)), names(text(plain)), "{} {attack}", picture.name);
        }
    }
}

#[test]
fn a_drawing_has_two_pixels_for_each_unit() {
    for picture in pictures_of(&IncidentLedger::built_in(), dprk()) {
        let root = elements(text(&picture)).into_iter().next().unwrap();
        let side = |name: &str| root.attribute(name).unwrap().parse::<u32>().unwrap();
        let bytes = to_png(&picture.svg).unwrap();
        let mut decoder = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().unwrap();
        let mut pixels = vec![0; decoder.output_buffer_size().unwrap()];
        let info = decoder.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height), (2 * side("width"), 2 * side("height")));
        assert_eq!(info.color_type, png::ColorType::Rgba);
        let drawn = pixels.chunks(4).filter(|pixel| pixel[..3] != [255; 3]).count();
        assert!(drawn * 100 > pixels.len() / 4, "{}: {drawn} pixels", picture.name);
        assert!(pixels.chunks(4).all(|pixel| pixel[3] == 255), "{} is opaque", picture.name);
        assert_eq!(to_png(&picture.svg).unwrap(), bytes, "{}", picture.name);
    }
}

#[test]
fn what_is_no_picture_is_refused() {
    assert!(matches!(to_png(b"<p>"), Err(PngError::NotSvg(_))));
    let large = br#"<svg xmlns="http://www.w3.org/2000/svg" width="90000" height="10"/>"#;
    assert!(matches!(to_png(large), Err(PngError::Size { width: 180_000, height: 20 })));
}
