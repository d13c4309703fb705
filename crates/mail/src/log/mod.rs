//! Mail logs of Postfix and Exim, and plain lists: the sending addresses in them.
