//! Elements and arrays as Python prints them.
