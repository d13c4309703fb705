//! Lists of `tag=value` with positions, as DKIM, DMARC, BIMI, MTA-STS and TLS-RPT use.
