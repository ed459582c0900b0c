//! The names that the site itself needs: every first segment of a path that any process serves,
//! and those that visitors expect to be the site's.

/// Names that no room can have.
pub const RESERVED: &[&str] = &[
    "about",
    "admin",
    "api",
    "app-config.yml",
    "apple-touch-icon.png",
    "assets",
    "boot.js",
    "dashboards",
    "embed",
    "favicon.ico",
    "favicon.svg",
    "files",
    "health",
    "help",
    "index.html",
    "internal",
    "livez",
    "login",
    "logout",
    "manifest.webmanifest",
    "metrics",
    "privacy",
    "privacy-policy",
    "readyz",
    "robots.txt",
    "security.txt",
    "service-worker.js",
    "sitemap.xml",
    "static",
    "sw.js",
    "terms",
    "terms-of-service",
    "well-known",
    ".well-known",
];

/// Whether the site needs the name, which is in its normal form.
pub(super) fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name)
}
