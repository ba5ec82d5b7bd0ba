//! `banano-ws convert`: amounts between BAN, banoshi and raw, without any server.

use std::io::Write as _;

use banano_primitives::{Amount, Unit};
use clap::{Arg, ArgMatches, Command, parser::ValueSource};

use super::{text, usage};
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  banano-ws convert 1.5                            1.5 BAN in raw
  banano-ws convert 150000000000000000000000000000 --from raw --to ban
  banano-ws convert 19ban --to banoshi             the unit may follow the amount

1 BAN is 10^29 raw. Exact at any size: no floating point is used.";

const UNITS: [(&str, Unit); 5] = [
    ("raw", Unit::Raw),
    ("banoshi", Unit::Banoshi),
    ("ban", Unit::Ban),
    ("megaban", Unit::MegaBan),
    ("nano", Unit::Nano),
];

pub(super) fn command() -> Command {
    let unit = |name: &'static str, default: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name("UNIT")
            .default_value(default)
            .value_parser(UNITS.map(|(name, _)| name))
            .ignore_case(true)
            .help(help)
    };
    Command::new("convert")
        .about("Converts amounts between raw, BAN and other units; needs no server")
        .arg(
            Arg::new("amount")
                .value_name("AMOUNT")
                .required(true)
                .help("The amount, in the unit of --from unless it names one"),
        )
        .arg(unit("from", "ban", "The unit of the amount"))
        .arg(unit("to", "raw", "The unit to print"))
        .after_help(EXAMPLES)
}

pub(super) fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let given = text(matches, "amount");
    let named = |word: &str| UNITS.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
    let unit = |name| named(text(matches, name)).unwrap_or(("raw", Unit::Raw));
    let is_said = matches.value_source("from") == Some(ValueSource::CommandLine);
    let digits = given.trim_end_matches(|it: char| it.is_ascii_alphabetic());
    let (digits, (name, from)) = match named(given.strip_prefix(digits).unwrap_or_default()) {
        Some(written) if !is_said => (digits.trim_end(), written),
        _ => (given, unit("from")),
    };
    let amount: Amount = from
        .parse_amount(digits)
        .map_err(|error| usage(format_args!("{digits} {name}: {error}")))?;
    let converted = match unit("to").1 {
        Unit::Raw => amount.to_string(),
        unit => amount.in_unit(unit).to_string(),
    };
    let _ = writeln!(std::io::stdout(), "{converted}");
    Ok(())
}
