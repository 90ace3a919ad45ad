//! Rounds of measurements, and the table of their outcome.

use std::time::{Duration, Instant};

/// The jobs that are wanted, and the printing of their results.
pub struct Table {
    words: Vec<String>,
}

/// One side of a comparison: its name, and what runs and times it once.
pub type Side<'a> = (&'a str, Box<dyn FnMut() -> Duration + 'a>);

impl Table {
    pub fn new(words: Vec<String>) -> Self {
        println!("| job | side | median | ours is | shortest | ours is |");
        println!("|---|---|---|---|---|---|");
        Self { words }
    }

    /// Whether a job is wanted.
    pub fn wants(&self, job: &str) -> bool {
        self.words.is_empty() || self.words.iter().any(|word| job.contains(word.as_str()))
    }

    /// Whether a job was asked for by name.
    pub fn names(&self, job: &str) -> bool {
        !self.words.is_empty() && self.wants(job)
    }

    /// Runs the sides in turn, `rounds` times, and prints the median of each, and the shortest time,
    /// which a machine that does other things as well disturbs the least. The first is ours; the
    /// others are given as how many times as fast ours is.
    pub fn run(&mut self, job: &str, rounds: usize, mut sides: Vec<Side<'_>>) {
        let mut times = vec![Vec::new(); sides.len()];
        // One round warms up.
        for round in 0..=rounds {
            for ((_, side), times) in sides.iter_mut().zip(&mut times) {
                let time = side();
                if round > 0 {
                    times.push(time);
                }
            }
        }
        let figures: Vec<_> = times.into_iter().map(median_and_shortest).collect();
        let ours = figures[0];
        for (i, ((name, _), (median, shortest))) in sides.iter().zip(&figures).enumerate() {
            let ratio = |theirs: &Duration, ours: Duration| match theirs.as_secs_f64()
                / ours.as_secs_f64()
            {
                _ if i == 0 => String::new(),
                ratio if ratio < 100.0 => format!("{ratio:.2}× as fast"),
                ratio => format!("{ratio:.0}× as fast"),
            };
            let (typical, best) = (ratio(median, ours.0), ratio(shortest, ours.1));
            println!("| {job} | {name} | {median:.3?} | {typical} | {shortest:.3?} | {best} |");
        }
    }

    /// Prints a figure that is no time.
    pub fn figure(&mut self, job: &str, side: &str, figure: &str) {
        println!("| {job} | {side} | {figure} | | | |");
    }
}

/// The time one call takes, of so many calls.
pub fn each<T>(calls: u32, mut call: impl FnMut() -> T) -> Duration {
    let start = Instant::now();
    for _ in 0..calls {
        std::hint::black_box(call());
    }
    start.elapsed() / calls
}

fn median_and_shortest(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort();
    (times[times.len() / 2], times[0])
}
