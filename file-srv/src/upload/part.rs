//! The headers of a part, and the parameters in them (RFC 7578, RFC 6266).

use percent_encoding::percent_decode_str;

use super::multipart::MultipartError;

/// The name of the one part.
const PART: &str = "file";

/// The boundary in a content type.
pub(super) fn boundary(content_type: &str) -> Option<String> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let mut boundaries =
        parameters_of(parameters)?.into_iter().filter(|(name, _)| name == "boundary");
    let (_, boundary) = boundaries.next()?;
    let plain = boundary.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    (boundaries.next().is_none() && plain).then_some(boundary)
}

/// The name of the file, as the client gave it; empty where it gave none.
pub(super) fn file_name(headers: &[u8]) -> Result<String, MultipartError> {
    let headers = std::str::from_utf8(headers).map_err(|_| MultipartError::Headers)?;
    let mut disposition = None;
    for line in headers.split("\r\n") {
        let (name, value) = line.split_once(':').ok_or(MultipartError::Headers)?;
        let encoded = name.eq_ignore_ascii_case("content-transfer-encoding")
            && !["binary", "8bit", "7bit"].contains(&value.trim().to_ascii_lowercase().as_str());
        let again = name.eq_ignore_ascii_case("content-disposition")
            && disposition.replace(value).is_some();
        if encoded || again {
            return Err(MultipartError::Headers);
        }
    }
    let (kind, parameters) =
        disposition.and_then(|value| value.split_once(';')).ok_or(MultipartError::Headers)?;
    if !kind.trim().eq_ignore_ascii_case("form-data") {
        return Err(MultipartError::Headers);
    }
    let parameters = parameters_of(parameters).ok_or(MultipartError::Headers)?;
    match once(&parameters, "name")? {
        Some(PART) => {}
        Some(_) => return Err(MultipartError::OtherPart),
        None => return Err(MultipartError::Headers),
    }
    let plain = once(&parameters, "filename")?.map(unescaped);
    let extended = once(&parameters, "filename*")?.and_then(decoded);
    Ok(extended.or(plain).unwrap_or_default())
}

/// A parameter that stands there once at most.
fn once<'p>(
    parameters: &'p [(String, String)],
    wanted: &str,
) -> Result<Option<&'p str>, MultipartError> {
    let mut values = parameters.iter().filter(|(name, _)| name == wanted);
    let value = values.next().map(|(_, value)| value.as_str());
    if values.next().is_some() { Err(MultipartError::Headers) } else { Ok(value) }
}

/// What browsers escape in a name (the HTML standard's form encoding), and nothing else: a `%`
/// that is a part of the name is not escaped.
fn unescaped(name: &str) -> String {
    name.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n")
}

/// A value in the extended notation (RFC 5987).
fn decoded(value: &str) -> Option<String> {
    let mut parts = value.splitn(3, '\'');
    let (charset, _, text) = (parts.next()?, parts.next()?, parts.next()?);
    let text = percent_decode_str(text);
    if !charset.eq_ignore_ascii_case("utf-8") {
        return None;
    }
    text.decode_utf8().ok().map(Into::into)
}

/// Names in lower case, and values without their quotes; none where they are malformed.
fn parameters_of(mut text: &str) -> Option<Vec<(String, String)>> {
    let mut parameters = Vec::new();
    loop {
        text = text.trim_start_matches([' ', '\t', ';']);
        if text.is_empty() {
            return Some(parameters);
        }
        let (name, rest) = text.split_once('=')?;
        let (value, rest) = match rest.strip_prefix('"') {
            Some(quoted) => until_quote(quoted)?,
            None => {
                let end = rest.find(';').unwrap_or(rest.len());
                (rest[..end].trim().to_owned(), &rest[end..])
            }
        };
        parameters.push((name.trim().to_ascii_lowercase(), value));
        text = rest.trim_start_matches([' ', '\t']);
        if !text.is_empty() && !text.starts_with(';') {
            return None;
        }
    }
}

/// The content of a quoted string and what follows it. A backslash escapes a quote or a
/// backslash; before anything else it is itself, as browsers write folders of Windows.
fn until_quote(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => match chars.next_if(|(_, next)| matches!(next, '"' | '\\')) {
                Some((_, escaped)) => value.push(escaped),
                None => value.push('\\'),
            },
            _ => value.push(c),
        }
    }
    None
}
