//! A line chart as SVG: lines over time, with a scale that reads in round numbers.

use std::fmt::Write;

/// Pixels of a chart, and of its margins.
const WIDTH: f64 = 480.0;
const HEIGHT: f64 = 180.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 8.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 24.0;
/// Lines of the scale.
const STEPS: f64 = 4.0;

/// A chart.
pub(super) struct Chart {
    pub(super) title: &'static str,
    pub(super) unit: &'static str,
    /// Seconds of the whole axis, the same in all charts of a report.
    pub(super) lasts_sec: f64,
    pub(super) lines: Vec<Line>,
}

/// A line of it.
pub(super) struct Line {
    pub(super) name: &'static str,
    pub(super) class: &'static str,
    /// Seconds and values.
    pub(super) points: Vec<(f64, f64)>,
}

impl Chart {
    pub(super) fn svg(&self) -> String {
        let points = self.lines.iter().flat_map(|line| &line.points);
        let most = points.map(|(_, value)| *value).fold(0.0, f64::max);
        // What is counted has no parts on its scale.
        let least = if self.unit.is_empty() { STEPS } else { 0.0 };
        let (end, top) = (self.lasts_sec.max(1.0), round_up(most.max(least)));
        let x = |at: f64| LEFT + (WIDTH - LEFT - RIGHT) * at / end;
        let y = |value: f64| HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top;
        let mut out = format!(
            "<figure><figcaption>{}{}</figcaption><svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\">",
            self.title,
            self.legend(),
            self.title
        );
        for step in 0..=STEPS as u32 {
            let value = top * f64::from(step) / STEPS;
            let _ = write!(
                out,
                "<line class=\"scale\" x1=\"{LEFT}\" x2=\"{:.0}\" y1=\"{:.1}\" y2=\"{:.1}\"/>\
                 <text class=\"value\" x=\"{:.0}\" y=\"{:.1}\">{}</text>",
                WIDTH - RIGHT,
                y(value),
                y(value),
                LEFT - 6.0,
                y(value) + 4.0,
                short(value, top)
            );
        }
        for at in [0.0, end / 2.0, end] {
            let anchor = if at == 0.0 {
                "start"
            } else if at < end {
                "middle"
            } else {
                "end"
            };
            let _ = write!(
                out,
                "<text text-anchor=\"{anchor}\" x=\"{:.1}\" y=\"{:.0}\">{} s</text>",
                x(at),
                HEIGHT - 6.0,
                short(at, end)
            );
        }
        if !self.unit.is_empty() {
            let _ = write!(
                out,
                "<text class=\"value\" x=\"{:.0}\" y=\"{:.0}\">{}</text>",
                LEFT - 6.0,
                HEIGHT - 6.0,
                self.unit
            );
        }
        for line in &self.lines {
            let path: Vec<String> = line
                .points
                .iter()
                .map(|(at, value)| format!("{:.1},{:.1}", x(*at), y(*value)))
                .collect();
            let _ =
                write!(out, "<polyline class=\"{}\" points=\"{}\"/>", line.class, path.join(" "));
        }
        out + "</svg></figure>"
    }

    /// Which line is which, where there is more than one.
    fn legend(&self) -> String {
        if self.lines.len() < 2 {
            return String::new();
        }
        let entry =
            |line: &Line| format!(" <span class=\"key {}\">{}</span>", line.class, line.name);
        self.lines.iter().map(entry).collect()
    }
}

/// The next number of 1, 2 or 5 times a power of ten, and its half steps: a scale that reads well.
fn round_up(value: f64) -> f64 {
    if value <= 0.0 {
        return 1.0;
    }
    let power = 10_f64.powf(value.log10().floor());
    let steps = [1.0, 1.2, 1.6, 2.0, 2.4, 3.2, 4.0, 6.0, 8.0, 10.0];
    steps.into_iter().map(|step| step * power).find(|step| *step >= value).unwrap_or(10.0 * power)
}

/// A value in the unit of the highest one, so that a scale has one unit.
fn short(value: f64, highest: f64) -> String {
    match highest {
        _ if value == 0.0 => "0".into(),
        _ if highest >= 1e6 => format!("{}M", trimmed(value / 1e6)),
        _ if highest >= 1e4 => format!("{}k", trimmed(value / 1e3)),
        _ if value >= 1e3 => super::number(value.round() as u64),
        _ => trimmed(value),
    }
}

/// Two places at most, and no zeros at the end.
fn trimmed(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_end_at_round_numbers_above_all_values() {
        for (value, top) in [(0.0, 1.0), (1.0, 1.0), (17.0, 20.0), (99.0, 100.0), (0.031, 0.032)] {
            assert!((round_up(value) - top).abs() < 1e-9, "{value}: {}", round_up(value));
        }
        for (value, highest, shown) in [
            (0.25, 1.0, "0.25"),
            (1_000.0, 1_000.0, "1,000"),
            (8_000.0, 32_000.0, "8k"),
            (500_000.0, 1_600_000.0, "0.5M"),
            (0.0, 32_000.0, "0"),
        ] {
            assert_eq!(short(value, highest), shown);
        }
    }

    #[test]
    fn a_chart_without_points_is_a_chart() {
        let line = Line { name: "a", class: "one", points: Vec::new() };
        let svg = Chart { title: "T", unit: "ms", lasts_sec: 0.0, lines: vec![line] }.svg();
        assert!(!svg.contains("NaN") && svg.ends_with("</figure>"), "{svg}");
    }
}
