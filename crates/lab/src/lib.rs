//! The closed internet: real servers in one network namespace
