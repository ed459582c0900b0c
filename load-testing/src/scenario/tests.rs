//! Scenarios as files, and the lines of what is wrong in them.

use super::*;

const GOOD: &str = "\
name: Small
lasts: 10s
# A comment: with a colon.
groups:
  - name: hall
    members: 20
    arrive: { over: 2s, spread: poisson }
    lurkers: 0.5
    posts:
      perSecond: 5
      bytes: 200
    slowReaders:
      share: 0.1
      stops: 2s
      every: 3s
  - name: side
    rooms: 3
    members: 2
thresholds:
  ackP99: 200ms
  refused: 0
";

fn error(text: &str) -> String {
    Scenario::parse(text, "x.yml").unwrap_err().to_string()
}

#[test]
fn a_scenario_says_who_comes_and_what_they_do() {
    let scenario = Scenario::parse(GOOD, "x.yml").unwrap();
    assert_eq!(scenario.members(), 26);
    assert_eq!(scenario.groups[0].speakers(), 10);
    assert_eq!(scenario.groups[1].speakers(), 0);
    assert_eq!(scenario.thresholds.ack_p99, Some(Span::ms(200)));
    assert_eq!(scenario.groups[0].arrive.spread, Spread::Poisson);
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    for (from, to, line, words) in [
        ("lasts: 10s", "lasts: soon", 2, "span of time"),
        ("lasts: 10s", "lasts: 0s", 2, "no time"),
        ("lasts: 10s", "lasts: 99h", 2, "longer than a day"),
        ("name: Small", "nmae: Small", 1, "unknown field `nmae`"),
        ("    members: 20", "    members: 0", 6, "not from 1"),
        ("    members: 20", "    members: 2.5", 6, "`groups[0].members`"),
        ("    members: 20", "    members: 100001", 6, "not from 1"),
        ("over: 2s", "over: 12s", 7, "too short"),
        ("over: 2s", "ovre: 2s", 7, "unknown field `ovre`"),
        ("lurkers: 0.5", "lurkers: 1.5", 8, "share from 0 to 1"),
        ("lurkers: 0.5", "lurkers: 1", 8, "nobody is left"),
        ("perSecond: 5", "perSecond: -1", 10, "rate above 0"),
        ("perSecond: 5", "perSecond: .nan", 10, "rate above 0"),
        ("bytes: 200", "bytes: 20000", 11, "not from 1"),
        ("share: 0.1", "share: 0.001", 13, "nobody"),
        ("name: side", "name: hall", 16, "two groups"),
        ("name: side", "name: Side room", 16, "lower-case"),
        ("rooms: 3", "room: 3", 17, "unknown field `room`"),
        ("rooms: 3", "lurkers: 0.1", 17, "only reads"),
        ("refused: 0", "refused: -1", 21, "`thresholds.refused`"),
        ("  ackP99: 200ms", "\tackP99: 200ms", 20, "token"),
    ] {
        let text = GOOD.replace(from, to);
        let error = error(&text);
        assert!(error.starts_with(&format!("x.yml:{line}: ")), "{to}: {error}");
        assert!(error.contains(words), "{to}: {error}");
    }
}

#[test]
fn a_target_of_another_kind_is_refused_with_its_line() {
    for target in ["http://127.0.0.1", "wss://chat.example", "127.0.0.1:8080"] {
        let error = error(&format!("target: {target}\n{GOOD}"));
        assert!(error.starts_with("x.yml:1: "), "{error}");
    }
}

#[test]
fn a_scenario_without_anybody_or_with_too_many_is_refused() {
    let nobody = "name: Empty\nlasts: 1s\ngroups: []\n";
    assert!(error(nobody).starts_with("x.yml:3: nobody comes"), "{}", error(nobody));
    let crowd = GOOD.replace("rooms: 3", "rooms: 100000").replace("members: 2\n", "members: 3\n");
    assert!(error(&crowd).contains("300020 members"), "{}", error(&crowd));
}

#[test]
fn every_shipped_scenario_is_one() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
    let mut count = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        Scenario::load(&file.unwrap().path()).unwrap();
        count += 1;
    }
    assert!(count >= 5, "{count} scenarios");
}
