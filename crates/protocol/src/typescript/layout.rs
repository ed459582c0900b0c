//! Lays out what ts-rs writes on one line: a field and its comment on lines of their own.

/// Characters of a line that is not split.
const LINE_MAX: usize = 90;

/// Comments of one sentence on one line.
pub(super) fn comments(text: &str) -> String {
    let mut out = String::new();
    for part in text.split_inclusive("*/") {
        match part
            .split_once("/**\n * ")
            .and_then(|(before, rest)| rest.strip_suffix("\n */").map(|inside| (before, inside)))
        {
            Some((before, inside)) => {
                let inside = inside.split("\n * ").collect::<Vec<_>>().join(" ");
                out.push_str(&format!("{before}/** {inside} */"));
            }
            None => out.push_str(part),
        }
    }
    out
}

/// A declaration over several lines.
pub(super) fn declaration(text: &str) -> String {
    let text = comments(text).replace("\"type\":", "type:").replace("\"kind\":", "kind:");
    let Some((head, body)) = text.split_once(" = ") else { return text };
    let alternatives = alternatives(body.trim_end_matches(';'));
    if let [only] = &alternatives[..] {
        return format!("{head} = {};", object(only, ""));
    }
    let on_one_line = format!("{head} = {};", alternatives.join(" | "));
    if on_one_line.len() <= LINE_MAX && !body.contains('{') {
        return on_one_line;
    }
    let lines: Vec<String> =
        alternatives.iter().map(|a| format!("\n  | {}", object(a, "    "))).collect();
    format!("{head} ={};", lines.concat())
}

/// The parts of a union at its top level.
fn alternatives(body: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0_u32, 0);
    for (at, c) in body.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            '|' if depth == 0 => {
                parts.push(body[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(body[start..].trim());
    parts
}

/// An object whose fields have comments, one field on a line; everything else as it is.
fn object(text: &str, indent: &str) -> String {
    let inside = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let Some(inside) = inside.filter(|inside| inside.contains("/**")) else {
        return text.replace(", }", " }");
    };
    let mut out = String::from("{\n");
    for line in inside.trim().lines().map(str::trim).filter(|line| !line.is_empty()) {
        out.push_str(&format!("{indent}  {line}\n"));
    }
    out + indent + "}"
}

#[test]
fn a_union_of_objects_stands_on_lines() {
    let text = "type A = { \"type\": \"a\" } & B | { \"type\": \"c\", \n/**\n * One.\n */\nd: D | null, };";
    assert_eq!(
        declaration(text),
        r#"type A =
  | { type: "a" } & B
  | {
      type: "c",
      /** One. */
      d: D | null,
    };"#
    );
}

#[test]
fn a_short_union_stays_on_its_line() {
    let text = r#"type A = "b" | "c";"#;
    assert_eq!(declaration(text), text);
}
