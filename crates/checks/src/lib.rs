//! One defect, one check, one page
