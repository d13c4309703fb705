//! What was observed, and what it proves about an address
