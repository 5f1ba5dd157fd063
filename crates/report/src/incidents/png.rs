//! Pictures as PNG, with a typeface of our own, so that every machine draws the same.
//!
//! The typeface is Noto Sans of the crate `ttf-noto-sans`, under the Apache License 2.0 (see
//! the file `assets/LICENSE-2.0.txt` of that crate and the licence field of the font).

use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{Options, Tree};

/// How many pixels a unit of a picture has.
const SCALE: u8 = 2;

/// Pixels of a side above which nothing is drawn.
const SIDE_MAX: u32 = 16_000;

/// Why a picture cannot be drawn.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PngError {
    /// The bytes are no SVG.
    #[error("not a picture as SVG")]
    NotSvg(#[source] resvg::usvg::Error),
    /// The picture is empty or larger than memory is given for.
    #[error("a picture of {width} by {height} pixels is not drawn")]
    Size {
        /// Pixels from left to right.
        width: u32,
        /// Pixels from top to bottom.
        height: u32,
    },
    /// The pixels cannot be written as PNG.
    #[error("cannot write the pixels as PNG")]
    Encode(#[source] png::EncodingError),
}

/// Draws a picture as PNG with two pixels for each of its units.
///
/// # Errors
///
/// When the bytes are no SVG, or the picture is too large.
pub fn to_png(svg: &[u8]) -> Result<Vec<u8>, PngError> {
    let options = Options { fontdb: typefaces(), ..Options::default() };
    let tree = Tree::from_data(svg, &options).map_err(PngError::NotSvg)?;
    let size = tree.size().to_int_size();
    let side = |units: u32| units.saturating_mul(u32::from(SCALE));
    let (width, height) = (side(size.width()), side(size.height()));
    let pixmap = Pixmap::new(width, height).filter(|_| width.max(height) <= SIDE_MAX);
    let mut pixmap = pixmap.ok_or(PngError::Size { width, height })?;
    pixmap.fill(Color::WHITE);
    let scale = f32::from(SCALE);
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    encode(&pixmap).map_err(PngError::Encode)
}

/// Writes pixels. The paper is opaque, so that no colour is weakened by its opacity.
fn encode(pixmap: &Pixmap) -> Result<Vec<u8>, png::EncodingError> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, pixmap.width(), pixmap.height());
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    // Large even surfaces need no filter, and little effort finds them.
    encoder.set_filter(png::Filter::NoFilter);
    encoder.set_deflate_compression(png::DeflateCompression::Level(2));
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixmap.data())?;
    writer.finish()?;
    Ok(out)
}

/// The typeface in its two weights; none of the system is looked for.
fn typefaces() -> Arc<Database> {
    static TYPEFACES: OnceLock<Arc<Database>> = OnceLock::new();
    let load = || {
        let mut typefaces = Database::new();
        for bytes in [ttf_noto_sans::REGULAR, ttf_noto_sans::BOLD] {
            typefaces.load_font_source(resvg::usvg::fontdb::Source::Binary(Arc::new(bytes)));
        }
        typefaces.set_sans_serif_family("Noto Sans");
        Arc::new(typefaces)
    };
    TYPEFACES.get_or_init(load).clone()
}
