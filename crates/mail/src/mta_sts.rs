//! MTA-STS: record and policy (RFC 8461).
