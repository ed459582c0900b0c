//! Traces against collectors of every mood: one that takes them, one that is away, one that never
//! answers.

mod collector;
mod configuration;

use std::time::Duration;

use opentelemetry_proto::tonic::trace::v1::Span;
use prometheus_client::encoding::text::encode;

use super::*;
use collector::{Collector, Mood};

/// Longer than anything here takes, on a machine that is busy.
const DEADLINE: Duration = Duration::from_secs(30);

/// What a process has of it.
struct Tracing {
    traces: Traces,
    lifecycle: Lifecycle,
    registry: Registry,
}

impl Tracing {
    fn to(endpoint: &str) -> Self {
        let endpoint = Endpoint::try_from(endpoint.to_owned()).unwrap();
        let config = TracesConfig { endpoint, ratio: Ratio::try_from(1.0).unwrap() };
        Self::of(&config)
    }

    fn of(config: &TracesConfig) -> Self {
        let (lifecycle, mut registry) = (Lifecycle::new(), Registry::default());
        let origin = Origin { service: "test", version: "1.2.3", instance: "one" };
        let clock = Clock::system();
        let traces = Traces::start(config, origin, &clock, &lifecycle, &mut registry).unwrap();
        Self { traces, lifecycle, registry }
    }

    /// Some work with two parts.
    fn work(&self) {
        let began = self.traces.now_ns().unwrap();
        let mut trace = self.traces.begin("work", began).unwrap();
        trace.enter_at("first", began);
        trace.leave(&[]);
        trace.enter("second");
        trace.leave(&[("things", 7)]);
        trace.end();
    }

    fn count(&self, name: &str) -> u64 {
        let mut text = String::new();
        encode(&mut text, &self.registry).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(&format!("{name}_total ")));
        line.unwrap().parse().unwrap()
    }

    /// Waits until a counter is there.
    async fn until(&self, name: &str, count: u64) {
        let counted = async {
            while self.count(name) < count {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(DEADLINE, counted).await.expect("it is counted in time");
        assert_eq!(self.count(name), count, "{name}");
    }

    /// Stops softly; tells whether the exporter ended by itself.
    async fn stop(&self) -> bool {
        self.traces.close();
        self.lifecycle.finish(DEADLINE).await
    }
}

#[tokio::test]
async fn without_an_endpoint_nothing_is_begun() {
    let tracing = Tracing::of(&TracesConfig::default());
    assert_eq!(tracing.lifecycle.tasks(), 0, "no exporter");
    assert_eq!(tracing.traces.now_ns(), None, "not even the time is read");
    assert!(tracing.traces.begin("work", 1).is_none());
    assert_eq!((tracing.count("traces_exported"), tracing.count("traces_dropped")), (0, 0));
    assert!(tracing.stop().await);
}

#[tokio::test]
async fn at_a_ratio_of_zero_nothing_is_traced() {
    let endpoint = Endpoint::try_from("http://127.0.0.1:9".to_owned()).unwrap();
    let config = TracesConfig { endpoint, ratio: Ratio::try_from(0.0).unwrap() };
    let tracing = Tracing::of(&config);
    assert!((0..10_000).all(|_| tracing.traces.begin("work", 1).is_none()));
    assert!(tracing.stop().await);
    assert_eq!(tracing.count("traces_dropped"), 0);
}

#[tokio::test]
async fn a_collector_gets_the_whole_and_its_parts() {
    let collector = Collector::start(Mood::Takes).await;
    let tracing = Tracing::to(&collector.url);
    let before = tracing.traces.now_ns().unwrap();
    tracing.work();
    tracing.work();
    tracing.until("traces_exported", 2).await;
    let after = tracing.traces.now_ns().unwrap();
    let requests = collector.requests();
    let [of_resource] = &requests[0].resource_spans[..] else { panic!("{requests:?}") };
    let described = format!("{:?}", of_resource.resource);
    for known in ["service.name", "\"test\"", "1.2.3", "service.instance.id", "\"one\""] {
        assert!(described.contains(known), "{known}: {described}");
    }
    let spans: Vec<&Span> = of_resource.scope_spans.iter().flat_map(|scope| &scope.spans).collect();
    let roots: Vec<_> = spans.iter().filter(|span| span.parent_span_id.is_empty()).collect();
    assert_eq!((spans.len(), roots.len()), (6, 2));
    assert_ne!(roots[0].trace_id, roots[1].trace_id);
    for root in roots {
        assert_eq!((&*root.name, root.trace_id.len(), root.span_id.len()), ("work", 16, 8));
        let parts: Vec<_> =
            spans.iter().filter(|span| span.parent_span_id == root.span_id).collect();
        assert!(parts.iter().all(|part| part.trace_id == root.trace_id));
        assert_eq!(parts.iter().map(|part| &*part.name).collect::<Vec<_>>(), ["first", "second"]);
        assert!(format!("{:?}", parts[1].attributes).contains("things"));
        let times = [
            (root.start_time_unix_nano, parts[0].start_time_unix_nano),
            (parts[0].start_time_unix_nano, parts[0].end_time_unix_nano),
            (parts[0].end_time_unix_nano, parts[1].start_time_unix_nano),
            (parts[1].start_time_unix_nano, parts[1].end_time_unix_nano),
            (parts[1].end_time_unix_nano, root.end_time_unix_nano),
        ];
        assert!(times.iter().all(|(earlier, later)| earlier <= later), "{times:?}");
        // By the system's time, which this test's clock may be a millisecond away from.
        let slack = 1_000_000_000;
        assert!(before - slack < root.start_time_unix_nano);
        assert!(root.end_time_unix_nano < after + slack);
    }
    assert!(tracing.stop().await);
}

#[tokio::test]
async fn what_ended_just_before_the_stop_is_exported() {
    let collector = Collector::start(Mood::Takes).await;
    let tracing = Tracing::to(&collector.url);
    let many = (2 * exporter::BATCH_MAX + 1) as u64;
    (0..many).for_each(|_| tracing.work());
    assert!(tracing.stop().await);
    assert_eq!((tracing.count("traces_exported"), tracing.count("traces_dropped")), (many, 0));
    let traces = |request: &collector::Request| {
        let scopes = request.resource_spans.iter().flat_map(|spans| &spans.scope_spans);
        scopes.map(|scope| scope.spans.len()).sum::<usize>() / 3
    };
    let traces: Vec<_> = collector.requests().iter().map(traces).collect();
    assert_eq!(traces, [exporter::BATCH_MAX, exporter::BATCH_MAX, 1]);
    tracing.traces.begin("late", 1).unwrap().end();
    assert_eq!(tracing.count("traces_dropped"), 1, "nobody is left to take it");
}

/// On one thread the exporter runs only while the test waits.
#[tokio::test]
async fn what_finds_the_queue_full_is_dropped_and_counted() {
    let tracing = Tracing::to("http://127.0.0.1:9");
    (0..WAITING_MAX).for_each(|_| tracing.work());
    assert_eq!(tracing.count("traces_dropped"), 0);
    tracing.work();
    assert_eq!(tracing.count("traces_dropped"), 1);
}

#[tokio::test]
async fn a_collector_that_is_away_or_refuses_costs_the_traces_and_no_more() {
    for mood in [Mood::Away, Mood::Refuses] {
        let collector = Collector::start(mood).await;
        let tracing = Tracing::to(&collector.url);
        tracing.work();
        tracing.until("traces_dropped", 1).await;
        collector.set(Mood::Takes).await;
        tracing.work();
        tracing.until("traces_exported", 1).await;
        assert_eq!(tracing.count("traces_dropped"), 1);
        assert!(tracing.stop().await);
    }
}

#[tokio::test]
async fn a_collector_that_never_answers_holds_up_the_stop_for_a_bounded_time() {
    let collector = Collector::start(Mood::Hangs).await;
    let tracing = Tracing::to(&collector.url);
    (0..3).for_each(|_| tracing.work());
    let asked = async {
        while collector.asked() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(DEADLINE, asked).await.expect("it is asked in time");
    tracing.work();
    let begun = tokio::time::Instant::now();
    assert!(tracing.stop().await, "it ends by itself");
    let took = begun.elapsed();
    println!("stopped after {took:?}");
    assert!((exporter::FLUSH_MAX..exporter::EXPORT_MAX).contains(&took), "{took:?}");
    assert_eq!((tracing.count("traces_exported"), tracing.count("traces_dropped")), (0, 4));
}

#[tokio::test]
async fn a_hard_stop_waits_for_no_collector() {
    let collector = Collector::start(Mood::Hangs).await;
    let tracing = Tracing::to(&collector.url);
    tracing.work();
    tracing.lifecycle.hard_stop();
    assert!(tracing.lifecycle.finish(DEADLINE).await);
    assert_eq!(tracing.count("traces_dropped"), 1);
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_given_up() {
    let collector = Collector::start(Mood::Hangs).await;
    let tracing = Tracing::to(&collector.url);
    tracing.work();
    tracing.until("traces_dropped", 1).await;
    assert_eq!(tracing.lifecycle.tasks(), 1, "the exporter lives on");
    assert!(tracing.stop().await);
}
