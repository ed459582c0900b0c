//! Whatever is wrong with a server is found and called by its name; and what is right is not.

use load_testing::findings::Findings;
use load_testing::measures::Measured;
use load_testing::run;
use load_testing::scenario::Scenario;
use load_testing::summary::{Run, Summary};
use load_testing::target::Target;

use crate::faulty::{Flaw, Server};

/// A room of four, twenty posts a second for a second and a half.
const CALM: &str = "\
name: Calm
lasts: 1500ms
catchesUp: 3s
settles: 700ms
groups:
  - { name: room, members: 4, posts: { perSecond: 20 } }
";

/// The same, for longer, with members who lose their connections and come back while others post.
const ROUGH: &str = "\
name: Rough
lasts: 3s
catchesUp: 3s
settles: 500ms
groups:
  - name: room
    members: 4
    posts: { perSecond: 20 }
    reconnects: { perMinute: 40, away: 300ms }
";

struct Outcome {
    scenario: Scenario,
    measured: Measured,
    findings: Findings,
}

impl Outcome {
    /// The kinds of what was wrong.
    fn kinds(&self) -> Vec<&str> {
        self.findings.counts.keys().map(String::as_str).collect()
    }

    fn passed(&self) -> bool {
        let run = Run { target: String::new(), peer: None, began: 0, processes: 1 };
        Summary::new(&self.scenario, &run, &self.measured, self.findings.clone()).passed
    }
}

async fn load(scenario: &str, thresholds: &str, flaw: Flaw) -> Outcome {
    let server = Server::with(flaw).await;
    let text = format!("{scenario}thresholds: {{ {thresholds} }}\n");
    let scenario = Scenario::parse(&text, "flaws.yml").unwrap();
    let target = Target::find(&server.url(), None).await.unwrap();
    let part = run::alone(scenario.clone(), target, "test".into()).await.unwrap();
    let (measured, findings) = part.judge();
    Outcome { scenario, measured, findings }
}

#[tokio::test]
async fn a_server_that_does_what_it_should_passes() {
    let outcome = load(CALM, "refused: 0, disconnects: 0, restarts: 0", Flaw::None).await;
    assert!(outcome.passed(), "{:?}", outcome.findings);
    let counts = outcome.measured.counts;
    assert!((25..=35).contains(&counts.posts), "{counts:?}");
    assert_eq!((counts.acks, counts.deliveries), (counts.posts, 4 * counts.posts));
}

#[tokio::test]
async fn resumes_that_leave_nothing_out_pass() {
    let outcome = load(ROUGH, "disconnects: 0, restarts: 0", Flaw::None).await;
    assert!(outcome.passed(), "{:?}", outcome.findings);
    assert!(outcome.measured.counts.resumed > 0);
}

#[tokio::test]
async fn what_one_member_gets_wrong_is_found() {
    for (flaw, kind) in [
        (Flaw::Drops, "lost"),
        (Flaw::Doubles, "doubled"),
        (Flaw::Reorders, "out of order"),
        (Flaw::Lies, "disagreements"),
    ] {
        let outcome = load(CALM, "", flaw).await;
        let expected: &[&str] =
            if flaw == Flaw::Lies { &["disagreements", "false answers"] } else { &[kind] };
        assert!(outcome.kinds().contains(&kind), "{flaw:?}: {:?}", outcome.findings);
        assert!(
            outcome.kinds().iter().all(|kind| expected.contains(kind)),
            "{flaw:?}: {:?}",
            outcome.kinds()
        );
        assert!(!outcome.passed(), "{flaw:?}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_answers_is_found() {
    for (flaw, kind) in [
        (Flaw::AnswersFalsely, "false answers"),
        (Flaw::Swallows, "false answers"),
        (Flaw::IsSilent, "unanswered"),
        (Flaw::PostsTwice, "posted twice"),
    ] {
        let outcome = load(CALM, "", flaw).await;
        assert_eq!(outcome.kinds(), [kind], "{flaw:?}: {:?}", outcome.findings.examples);
        assert!(!outcome.passed(), "{flaw:?}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_coming_back_is_found() {
    for (flaw, kind) in [
        (Flaw::SkipsOnResume, "lost"),
        (Flaw::InventsGaps, "false gaps"),
        (Flaw::HidesGaps, "missed without a word"),
        (Flaw::RestartsSilently, "silent restarts"),
    ] {
        let outcome = load(ROUGH, "", flaw).await;
        assert!(outcome.kinds().contains(&kind), "{flaw:?}: {:?}", outcome.findings);
        assert!(!outcome.passed(), "{flaw:?}");
    }
}

#[tokio::test]
async fn a_room_that_says_that_it_began_anew_breaks_a_threshold_and_no_promise() {
    let outcome = load(ROUGH, "restarts: 0", Flaw::RestartsOpenly).await;
    assert!(!outcome.kinds().contains(&"silent restarts"), "{:?}", outcome.findings);
    assert!(outcome.measured.counts.restarts > 0);
    assert!(!outcome.passed());
}

#[tokio::test]
async fn the_end_is_not_forgotten() {
    let outcome = load(CALM, "", Flaw::KeepsTheEnd).await;
    assert!(outcome.kinds().contains(&"false answers"), "{:?}", outcome.findings);
    assert!(outcome.kinds().contains(&"lost"), "{:?}", outcome.findings);
}

#[tokio::test]
async fn delays_and_refusals_break_thresholds_alone() {
    // What comes late on a busy machine as well must not look lost.
    let patient = CALM.replace("settles: 700ms", "settles: 5s");
    let outcome = load(&patient, "deliveryP99: 200ms", Flaw::Delays).await;
    assert!(outcome.findings.is_empty(), "{:?}", outcome.findings);
    assert!(!outcome.passed());
    assert!(outcome.measured.delivery.at(50.0) >= 400_000);
    let outcome = load(CALM, "refused: 0", Flaw::Refuses).await;
    assert!(outcome.findings.is_empty(), "{:?}", outcome.findings);
    assert_eq!(outcome.measured.refusals["rate_limited"], 1);
    assert!(!outcome.passed());
}

#[tokio::test]
async fn a_run_in_which_nobody_got_in_does_not_pass() {
    for thresholds in ["", "ackP99: 1h, deliveryP99: 1h, joinP99: 1h, refused: 0"] {
        let outcome = load(CALM, thresholds, Flaw::ClosesAll).await;
        assert_eq!(outcome.measured.counts.joins, 0);
        assert!(!outcome.passed(), "{thresholds}");
    }
}
