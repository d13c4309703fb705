//! Typed tables over the shipped data
