//! DMARC: records, the tree walk of RFC 9989 and the older way by public suffixes (RFC 7489).
