//! Conversations with servers of this process, over loopback pairs.
