//! TLSA records and what they match (RFC 6698, RFC 7672).
