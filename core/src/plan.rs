//! Which byte ranges a read of a layout needs.
