//! Received fields of each software, and garbage.

use super::*;
use proptest::prelude::*;

/// A name that was found.
fn name(text: &str) -> ReverseName {
    ReverseName::Name(text.into())
}

#[test]
fn each_software_s_format_is_read() {
    let cases = [
        (
            "from mail.example.com (mail.example.com [203.0.113.5])\n\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))\n\t(No client certificate requested)\n\tby mx.example.net (Postfix) with ESMTPS id 4Tv1\n\tfor <bob@example.net>; Tue, 12 Mar 2024 10:11:12 +0100 (CET)",
            Software::Postfix,
            Some("mail.example.com"),
            name("mail.example.com"),
            "mx.example.net",
            "ESMTPS",
        ),
        (
            "from ylmf-pc (unknown [203.0.113.5]) by mx.example.net (Postfix) with ESMTP id 1; Tue, 12 Mar 2024 10:11:12 +0100",
            Software::Postfix,
            Some("ylmf-pc"),
            ReverseName::Unknown,
            "mx.example.net",
            "ESMTP",
        ),
        (
            "from rdns.example.com ([203.0.113.5] helo=mail.example.com)\n by mx.example.net with esmtps (TLS1.3) tls TLS_AES_256_GCM_SHA384 (Exim 4.96)\n (envelope-from <a@example.com>) id 1rk2ab-0001Ab-2C for bob@example.net; Tue, 12 Mar 2024 09:11:12 +0000",
            Software::Exim,
            Some("mail.example.com"),
            name("rdns.example.com"),
            "mx.example.net",
            "esmtps",
        ),
        (
            "from mail.example.com ([203.0.113.5]) by mx.example.net with esmtp (Exim 4.96) id 1rk; Tue, 12 Mar 2024 09:11:12 +0000",
            Software::Exim,
            Some("mail.example.com"),
            name("mail.example.com"),
            "mx.example.net",
            "esmtp",
        ),
        (
            "from [203.0.113.5] (port=4321 helo=mail.example.com) by mx.example.net with esmtp (Exim 4.96) id 1; Tue, 12 Mar 2024 09:11:12 +0000",
            Software::Exim,
            Some("mail.example.com"),
            ReverseName::Unknown,
            "mx.example.net",
            "esmtp",
        ),
        (
            "from mail.example.com (dsl.example.org [203.0.113.5] (may be forged)) by mx.example.net (8.17.1/8.17.1) with ESMTPS id x (version=TLSv1.3 cipher=X) for <b@example.net>; Tue, 12 Mar 2024 09:11:12 GMT",
            Software::Sendmail,
            Some("mail.example.com"),
            ReverseName::Forged("dsl.example.org".into()),
            "mx.example.net",
            "ESMTPS",
        ),
        (
            "from mail.example.com (203.0.113.5) by\n AM5EUR02FT008.mail.protection.outlook.com (10.152.8.1) with Microsoft SMTP\n Server (version=TLS1_2, cipher=TLS_ECDHE_RSA) id 15.20.7386.17 via Frontend\n Transport; Tue, 12 Mar 2024 09:11:12 +0000",
            Software::Exchange,
            Some("mail.example.com"),
            ReverseName::NotRecorded,
            "AM5EUR02FT008.mail.protection.outlook.com",
            "Microsoft SMTP Server",
        ),
        (
            "from mail.example.com (rdns.example.com. [203.0.113.5]) by mx.google.com with ESMTPS id a1-20020a for <b@gmail.com> (version=TLS1_3 cipher=TLS_AES_128_GCM_SHA256 bits=128/128); Tue, 12 Mar 2024 02:11:12 -0700 (PDT)",
            Software::Google,
            Some("mail.example.com"),
            name("rdns.example.com"),
            "mx.google.com",
            "ESMTPS",
        ),
        (
            "from unknown (HELO mail.example.com) (root@203.0.113.5) by mx.example.net with SMTP; 12 Mar 2024 09:11:12 -0000",
            Software::Qmail,
            Some("mail.example.com"),
            ReverseName::Unknown,
            "mx.example.net",
            "SMTP",
        ),
        (
            "from 203.0.113.5 (EHLO mail.example.com) by 10.197.34.1 with SMTPs (version=TLS1_2 cipher=X); Tue, 12 Mar 2024 09:11:12 +0000",
            Software::Unknown,
            Some("mail.example.com"),
            ReverseName::NotRecorded,
            "10.197.34.1",
            "SMTPs",
        ),
        (
            "from mail.example.com (rdns.example.com [203.0.113.5])\n\tby mx.example.net (Haraka/3.0.2) with ESMTPS id 1A.1\n\tenvelope-from <a@example.com>\n\ttls TLS_AES_256_GCM_SHA384 (authz=false);\n\tTue, 12 Mar 2024 09:11:12 +0000",
            Software::Haraka,
            Some("mail.example.com"),
            name("rdns.example.com"),
            "mx.example.net",
            "ESMTPS",
        ),
        (
            "from mail.example.com (<unknown> [203.0.113.5]) by mx.example.net (OpenSMTPD) with ESMTPS id f00 (TLSv1.3:TLS_AES_256_GCM_SHA384:256:NO) for <b@example.net>; Tue, 12 Mar 2024 09:11:12 +0000 (UTC)",
            Software::OpenSmtpd,
            Some("mail.example.com"),
            ReverseName::Unknown,
            "mx.example.net",
            "ESMTPS",
        ),
    ];
    for (value, software, helo, reverse, by, protocol) in cases {
        let hop = received(&value.replace('\n', ""), 7);
        let read = (hop.software, hop.helo.as_deref(), hop.reverse, hop.by.as_deref(), hop.protocol.as_deref());
        let (by_read, protocol_read) = (read.3.unwrap_or_default(), read.4.unwrap_or_default());
        assert_eq!((read.0, read.1, read.2), (software, helo, reverse), "{value}");
        assert_eq!(by_read, by, "{value}");
        assert!(protocol_read.starts_with(protocol), "{value}");
        assert_eq!(hop.address.map(|address| address.to_string()).as_deref(), Some("203.0.113.5"), "{value}");
        assert_eq!(hop.time.map(|time| time.to_string()).as_deref(), Some("2024-03-12T09:11:12Z"), "{value}");
        assert!(!hop.authenticated, "{value}");
    }
}

#[test]
fn details_are_kept() {
    let hop = received(
        "from [192.168.1.4] (host.isp.example [198.51.100.7]) (using TLSv1.3 with cipher X (256/256 bits)) (Authenticated sender: alice) by out.example.com (Postfix) with ESMTPSA id 4Tv1 for <bob@example.net>; Tue, 12 Mar 2024 10:11:12 +0100",
        0,
    );
    assert!(hop.authenticated);
    assert_eq!(hop.tls.as_deref(), Some("TLSv1.3 with cipher X (256/256 bits)"));
    assert_eq!((hop.id.as_deref(), hop.recipient.as_deref()), (Some("4Tv1"), Some("bob@example.net")));
    let exim = received("from a.example ([203.0.113.5]) by b with esmtps (TLS1.3) tls TLS_AES (Exim 4.96) id 1; x", 0);
    assert_eq!(exim.tls.as_deref(), Some("TLS1.3"));
    let local = received("by out.example.com (Postfix, from userid 1000) id ABC; Tue, 12 Mar 2024 10:11:12 +0100", 0);
    assert_eq!((local.helo, local.address, local.by.as_deref()), (None, None, Some("out.example.com")));
    let qmail = received("(qmail 1234 invoked by uid 89); 12 Mar 2024 09:11:12 -0000", 0);
    assert_eq!((qmail.software, qmail.address), (Software::Qmail, None));
    assert!(qmail.time.is_some());
    let v6 = received(
        "from a.example (IPv6:2001:db8::1) by BL0.prod.outlook.com (2603:10b6::11) with Microsoft SMTP Server id 1; x",
        0,
    );
    assert_eq!(v6.address.map(|address| address.to_string()).as_deref(), Some("2001:db8::1"));
    let mapped = received("from a (b [IPv6:::ffff:203.0.113.5]) by c with SMTP; x", 0);
    assert_eq!(mapped.address.map(|address| address.to_string()).as_deref(), Some("203.0.113.5"));
}

#[test]
fn hostile_text_is_escaped() {
    let hop = received("from a\u{1b}[31m (b\u{202e} [203.0.113.5]) by c\u{7} with SMTP id d; x", 0);
    assert_eq!(hop.helo.as_deref(), Some("a\\027[31m"));
    assert_eq!(hop.reverse, name("b\\226\\128\\174"));
    assert_eq!(hop.by.as_deref(), Some("c\\007"));
}

proptest! {
    #[test]
    fn never_panics(words in proptest::collection::vec(
        prop_oneof!["from|by|with|id|for|via", "[a-z.\\[\\]()@;:=\"\\\\ 0-9]{0,12}", "\\PC{0,6}"], 0..30)
    ) {
        let hop = received(&words.join(" "), 3);
        prop_assert_eq!(hop.at, 3);
    }
}
