//! What is JSON, what its scalars look like afterwards, and where reading stops.

use proptest::prelude::*;

use super::{ParseError, VALUES_MAX, Value};

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[test]
fn scalars_keep_the_text_that_was_sent() {
    let rows = [
        ("\"a\"", text("a")),
        ("\"\"", text("")),
        (r#""\u0062an_\n\"""#, text("ban_\n\"")),
        ("\"é€😀\"", text("é€😀")),
        ("10", text("10")),
        ("-1", text("-1")),
        ("1.50", text("1.50")),
        ("1e+29", text("1e+29")),
        (
            "340282366920938463463374607431768211455",
            text("340282366920938463463374607431768211455"),
        ),
        ("true", text("true")),
        (" false\n", text("false")),
        ("null", Value::Null),
        ("[]", Value::List(vec![])),
        ("{ }", Value::Object(vec![])),
        ("[1,\"2\" , [ ] ]", Value::List(vec![text("1"), text("2"), Value::List(vec![])])),
    ];
    for (given, want) in rows {
        assert_eq!(Value::parse(given, 20), Ok(want), "{given}");
    }
}

#[test]
fn what_is_not_json_is_refused() {
    let rows = [
        "",
        " ",
        "{",
        "[",
        "\"",
        "\"\\",
        "\"\\u12\"",
        "\"\\ud800\"",
        "\"\\x\"",
        "\"\n\"",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "{1:1}",
        "[1,]",
        "[1 2]",
        "[,]",
        "]",
        "}",
        "{\"a\":1]",
        "[1}",
        "01",
        "+1",
        "1.",
        ".5",
        "1e",
        "1e+",
        "-",
        "0x10",
        "nul",
        "True",
        "NaN",
        "{} {}",
        "1 2",
        "{}x",
        "\u{feff}{}",
    ];
    for given in rows {
        assert!(matches!(Value::parse(given, 20), Err(ParseError::Syntax(_))), "{given:?}");
    }
}

#[test]
fn nesting_stops_at_the_limit() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let nested = |depth: usize| format!("{}1{}", open.repeat(depth), close.repeat(depth));
        assert!(Value::parse(&nested(20), 20).is_ok());
        assert_eq!(Value::parse(&nested(21), 20), Err(ParseError::Depth(20)));
        assert_eq!(Value::parse(&open.repeat(1_000_000), 20), Err(ParseError::Depth(20)));
    }
    let empty_inside = |depth: usize| format!("{}{{}}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(Value::parse(&empty_inside(19), 20).is_ok());
    assert_eq!(Value::parse(&empty_inside(20), 20), Err(ParseError::Depth(20)));
}

#[test]
fn the_number_of_values_is_bounded() {
    let many = format!("[{}0]", "0,".repeat(VALUES_MAX));
    assert_eq!(Value::parse(&many, 20), Err(ParseError::Values));
}

#[test]
fn the_first_of_two_equal_names_counts() {
    let Ok(Value::Object(members)) = Value::parse(r#"{"a":1,"a":2}"#, 20) else {
        panic!("an object")
    };
    assert_eq!(super::member(&members, "a"), Some(&text("1")));
    assert_eq!(super::member(&members, "b"), None);
}

proptest! {
    /// A second opinion on the grammar: serde_json takes exactly the same texts.
    #[test]
    fn the_grammar_is_that_of_serde_json(
        given in proptest::collection::vec(
            prop_oneof![
                Just("{"), Just("}"), Just("["), Just("]"), Just(","), Just(":"), Just("\"a\""), Just("\"\\n\""),
                Just("1"), Just("-"), Just("0"), Just(".5"), Just("e3"), Just("true"), Just("null"), Just(" "),
                Just("\\"), Just("\""), Just("é"),
            ],
            0..12,
        )
    ) {
        let given = given.concat();
        let theirs = serde_json::from_str::<serde::de::IgnoredAny>(&given).is_ok();
        // IgnoredAny doesn't decode strings, so what a lone surrogate means is not asked here.
        prop_assert_eq!(Value::parse(&given, 20).is_ok(), theirs, "{}", given);
    }

    #[test]
    fn no_bytes_panic(given in ".{0,200}") {
        let _ = Value::parse(&given, 20);
    }
}
