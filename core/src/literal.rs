//! Python literals, as far as NumPy headers may hold them.
