//! What browsers load besides pages. Each is named by its content, so that it never changes under its
//! name and may be kept for ever.

use std::io::Write;
use std::sync::LazyLock;

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

/// A file that pages refer to.
#[derive(Debug)]
pub struct Asset {
    /// Its name, which its content is part of.
    pub name: String,
    /// Its media type.
    pub media_type: &'static str,
    /// Its content.
    pub content: &'static [u8],
    /// The same, compressed once for all (gzip); none where that is no smaller.
    pub packed: Option<Vec<u8>>,
}

impl Asset {
    fn new(stem: &str, ending: &str, media_type: &'static str, content: &'static [u8]) -> Self {
        use std::fmt::Write as _;
        let mut name = format!("{stem}-");
        for byte in Sha256::digest(content).iter().take(8) {
            // Writing to a String cannot fail.
            _ = write!(name, "{byte:02x}");
        }
        name.push_str(ending);
        Self { name, media_type, content, packed: packed(content) }
    }
}

fn packed(content: &[u8]) -> Option<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(content).ok()?;
    packer.finish().ok().filter(|packed| packed.len() < content.len())
}

const SCRIPT: &str = "text/javascript; charset=utf-8";

pub(crate) static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    let style = include_bytes!("../static/watchbell.css");
    Asset::new("watchbell", ".css", "text/css; charset=utf-8", style)
});
/// Version 2.0.11. Its licence is beside it.
pub(crate) static HTMX: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("htmx", ".js", SCRIPT, include_bytes!("../static/htmx.min.js")));
pub(crate) static OWN_SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("watchbell", ".js", SCRIPT, include_bytes!("../static/watchbell.js"))
});
pub(crate) static ICON: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("bell", ".svg", "image/svg+xml", include_bytes!("../static/bell.svg"))
});

/// The file of this name.
pub fn asset(name: &str) -> Option<&'static Asset> {
    [&STYLE, &HTMX, &OWN_SCRIPT, &ICON].into_iter().map(|asset| &**asset).find(|a| a.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_by_its_whole_name_only() {
        let style = asset(&STYLE.name).unwrap();
        assert_eq!(style.content, STYLE.content);
        let hash = style.name.strip_prefix("watchbell-").and_then(|rest| rest.strip_suffix(".css"));
        assert!(hash.is_some_and(|hash| hash.bytes().all(|byte| byte.is_ascii_hexdigit())));
        assert_eq!(style.name.len(), "watchbell-.css".len() + 16);
        for wrong in ["", "watchbell.css", "watchbell-.css", "../Cargo.toml"] {
            assert!(asset(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn what_is_packed_is_much_smaller_and_the_same() {
        for asset in [&STYLE, &HTMX, &OWN_SCRIPT] {
            let packed = asset.packed.as_deref().unwrap();
            assert!(packed.len() * 2 < asset.content.len(), "{}: {}", asset.name, packed.len());
            let mut content = Vec::new();
            let mut reader = flate2::read::GzDecoder::new(packed);
            std::io::Read::read_to_end(&mut reader, &mut content).unwrap();
            assert_eq!(content, asset.content, "{}", asset.name);
        }
        assert!(packed(b"x").is_none());
    }

    #[test]
    fn nothing_is_loaded_from_elsewhere_and_all_of_it_is_small() {
        let all = [&STYLE, &HTMX, &OWN_SCRIPT, &ICON];
        let bytes: usize = all.iter().map(|asset| asset.content.len()).sum();
        assert!(bytes < 85_000, "with a page, less than 100 KB: {bytes}");
        for own in [&STYLE, &OWN_SCRIPT] {
            let text = std::str::from_utf8(own.content).unwrap();
            assert!(!text.contains("//") || !text.contains("http"), "{}", own.name);
            assert!(!text.contains("@import") && !text.contains("url("), "{}", own.name);
        }
    }
}
