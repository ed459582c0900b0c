//! How a name looks: two names that a reader takes for one have a skeleton in common.

use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;

/// The confusable skeleton (UTS #39) of the NFKC case fold of a name: equal for names that differ
/// by case, width or look-alike letters only. It is made for comparison, never to be shown.
pub fn skeleton(name: &str) -> String {
    settle(&fold(name))
}

/// The NFKC case fold of a name: equal for names that differ by case or width only.
pub(crate) fn fold(name: &str) -> String {
    // Upper case first: it is what joins ß with ss and the two small sigmas.
    name.nfkc().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfkc().collect()
}

/// The skeletons under which a name is registered. Two names look alike if they share one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Looks {
    /// The skeleton of the folded name.
    pub(crate) folded: Arc<str>,
    /// The skeleton of the name as it is drawn, where it differs: the Cyrillic capital В looks like
    /// a Latin B, which its small letter does not.
    pub(crate) drawn: Option<Arc<str>>,
}

impl Looks {
    /// The skeletons of a name.
    pub(crate) fn of(name: &str) -> Self {
        let folded = skeleton(name);
        let drawn = settle(&name.nfkc().collect::<String>());
        let drawn = (drawn != folded).then(|| drawn.into());
        Self { folded: folded.into(), drawn }
    }

    /// The skeletons.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<str>> {
        std::iter::once(&self.folded).chain(&self.drawn)
    }
}

/// The skeleton in lower case. Prototypes may be capitals (0 stands as O), so that it takes two
/// rounds until equal looks are equal texts.
fn settle(text: &str) -> String {
    let once = unicode_security::skeleton(text).flat_map(char::to_lowercase).collect::<String>();
    unicode_security::skeleton(&once).collect()
}
