//! Ports to the world: resolver, delegation walk, SMTP, RDAP
