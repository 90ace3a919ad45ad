//! Statistics and histograms in one pass.
