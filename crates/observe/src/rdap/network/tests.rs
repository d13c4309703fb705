//! Objects in the shapes of the five registries, written by hand with documentation addresses.

use super::*;

/// RIPE NCC: organization and maintainer as registrants, a person as contact.
pub(in crate::rdap) const RIPE: &str = r#"{"handle":"192.0.2.0 - 192.0.2.255","startAddress":"192.0.2.0",
    "endAddress":"192.0.2.255","ipVersion":"v4","name":"EXAMPLE-NET","type":"ASSIGNED PA","country":"de",
    "parentHandle":"192.0.0.0 - 192.0.3.255","cidr0_cidrs":[{"v4prefix":"192.0.2.0","length":24}],
    "status":["active"],"entities":[
     {"handle":"EX-MNT","vcardArray":["vcard",[["version",{},"text","4.0"],["fn",{},"text","EX-MNT"],
      ["kind",{},"text","individual"]]],"roles":["registrant"],"objectClassName":"entity"},
     {"handle":"AB1-RIPE","vcardArray":["vcard",[["version",{},"text","4.0"],["fn",{},"text","Abuse desk"],
      ["kind",{},"text","group"],["email",{"type":"abuse"},"text","abuse@example.com"]]],"roles":["abuse"],
      "entities":[],"objectClassName":"entity"},
     {"handle":"ORG-EW1-RIPE","vcardArray":["vcard",[["version",{},"text","4.0"],["fn",{},"text","Example Widgets GmbH"],
      ["kind",{},"text","org"]]],"roles":["registrant"],"objectClassName":"entity"},
     {"handle":"JD1-RIPE","vcardArray":["vcard",[["version",{},"text","4.0"],["fn",{},"text","Jane Doe"],
      ["kind",{},"text","individual"]]],"roles":["administrative","technical"]}],
    "remarks":[{"description":["Data center 1"]}],
    "links":[{"value":"https://rdap.db.ripe.net/ip/192.0.2.1","rel":"self","href":"https://rdap.db.ripe.net/ip/192.0.2.0/24"},
     {"value":"x","rel":"up","href":"https://rdap.db.ripe.net/ip/192.0.0.0/22","type":"application/rdap+json"},
     {"rel":"copyright","href":"http://www.ripe.net/data-tools/support/documentation/terms"}],
    "port43":"whois.ripe.net","objectClassName":"ip network","rdapConformance":["cidr0","rdap_level_0"]}"#;

/// ARIN: a block reassigned to a customer, abuse desk inside the organization.
pub(in crate::rdap) const ARIN: &str = r#"{"rdapConformance":["rdap_level_0","cidr0","arin_originas0"],
    "handle":"NET-198-51-100-0-1","startAddress":"198.51.100.0","endAddress":"198.51.100.191","ipVersion":"v4",
    "name":"EXAMPLE-CUST","type":"REASSIGNMENT","parentHandle":"NET-198-51-0-0-1","entities":[
     {"handle":"C01234567","vcardArray":["vcard",[["version",{},"text","4.0"],["fn",{},"text","Private Customer"],
      ["adr",{"label":"Somewhere"},"text",["","","","","","",""]],["kind",{},"text","org"]]],"roles":["registrant"],
      "entities":[{"handle":"ABUSE1-ARIN","roles":["abuse","noc"],"vcardArray":["vcard",[["fn",{},"text","Abuse"],
       ["org",{},"text","Big Provider"],["kind",{},"text","group"],["email",{},"text","abuse@example.net"]]]}]}],
    "port43":"whois.arin.net","cidr0_cidrs":[{"v4prefix":"198.51.100.0","length":25},{"v4prefix":"198.51.100.128","length":26}],
    "objectClassName":"ip network"}"#;

/// APNIC: no organization, the holder in the remarks; and a link to the national registry.
pub(in crate::rdap) const APNIC: &str = r#"{"handle":"203.0.113.0 - 203.0.113.255","startAddress":"203.0.113.0",
    "endAddress":"203.0.113.255","ipVersion":"v4","name":"EXAMPLE-JP","type":"ALLOCATED PORTABLE","country":"JP",
    "entities":[{"handle":"IRT-EX-JP","roles":["abuse"],"vcardArray":["vcard",[["version",{},"text","4.0"],
      ["fn",{},"text","IRT-EX-JP"],["kind",{},"text","group"],["email",{},"text","hostmaster@example.jp"]]]}],
    "remarks":[{"title":"description","description":["Example Internet Corp.","Tokyo"]}],
    "links":[{"rel":"related","type":"application/rdap+json","href":"https://rdap.example.jp/rdap/ip/203.0.113.0/24"},
     {"rel":"related","type":"text/html","href":"https://www.example.jp/ip/"}],
    "port43":"whois.apnic.net","objectClassName":"ip network"}"#;

/// LACNIC: addresses with lengths, a registrant without kind.
pub(in crate::rdap) const LACNIC: &str = r#"{"objectClassName":"ip network","handle":"192.0.2.128/25",
    "startAddress":"192.0.2.128/32","endAddress":"192.0.2.255/32","ipVersion":"v4","type":"REALLOCATED","country":"BR",
    "entities":[{"objectClassName":"entity","handle":"00.000.000/0001-00","legalRepresentative":"X",
      "vcardArray":["vcard",[["version",{},"text","4.0"],["fn",{},"text","Exemplo S.A."]]],"roles":["registrant"]}],
    "port43":"whois.registro.br"}"#;

/// AFRINIC: IPv6, blocks only by the extension, organization as a list.
pub(in crate::rdap) const AFRINIC: &str = r#"{"handle":"2001:db8::/32","ipVersion":"v6","name":"EXAMPLE-V6",
    "type":"ASSIGNED PI","country":"ZA","cidr0_cidrs":[{"v6prefix":"2001:db8::","length":32}],
    "entities":[{"handle":"ORG-EX1-AFRINIC","vcardArray":["vcard",[["fn",{},"text","Ops"],
      ["org",{},"text",["Example Africa Ltd","Networks"]],["kind",{},"text","individual"]]],"roles":["registrant","administrative"]}],
    "port43":"whois.afrinic.net"}"#;

fn parsed(text: &str, address: &str) -> Result<Network, NetworkError> {
    read(&serde_json::from_str(text).expect("JSON"), address.parse().expect("an address"))
}

/// Fields as lines, for comparison.
fn shown(text: &str, address: &str) -> [String; 6] {
    let network = parsed(text, address).expect("a network");
    let owner = network.owner;
    let blocks: Vec<_> = owner.blocks.iter().map(ToString::to_string).collect();
    [
        format!("{} {}", owner.holder.unwrap_or_default(), network.registrant),
        owner.handles.join(", "),
        blocks.join(", "),
        format!("{} {}", owner.block_name.unwrap_or_default(), owner.block_type.unwrap_or_default()),
        format!("{} {}", owner.registry.unwrap_or_default(), owner.country.unwrap_or_default()),
        owner.abuse.unwrap_or_default(),
    ]
}

#[test]
fn all_registries_are_read() {
    assert_eq!(
        shown(RIPE, "192.0.2.1"),
        [
            "Example Widgets GmbH true",
            "192.0.2.0 - 192.0.2.255, ORG-EW1-RIPE",
            "192.0.2.0/24",
            "EXAMPLE-NET ASSIGNED PA",
            "ripencc DE",
            "abuse@example.com"
        ]
    );
    assert_eq!(
        shown(ARIN, "198.51.100.150"),
        [
            "Private Customer true",
            "NET-198-51-100-0-1, C01234567",
            "198.51.100.0/25, 198.51.100.128/26",
            "EXAMPLE-CUST REASSIGNMENT",
            "arin ",
            "abuse@example.net"
        ]
    );
    assert_eq!(
        shown(APNIC, "203.0.113.9"),
        [
            "Example Internet Corp. false",
            "203.0.113.0 - 203.0.113.255",
            "203.0.113.0/24",
            "EXAMPLE-JP ALLOCATED PORTABLE",
            "apnic JP",
            "hostmaster@example.jp"
        ]
    );
    assert_eq!(
        shown(LACNIC, "192.0.2.200"),
        ["Exemplo S.A. true", "192.0.2.128/25, 00.000.000/0001-00", "192.0.2.128/25", " REALLOCATED", "lacnic BR", ""]
    );
    assert_eq!(
        shown(AFRINIC, "2001:db8::25"),
        [
            "Example Africa Ltd true",
            "2001:db8::/32, ORG-EX1-AFRINIC",
            "2001:db8::/32",
            "EXAMPLE-V6 ASSIGNED PI",
            "afrinic ZA",
            ""
        ]
    );
}

#[test]
fn links_to_addresses_are_kept() {
    let links = |text, address| parsed(text, address).expect("a network").links;
    assert_eq!(
        links(RIPE, "192.0.2.1"),
        [Link { rel: Relation::Up, href: "https://rdap.db.ripe.net/ip/192.0.0.0/22".into() }]
    );
    assert_eq!(links(APNIC, "203.0.113.1").len(), 1);
}

#[test]
fn objects_about_something_else_are_refused() {
    assert_eq!(parsed(RIPE, "192.0.3.1"), Err(NetworkError::Other));
    assert_eq!(parsed(RIPE, "2001:db8::1"), Err(NetworkError::Other));
    for text in [
        "{}",
        "[]",
        "null",
        r#""x""#,
        r#"{"startAddress":"192.0.2.9","endAddress":"192.0.2.1"}"#,
        r#"{"startAddress":"192.0.2.0","endAddress":"2001:db8::"}"#,
        r#"{"startAddress":1,"endAddress":2}"#,
    ] {
        assert_eq!(parsed(text, "192.0.2.1"), Err(NetworkError::Other), "{text}");
    }
}

#[test]
fn space_that_is_not_given_out_has_no_holder() {
    let all = r#"{"startAddress":"0.0.0.0","endAddress":"255.255.255.255","name":"IANA-BLK"}"#;
    assert_eq!(parsed(all, "192.0.2.1"), Err(NetworkError::Nobody));
    let all = r#"{"startAddress":"::","endAddress":"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff","name":"ROOT"}"#;
    assert_eq!(parsed(all, "2001:db8::1"), Err(NetworkError::Nobody));
}

#[test]
fn wild_ranges_and_texts_are_bounded() {
    let wide = r#"{"startAddress":"64.0.0.1","endAddress":"65.255.255.254"}"#;
    let network = parsed(wide, "65.255.255.254").expect("a network");
    assert_eq!(network.owner.blocks.len(), MAX_BLOCKS);
    assert!(network.owner.blocks.iter().any(|block| block.contains(&"65.255.255.254".parse::<IpAddr>().expect("v4"))));
    let long = format!(r#"{{"startAddress":"192.0.2.0","endAddress":"192.0.2.0","name":"\u001b{}"}}"#, "x".repeat(900));
    let name = parsed(&long, "192.0.2.0").expect("a network").owner.block_name.expect("a name");
    assert!(name.starts_with("\\027x") && name.chars().count() == MAX_TEXT);
    let entities =
        r#"{"handle":"E","roles":["registrant"],"vcardArray":["vcard",[["fn",{},"text","F"]]]},"#.repeat(500);
    let many = format!(r#"{{"startAddress":"192.0.2.0","endAddress":"192.0.2.0","entities":[{entities}{{}}]}}"#);
    let network = parsed(&many, "192.0.2.0").expect("a network");
    assert_eq!((network.owner.handles.len(), network.owner.holder.as_deref()), (1, Some("F")));
}

#[test]
fn hosts_tell_registries() {
    assert_eq!(registry_of_host("rdap.db.RIPE.net"), Some("ripencc"));
    assert_eq!(registry_of_host("rdap.registro.br"), Some("lacnic"));
    assert_eq!(registry_of_host("notripe.net"), None);
}
