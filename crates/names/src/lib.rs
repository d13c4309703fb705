//! Host names, reverse names, records and the three answers the world can give
