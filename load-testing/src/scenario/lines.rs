//! Lines at fault: what serde complains about, and what only shows when values are compared.

use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

/// A step from a value to one inside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Item(usize),
}

/// Reads a value, or says in which line what is wrong.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, (usize, String)> {
    // The syntax first: the path of a value is of no use where there are no values.
    let value: serde_yaml::Value = serde_yaml::from_str(text)
        .map_err(|error| (error.location().map_or(1, |place| place.line()), error.to_string()))?;
    serde_path_to_error::deserialize(value).map_err(|error| {
        let place = steps(error.path());
        let at = error.path().to_string();
        let inner = error.into_inner().to_string();
        let text_at = if at == "." { inner.clone() } else { format!("`{at}`: {inner}") };
        (line_of(text, &place), text_at)
    })
}

fn steps(path: &Path) -> Vec<Step> {
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Map { key } => Some(Step::Key(key.clone())),
            Segment::Enum { variant } => Some(Step::Key(variant.clone())),
            Segment::Seq { index } => Some(Step::Item(*index)),
            Segment::Unknown => None,
        })
        .collect()
}

/// The line, from 1, on which a value stands, as far as it can be followed: inside braces it is the
/// line of the braces.
pub(super) fn line_of(text: &str, place: &[Step]) -> usize {
    let lines: Vec<&str> = text.lines().collect();
    let (mut start, mut end) = (0, lines.len());
    let mut found = 0;
    for step in place {
        let inside = (start..end).filter(|line| is_content(lines[*line]));
        let candidates: Vec<usize> = match step {
            Step::Key(key) => inside.filter(|line| has_key(lines[*line], key)).collect(),
            Step::Item(_) => {
                inside.filter(|line| lines[*line].trim_start().starts_with('-')).collect()
            }
        };
        let column = |line: usize| match step {
            Step::Key(_) => key_column(lines[line]),
            Step::Item(_) => indentation(lines[line]),
        };
        let Some(least) = candidates.iter().map(|line| column(*line)).min() else { break };
        let mut at_column = candidates.into_iter().filter(|line| column(*line) == least);
        let Some(line) = at_column.nth(if let Step::Item(index) = step { *index } else { 0 })
        else {
            break;
        };
        found = line;
        end = (line + 1..end)
            .find(|next| is_content(lines[*next]) && indentation(lines[*next]) <= least)
            .unwrap_or(end);
        // The first key of an item stands on the item's own line.
        start = if matches!(step, Step::Item(_)) { line } else { line + 1 };
    }
    found + 1
}

fn is_content(line: &str) -> bool {
    let line = line.trim_start();
    !line.is_empty() && !line.starts_with('#')
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The column of a key, the hyphens of items before it counted as space.
fn key_column(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '-']).len()
}

fn has_key(line: &str, key: &str) -> bool {
    let rest = line.trim_start_matches([' ', '-']).strip_prefix(key);
    rest.is_some_and(|rest| rest.trim_start().starts_with(':'))
}
