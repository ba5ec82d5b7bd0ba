//! The web pages: what lies in `web/` and `clients/js/src/`, built into the program.
//!
//! Asked by the server for a path. Only data, found and described; HTTP is the server's. Never reads a
//! file at run time, so that the program is one file.

/// A file as it is served.
#[derive(Debug, Clone, Copy)]
pub struct File {
    /// Its path in the repository, which is its path in a URL, too: `web/tester/index.html`.
    pub path: &'static str,
    /// Its media type.
    pub kind: &'static str,
    /// A weak entity tag that changes with its contents, quotes included.
    pub tag: &'static str,
    /// Its contents.
    pub plain: &'static [u8],
    /// The same, compressed with gzip.
    pub gzip: &'static [u8],
}

mod files {
    use super::File;

    include!(concat!(env!("OUT_DIR"), "/files.rs"));
}

/// Pages by the path that people type.
const PAGES: [(&str, &str); 4] = [
    ("/", "web/tester/index.html"),
    ("/explorer", "web/explorer/index.html"),
    ("/reference", "web/reference/index.html"),
    ("/status", "web/status/index.html"),
];

/// The file that a URL's path means, if there is one.
pub fn find(path: &str) -> Option<&'static File> {
    let page = PAGES.iter().find(|(short, _)| *short == path);
    let path = page.map_or_else(|| path.strip_prefix('/'), |(_, file)| Some(file))?;
    let at = files::FILES.binary_search_by(|file| file.path.cmp(path)).ok()?;
    files::FILES.get(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_there_with_all_that_its_head_needs() {
        for (short, _) in PAGES {
            let page = find(short).unwrap();
            assert_eq!(page.kind, "text/html; charset=utf-8", "{short}");
            let text = std::str::from_utf8(page.plain).unwrap();
            let (head, _) = text.split_once("</head>").unwrap();
            for part in ["<meta charset", "<title>", "web/shared/base.css", "web/shared/header.js"]
            {
                assert_eq!(head.matches(part).count(), 1, "{short}: {part}");
            }
        }
    }

    #[test]
    fn every_file_is_found_by_its_path() {
        for file in files::FILES {
            assert_eq!(find(&format!("/{}", file.path)).unwrap().tag, file.tag);
        }
        assert!(find("/clients/js/src/index.js").is_some());
    }

    #[test]
    fn nothing_else_is_found() {
        for path in [
            "",
            "web/tester/index.html",
            "/web",
            "/web/",
            "/../Cargo.toml",
            "/clients/js/package.json",
        ] {
            assert!(find(path).is_none(), "{path}");
        }
    }
}
