//! Whether anything asked for the assumed records at all.

use super::records;
use crate::ports::{BoxFuture, Channel, Exchange, PathError};
use ptrust_names::{Record, RecordType};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// An exchange that notes which records were asked for. It stands below [`super::Assume`] and changes nothing.
pub struct Watch {
    inner: Arc<dyn Exchange>,
    records: Vec<(Record, AtomicBool)>,
}

impl Watch {
    /// Watches an exchange for questions about records.
    pub fn new(inner: Arc<dyn Exchange>, records: Vec<Record>) -> Self {
        Self { inner, records: records.into_iter().map(|record| (record, AtomicBool::new(false))).collect() }
    }

    /// The records that no question was about.
    pub fn unmet(&self) -> impl Iterator<Item = &Record> {
        self.records.iter().filter(|(_, met)| !met.load(Ordering::Relaxed)).map(|(record, _)| record)
    }
}

impl Exchange for Watch {
    fn exchange<'a>(
        &'a self,
        server: SocketAddr,
        channel: Channel,
        query: &'a [u8],
        timeout: Duration,
    ) -> BoxFuture<'a, Result<Vec<u8>, PathError>> {
        if let Some(question) = records::question(query) {
            for (record, met) in &self.records {
                let rtype = record.data.rtype();
                if record.owner == question.name && (rtype == question.rtype || rtype == RecordType::CNAME) {
                    met.store(true, Ordering::Relaxed);
                }
            }
        }
        self.inner.exchange(server, channel, query, timeout)
    }
}
