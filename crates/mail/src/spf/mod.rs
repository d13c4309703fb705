//! SPF: records, and a replaying evaluation with its full trace (RFC 7208).
