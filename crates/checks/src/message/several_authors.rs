//! The message has no author, or several.

use super::common;
use crate::prelude::*;

/// There is not exactly one From field with one address.
pub const CHECK: Check = Check {
    id: "message-several-authors",
    title: "The message does not have exactly one author",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 5322 3.6.2"),
    who: Who::MailOperator,
    since: "0.2.0",
    needs: &[Need::Message],
    page: include_str!("several_authors.md"),
    judge: Judge::Message(judge),
};

fn judge(letter: &Letter) -> Judgement {
    let message = &letter.facts.message;
    let explanation = match (message.from_fields, message.from.len()) {
        (1, 1) => return Judgement::Pass,
        (0, _) => "The message has no From field, so it has no author.".to_owned(),
        (1, 0) => "The From field names no address.".to_owned(),
        (1, many) => format!("The From field names {many} addresses."),
        (many, _) => format!("The message has {many} From fields, and programs differ in which one they show."),
    };
    Judgement::fail(Failure {
        subject: "From".into(),
        explanation: format!(
            "{explanation} Receivers cannot tell whose policy holds, and large ones refuse such mail."
        ),
        evidence: vec![common::from(letter)],
        remedy: Remedy {
            steps: vec![
                "Write one From field with one address; name others in Sender or Reply-To.".into(),
                "Sign From twice in h= (h=from:from), so that nobody can add another one.".into(),
            ],
            records: Vec::new(),
        },
    })
}
