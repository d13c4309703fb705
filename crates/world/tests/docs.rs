//! The examples of the reference are worlds.

use ptrust_world::World;

const REFERENCE: &str = include_str!("../../../docs/world.md");

#[test]
fn every_example_is_a_world() {
    let mut blocks = REFERENCE.split("```world\n").skip(1);
    let mut count = 0;
    while let Some((text, _)) = blocks.next().and_then(|rest| rest.split_once("```")) {
        World::parse(text).unwrap_or_else(|error| panic!("{error} in\n{text}"));
        count += 1;
    }
    assert!(count >= 7, "{count} examples");
}

#[test]
fn every_directive_is_explained() {
    let sources = [include_str!("../src/parse/directive.rs"), include_str!("../src/parse/probes.rs")];
    for source in sources {
        let keywords = source.lines().filter_map(|line| {
            let (keyword, _) = line.trim().strip_prefix('"')?.split_once("\" =>")?;
            Some(keyword)
        });
        for keyword in keywords.filter(|keyword| *keyword != "*" && *keyword != "resolver") {
            assert!(REFERENCE.contains(keyword), "{keyword} is not in docs/world.md");
        }
    }
}
