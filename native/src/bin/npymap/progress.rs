//! A progress bar for work that takes longer than a second, on a terminal.

use std::{
    io::{self, IsTerminal},
    sync::OnceLock,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};

/// How far a command is.
pub(crate) struct Progress {
    started: Instant,
    total: u64,
    bar: OnceLock<ProgressBar>,
}

impl Progress {
    pub(crate) fn new(total_bytes: u64) -> Self {
        Self {
            started: Instant::now(),
            total: total_bytes,
            bar: OnceLock::new(),
        }
    }

    /// Tells how many bytes are done. Any thread may.
    pub(crate) fn show(&self, done_bytes: u64) {
        const PATIENCE: Duration = Duration::from_secs(1);
        if self.started.elapsed() < PATIENCE || !io::stderr().is_terminal() {
            return;
        }
        let bar = self.bar.get_or_init(|| {
            let style = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {eta}")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::new(self.total)
                .with_style(style)
                .with_elapsed(self.started.elapsed())
        });
        bar.set_position(done_bytes);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}
