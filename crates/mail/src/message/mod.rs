//! A message: header fields, the chain of Received, signatures, unsubscribe.
