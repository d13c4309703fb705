//! Plan, observe, judge, report
