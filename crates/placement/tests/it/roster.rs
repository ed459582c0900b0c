//! The list of backends as an operator writes it.

use placement::{BACKENDS_MAX, RosterError, roster};

fn lines(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

#[test]
fn addresses_and_host_names_with_ports_are_good() {
    let names =
        roster(&lines(&["10.0.0.5:8081", " Backend-1.example:8081 ", "[::1]:9000"])).unwrap();
    let names: Vec<_> = names.iter().map(|name| name.as_str()).collect();
    assert_eq!(names, ["10.0.0.5:8081", "backend-1.example:8081", "[::1]:9000"]);
    assert_eq!(roster(&[]), Ok(Vec::new()));
}

#[test]
fn bad_addresses_are_named_with_their_line() {
    let bad = [
        "",
        ":1",
        "a",
        "a:",
        "a:0",
        "a:65536",
        "a:-1",
        "a:+1",
        "a:1x",
        "http://a:1",
        "a b:1",
        "1.2.3:1",
        "1.2.3.4.5:1",
        "256.1.1.1:1",
        "0.0.0.0:1",
        "-a:1",
        "a-:1",
        "a..b:1",
        "[::1:1",
        "::1:1",
        "a/b:1",
        "a@b:1",
        "ä:1",
    ];
    for text in bad {
        let expected = RosterError::BadAddress { line: 2, text: text.to_owned() };
        assert_eq!(roster(&lines(&["good:1", text])), Err(expected), "{text}");
    }
    let long = format!("{}:1", vec!["a"; 130].join("."));
    assert!(roster(&[long]).is_err());
}

#[test]
fn the_same_backend_twice_is_refused_however_it_is_written() {
    let error = roster(&lines(&["a:1", "[::1]:2", "A:1"])).unwrap_err();
    assert_eq!(error.to_string(), "line 3: `A:1` stands in line 1 already");
    assert!(roster(&lines(&["[::1]:2", "[0:0:0:0:0:0:0:1]:2"])).is_err());
    assert!(roster(&lines(&["a:1", "a:2"])).is_ok());
}

#[test]
fn too_many_backends_are_refused() {
    let lines: Vec<_> = (0..=BACKENDS_MAX).map(|n| format!("b{n}:1")).collect();
    assert!(roster(&lines[1..]).is_ok());
    assert_eq!(roster(&lines), Err(RosterError::TooMany { count: BACKENDS_MAX + 1 }));
}
