//! Markup in text from the network.
//!
//! Names are presentation text already. Greetings and registration data are free text, which may end up in a page or a
//! chat: the characters that start markup get the escapes that names have.

use crate::{Body, Report};
use ptrust_facts::Facts;
use ptrust_mail::message::Message;
use ptrust_names::escape;
use std::borrow::Cow;

/// Free text from the network: escaped, with nothing left that starts markup.
pub(crate) fn free(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in escape(text).chars() {
        match c {
            '<' => out.push_str("\\060"),
            '>' => out.push_str("\\062"),
            '&' => out.push_str("\\038"),
            '`' => out.push_str("\\096"),
            _ => out.push(c),
        }
    }
    out
}

/// Escapes what findings and coverage quote of free text, and nothing else of them: their own words have backticks and
/// `<placeholders>`.
pub(crate) fn clean(report: &mut Report) {
    let quotes = match &report.body {
        Body::Address(body) => quotes(&body.source),
        Body::Domain(body) => {
            let evidence = body.mail.bimi.iter().filter_map(|bimi| bimi.evidence.as_ref());
            let texts = evidence.flat_map(|one| one.names.iter().chain(&one.subject).chain(&one.issuer));
            body.source.addresses.values().flat_map(quotes).chain(marked(texts.cloned())).collect()
        }
        Body::Message(body) => {
            let address = body.source.sender.iter().flat_map(quotes);
            address.chain(marked(message_texts(&body.source.message))).collect()
        }
    };
    if quotes.is_empty() {
        return;
    }
    let clean = |text: &mut String| {
        for (raw, safe) in &quotes {
            if text.contains(raw.as_str()) {
                *text = text.replace(raw.as_str(), safe);
            }
        }
    };
    for finding in &mut report.findings {
        clean(&mut finding.subject);
        clean(&mut finding.explanation);
        finding.remedy.steps.iter_mut().chain(&mut finding.remedy.records).for_each(clean);
        for one in &mut finding.evidence {
            clean(&mut one.answer);
        }
    }
    report.coverage.inconclusive.iter_mut().for_each(|one| clean(&mut one.missing));
}

/// Texts with markup, as the network sent them and as [`escape`] writes them, each with its safe form; longest first,
/// since one may be a part of another.
fn quotes(facts: &Facts) -> Vec<(String, String)> {
    let mut texts: Vec<Cow<'_, str>> = Vec::new();
    let owner = facts.owner();
    if let Some(owner) = owner.present() {
        texts.extend(owner.holder.iter().chain(&owner.block_name).chain(&owner.abuse).map(|text| text.clone().into()));
    }
    let smtp = facts.smtp();
    if let Some(smtp) = smtp.present() {
        texts.extend(smtp.greeting.iter().chain(&smtp.ehlo).map(|text| text.clone().into()));
        texts.extend(smtp.transcript.iter().map(|line| line.text.clone().into()));
    }
    texts.extend(facts.target.helo.iter().map(|text| text.clone().into()));
    marked(texts.into_iter().flat_map(|text| [escape(&text), text.into_owned()]))
}

/// Those of the texts that hold markup.
fn marked(texts: impl Iterator<Item = String>) -> Vec<(String, String)> {
    // One character, such as a lone backtick, could be anywhere in our own words.
    let marked = texts.filter(|text| text.chars().count() > 1 && text.contains(['<', '>', '&', '`']));
    let mut all: Vec<_> = marked.map(|text| (free(&text), text)).map(|(safe, raw)| (raw, safe)).collect();
    all.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.0.cmp(&b.0)));
    all.dedup();
    all
}

/// What findings quote of a message.
fn message_texts(message: &Message) -> impl Iterator<Item = String> {
    let from = message.from.iter().map(|one| &one.address);
    let signers = message.signatures.iter().flat_map(|one| one.domain.iter().chain(&one.selector));
    let unsubscribe = message.unsubscribe.uris.iter().chain(&message.unsubscribe.post);
    let helo = message.boundary.sending.iter().filter_map(|sending| sending.helo.as_ref());
    from.chain(signers).chain(unsubscribe).chain(helo).chain(&message.return_path).cloned()
}

#[cfg(test)]
mod tests {
    use super::free;

    #[test]
    fn markup_is_escaped_and_quotes_stay() {
        assert_eq!(free("<b>O'Neil & \"Co\"`"), "\\060b\\062O'Neil \\038 \"Co\"\\096");
        assert_eq!(free(&free("<a\n>")), free("<a\n>"));
    }
}
