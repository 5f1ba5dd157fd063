//! A writer of HTML, SVG and XML into which outside text cannot be written raw.
//!
//! Tag and attribute names are `'static`, elements are closed by construction, and everything
//! else is made printable and escaped. So no label can become markup.

use crate::outline::Outline;
use crate::text::prose;

/// Attributes of an element: names of ours, values that are escaped.
pub(crate) type Attributes<'a> = &'a [(&'static str, &'a str)];

/// Markup in the making.
#[derive(Debug, Default)]
pub(crate) struct Markup(String);

impl Markup {
    /// What was written.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }

    /// Writes markup of ours.
    pub(crate) fn raw(&mut self, markup: &'static str) {
        self.0.push_str(markup);
    }

    /// Writes text: made printable, then escaped.
    pub(crate) fn text(&mut self, text: &str) {
        escape(&prose(text), &mut self.0);
    }

    /// Writes an element with what `inside` writes in it.
    pub(crate) fn node(
        &mut self,
        tag: &'static str,
        attributes: Attributes<'_>,
        inside: impl FnOnce(&mut Self),
    ) {
        self.start(tag, attributes);
        self.0.push('>');
        inside(self);
        self.0.push_str("</");
        self.0.push_str(tag);
        self.0.push('>');
    }

    /// Writes an element that holds text.
    pub(crate) fn leaf(&mut self, tag: &'static str, attributes: Attributes<'_>, text: &str) {
        self.node(tag, attributes, |inside| inside.text(text));
    }

    /// Writes an element that holds nothing.
    pub(crate) fn void(&mut self, tag: &'static str, attributes: Attributes<'_>) {
        self.start(tag, attributes);
        self.0.push_str("/>");
    }

    /// Writes what was written elsewhere, by the same rules.
    pub(crate) fn append(&mut self, other: &Self) {
        self.0.push_str(&other.0);
    }

    /// Writes a path along an outline.
    pub(crate) fn path(&mut self, attributes: Attributes<'_>, outline: &Outline) {
        self.start("path", attributes);
        self.0.push_str(" d=\"");
        self.0.push_str(outline.as_str());
        self.0.push_str("\"/>");
    }

    /// Ends the line.
    pub(crate) fn line(&mut self) {
        self.0.push('\n');
    }

    fn start(&mut self, tag: &'static str, attributes: Attributes<'_>) {
        self.0.push('<');
        self.0.push_str(tag);
        for (name, value) in attributes {
            self.0.push(' ');
            self.0.push_str(name);
            self.0.push_str("=\"");
            self.text(value);
            self.0.push('"');
        }
    }
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Markup;

    #[test]
    fn outside_text_stays_text() {
        let mut page = Markup::default();
        page.leaf("b", &[("title", "\"><img onerror=x>")], "</b><script>\0]]>");
        assert_eq!(
            String::from_utf8(page.into_bytes()).unwrap(),
            "<b title=\"&quot;&gt;&lt;img onerror=x&gt;\">\
             &lt;/b&gt;&lt;script&gt;\u{fffd}]]&gt;</b>"
        );
    }
}
