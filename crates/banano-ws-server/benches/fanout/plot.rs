//! The report as a picture: bars, by how many clients there are.

use std::fmt::Write as _;

use crate::measure::Costs;

const WIDTH: f64 = 860.0;
const ROW: f64 = 17.0;
const LABELS: f64 = 190.0;
const HALF: f64 = (WIDTH - LABELS) / 2.0;
/// Room behind the longest bar for its figure.
const FIGURE: f64 = 52.0;
const COLORS: [(&str, &str); 5] = [
    ("raw", "#9aa0a6"),
    ("raw uring", "#c4c8cc"),
    ("ours, epoll", "#e0b400"),
    ("ours, uring", "#f4d24a"),
    ("Bun", "#8c6d5a"),
];

/// Draws CPU microseconds per delivered message, paced on the left and in bursts on the right.
pub(super) fn draw(clients: &[usize], report: &[Vec<(&'static str, Costs)>]) -> String {
    let rows: usize = report.iter().map(|costs| costs.len() + 2).sum();
    let height = rows as f64 * ROW + 60.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>\n"
    );
    let mut text = |x: f64, y: f64, anchor: &str, words: &str| {
        let _ = writeln!(
            svg,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"#202124\">{words}</text>"
        );
    };
    text(LABELS, 20.0, "start", "one event at a time: µs of CPU a message");
    text(LABELS + HALF, 20.0, "start", "bursts: µs of CPU a message");
    let most = |figure: fn(&Costs) -> f64| {
        report.iter().flatten().map(|(_, costs)| figure(costs)).fold(0.0, f64::max)
    };
    let scales = [most(|it| it.paced), most(|it| it.burst)];
    let mut bars = Vec::new();
    let mut y = 48.0;
    for (clients, costs) in clients.iter().zip(report) {
        let plural = if *clients == 1 { "client" } else { "clients" };
        text(10.0, y, "start", &format!("{clients} {plural}"));
        y += ROW;
        for (name, costs) in costs {
            text(LABELS - 8.0, y, "end", name);
            for (half, value) in [costs.paced, costs.burst].into_iter().enumerate() {
                let x = LABELS + HALF * half as f64;
                let length = value / scales[half] * (HALF - FIGURE);
                text(x + length + 5.0, y, "start", &format!("{value:.2}"));
                bars.push((x, y, length, *name));
            }
            y += ROW;
        }
        y += ROW;
    }
    for (x, y, length, name) in bars {
        let color = COLORS.iter().find(|(known, _)| *known == name).map_or("#000", |it| it.1);
        let _ = writeln!(
            svg,
            "<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"{length:.1}\" height=\"12\" fill=\"{color}\"/>",
            y - 10.0
        );
    }
    svg.push_str("</svg>\n");
    svg
}
