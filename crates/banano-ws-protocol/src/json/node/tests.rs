//! What is JSON, and how its values are read.

use super::super::scan::DEPTH_MAX;
use super::*;

#[test]
fn what_is_json_and_what_is_not() {
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let cases = [
        ("object", r#" {"a" : {"b":[1, "x",true]} , "c":null}"#.to_owned(), Ok(())),
        ("empty object", "{}".into(), Ok(())),
        ("scalar", "\t5\r\n".into(), Ok(())),
        ("byte order mark", "\u{feff}{}".into(), Ok(())),
        ("two byte order marks", "\u{feff}\u{feff}{}".into(), Err(("expected a value", 3))),
        ("the deepest", deep(DEPTH_MAX), Ok(())),
        ("too deep", deep(DEPTH_MAX + 1), Err(("more than 32 levels of nesting", 32))),
        ("never closed", "[".repeat(200_000), Err(("more than 32 levels of nesting", 32))),
        ("empty", String::new(), Err(("no value", 0))),
        ("blank", "   ".into(), Err(("no value", 3))),
        ("word", "hello".into(), Err(("expected a value", 0))),
        ("trailing comma in object", r#"{"a":1,}"#.into(), Err(("expected a quoted key", 7))),
        ("trailing comma in array", "[1,]".into(), Err(("expected a value", 3))),
        ("leading comma", "[,1]".into(), Err(("expected a value", 1))),
        ("single quotes", "{'a':1}".into(), Err(("expected a quoted key", 1))),
        ("bare key", "{a:1}".into(), Err(("expected a quoted key", 1))),
        ("text after", r#"{"a":1} x"#.into(), Err(("text after the value", 8))),
        ("two values", "{}{}".into(), Err(("text after the value", 2))),
        ("leading zero", r#"{"a":01}"#.into(), Err(("expected a value", 5))),
        ("NaN", r#"{"a":NaN}"#.into(), Err(("expected a value", 5))),
        ("comment", "{} // x".into(), Err(("text after the value", 3))),
        ("comment inside", "{ /* x */ }".into(), Err(("expected a quoted key", 2))),
        ("no colon", r#"{"a" 1}"#.into(), Err(("expected `:` after the key", 5))),
        ("wrong end of array", "[1}".into(), Err(("expected `,` or `]` after an element", 2))),
        (
            "wrong end of object",
            r#"{"a":1]"#.into(),
            Err(("expected `,` or `}` after a member", 6)),
        ),
        ("wrong end of empty", "[}".into(), Err(("expected a value", 1))),
        ("cut", r#"{"a":"#.into(), Err(("message ends in the middle of a value", 5))),
        ("cut in string", r#"{"a":"b"#.into(), Err(("string without an end", 7))),
        ("no-break space", "\u{a0}{}".into(), Err(("expected a value", 0))),
    ];
    for (name, text, want) in cases {
        let got = Json::parse(text.as_bytes()).map(drop).map_err(|e| (e.problem, e.at));
        assert_eq!(got, want, "{name}");
    }
}

#[test]
fn invalid_utf8_is_no_json() {
    let error = Json::parse(b"{\"a\":\"\xff\"}").unwrap_err();
    assert_eq!((error.problem, error.at), ("invalid UTF-8", 6));
}

#[test]
fn scalars_are_their_source_text() {
    let json = Json::parse(br#"["s","a\"b",5,1.50,1e3,true,null,{},["x"],{"k":"v"},""]"#).unwrap();
    let texts: Vec<_> = json.root().children().map(|node| node.text().into_owned()).collect();
    assert_eq!(texts, ["s", "a\"b", "5", "1.50", "1e3", "true", "null", "", "", "", ""]);
}

#[test]
fn the_first_of_two_members_wins_and_keys_are_unescaped() {
    let json = Json::parse(br#"{"b":[{"a":9}],"\u0061":"first","a":"second"}"#).unwrap();
    assert_eq!(json.root().member("a").unwrap().text(), "first");
    assert_eq!(json.root().members().count(), 3);
    assert!(json.root().member("c").is_none());
}

#[test]
fn children_are_those_of_arrays_and_objects() {
    let cases = [
        (r#"["a",["b"],"c"]"#, &["a", "", "c"][..]),
        (r#"{"x":"a","y":{"z":"b"},"w":1}"#, &["a", "", "1"]),
        ("[]", &[]),
        ("{}", &[]),
        (r#""abc""#, &[]),
        ("null", &[]),
    ];
    for (text, want) in cases {
        let json = Json::parse(text.as_bytes()).unwrap();
        let texts: Vec<_> = json.root().children().map(|node| node.text().into_owned()).collect();
        assert_eq!(texts, want, "{text}");
        assert!(json.root().is_object() || json.root().members().next().is_none(), "{text}");
    }
}

#[test]
fn sources_are_as_sent() {
    let text = r#"{"a":"x\/y","b":[1, 2],"c":1.50}"#;
    let json = Json::parse(text.as_bytes()).unwrap();
    let sources: Vec<_> = json.root().children().map(Node::source).collect();
    assert_eq!(sources, [r#""x\/y""#, "[1, 2]", "1.50"]);
    assert_eq!(json.root().source(), text);
}
