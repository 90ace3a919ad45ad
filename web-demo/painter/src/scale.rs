//! From values to places between 0 and 1.

/// How a range of values is spread over the colours.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Scale {
    Linear {
        low: f64,
        high: f64,
    },
    /// In logarithms, which only positive numbers have.
    Log {
        low: f64,
        high: f64,
    },
    /// In logarithms of 1 + |value| / threshold, with the sign of the value.
    SymLog {
        low: f64,
        high: f64,
        threshold: f64,
    },
}

impl Scale {
    /// The scale of a name: `linear`, `log`, `symlog`.
    pub(crate) fn new(name: &str, low: f64, high: f64, threshold: f64) -> Scale {
        match name {
            "log" => Scale::Log {
                low: low.log10(),
                high: high.log10(),
            },
            "symlog" => Scale::SymLog {
                low: symlog(low, threshold),
                high: symlog(high, threshold),
                threshold,
            },
            _ => Scale::Linear { low, high },
        }
    }

    /// Where a value lies: below 0 and above 1 outside of the range, NaN if it has no place.
    pub(crate) fn place(self, value: f64) -> f64 {
        match self {
            Scale::Linear { low, high } => spread(value, low, high),
            Scale::Log { low, high } => match value {
                value if value > 0.0 => spread(value.log10(), low, high),
                _ => f64::NAN,
            },
            Scale::SymLog {
                low,
                high,
                threshold,
            } => spread(symlog(value, threshold), low, high),
        }
    }
}

fn symlog(value: f64, threshold: f64) -> f64 {
    (value.abs() / threshold).ln_1p().copysign(value)
}

/// A range of one value has it in the middle. A range wider than floats reach is halved first.
fn spread(value: f64, low: f64, high: f64) -> f64 {
    if value.is_infinite() {
        return value;
    }
    let width = high - low;
    if width == 0.0 {
        return match value {
            value if value < low => f64::NEG_INFINITY,
            value if value > low => f64::INFINITY,
            value if value == low => 0.5,
            _ => f64::NAN,
        };
    }
    if width.is_infinite() {
        return (value / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0);
    }
    (value - low) / width
}
