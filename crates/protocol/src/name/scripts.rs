//! Which scripts may stand in one name: UTS #39 §5.2, "highly restrictive".

use unicode_script::{Script, UnicodeScript};
use unicode_security::mixed_script::AugmentedScriptSet;

/// Whether all letters are of one script, or of Latin and one of the three East Asian sets that
/// are written with it. Unlike the whole profile, letters of any living or dead script are
/// allowed alone: a name is no program identifier.
pub(super) fn highly_restrictive(name: &str) -> bool {
    let all = AugmentedScriptSet::for_str(name);
    if !all.is_empty() {
        return true;
    }
    let without_latin: String = name.chars().filter(|c| c.script() != Script::Latin).collect();
    let rest = AugmentedScriptSet::for_str(&without_latin);
    rest.hanb || rest.jpan || rest.kore
}
