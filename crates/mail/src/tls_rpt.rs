//! TLS-RPT: the record (RFC 8460).
