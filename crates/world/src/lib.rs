//! A world in memory: zone text that answers like the internet
