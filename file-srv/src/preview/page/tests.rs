//! Pages of every kind, in pieces of every size.

use super::*;

fn read_in(content_type: &str, html: &[u8], chunk: usize) -> Page {
    let mut reader = PageReader::new(content_type);
    for bytes in html.chunks(chunk) {
        if reader.read(bytes) {
            break;
        }
    }
    reader.finish()
}

fn read(html: &str) -> Page {
    read_in("text/html", html.as_bytes(), 7)
}

#[test]
fn the_shared_title_comes_before_the_plain_one_in_pieces_of_every_size() {
    let html = "<!doctype html><html><head><title>Plain &amp; simple</title>\
        <meta property=og:title content='Shared &#8212; title'>\
        <meta name=description content=\"What &quot;it&quot; is\">\
        <meta property='og:image' content='/a.png?x=1&amp;y=2'></head><body><title>No</title>";
    for chunk in 1..html.len() {
        let page = read_in("text/html; charset=utf-8", html.as_bytes(), chunk);
        assert_eq!(page.title, "Shared — title", "{chunk}");
        assert_eq!(page.description, "What \"it\" is");
        assert_eq!(page.picture.as_deref(), Some("/a.png?x=1&y=2"));
    }
}

#[test]
fn a_plain_page_has_its_title() {
    assert_eq!(read("<title> A\n  page </title>").title, "A page");
    assert_eq!(read("<html><head><TITLE>One</TITLE><title>Two</title>").title, "One");
    assert_eq!(
        read("<title>&lt;script&gt;alert(1)&lt;/script&gt;</title>").title,
        "<script>alert(1)</script>"
    );
    assert_eq!(read("<h1>No title</h1>"), Page::default());
    assert_eq!(read(""), Page::default());
}

#[test]
fn the_body_is_not_read() {
    let page = read("<head></head><body><meta property=og:title content=No><title>No</title>");
    assert_eq!(page, Page::default());
    let page = read("<html><body><title>No</title>");
    assert_eq!(page, Page::default());
}

#[test]
fn overrides_and_controls_are_removed_and_texts_are_cut() {
    let page = read("<title>safe\u{202e}exe.&#8238;\u{0}&#0;end</title>");
    assert!(!page.title.chars().any(|c| !text::is_shown(c)), "{:?}", page.title);
    let long = "a".repeat(5_000);
    let page = read(&format!("<title>{long}</title><meta name=description content={long}>"));
    assert_eq!(page.title.chars().count(), TITLE_CHARS_MAX);
    assert_eq!(page.description.chars().count(), DESCRIPTION_CHARS_MAX);
}

#[test]
fn other_charsets_are_read() {
    let html = [b"<title>".as_slice(), &[0xd5, 0xf0, 0xe5, 0xe1, 0xe5, 0xf2], b"</title>"].concat();
    assert_eq!(read_in("text/html; charset=windows-1251", &html, 3).title, "Хребет");
    let html = [b"<meta charset=windows-1251>".as_slice(), &html].concat();
    assert_eq!(read_in("text/html", &html, 3).title, "Хребет");
    assert_eq!(read_in("text/html; charset=nonsense", b"<title>a</title>", 3).title, "a");
}

#[test]
fn bombs_end_the_reading() {
    let attribute = format!("<title>kept</title><meta content='{}", "a".repeat(3 << 20));
    assert_eq!(read_in("text/html", attribute.as_bytes(), 16 << 10).title, "kept");
    let nested = format!("<title>kept</title>{}", "<div>".repeat(100_000));
    assert_eq!(read_in("text/html", nested.as_bytes(), 16 << 10).title, "kept");
    let attributes = format!("<title>kept</title><meta {}>", "a=b ".repeat(100_000));
    assert_eq!(read_in("text/html", attributes.as_bytes(), 16 << 10).title, "kept");
    let title = format!("<title>{}", "a".repeat(1 << 20));
    assert!(read_in("text/html", title.as_bytes(), 16 << 10).title.len() < PAGE_TEXT_BYTES_MAX);
}
