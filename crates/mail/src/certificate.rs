//! What certificates say: names, times, keys.
