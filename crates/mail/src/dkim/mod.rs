//! DKIM: key records and signature headers (RFC 6376).
