//! Reports that receivers send: DMARC aggregate (RFC 7489, RFC 9990) and TLS (RFC 8460).
