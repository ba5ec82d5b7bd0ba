//! Messages to look at: what clients send, and what they get for it.
//!
//! Shown by the reference page, which sends the requests, too. A test reads each by its schema; events
//! are those of docs/protocol.md §6.

use serde_json::{Value, json};

/// The examples of a message as the `AsyncAPI` document has them. `x-text` is the message as it is
/// written: objects of that document keep no order.
pub(super) fn of(name: &str) -> Vec<Value> {
    let of_name = EXAMPLES.iter().filter(|(message, ..)| *message == name);
    of_name
        .filter_map(|(_, about, text)| {
            let payload: Value = serde_json::from_str(text).ok()?;
            Some(json!({ "summary": about, "payload": payload, "x-text": text }))
        })
        .collect()
}

/// Name of the message, what is special about this one, the text.
const EXAMPLES: [(&str, &str, &str); 25] = [
    ("ping", "Is the server there?", r#"{"action":"ping","id":"1"}"#),
    (
        "subscribe",
        "Everything that is confirmed, acknowledged.",
        r#"{"action":"subscribe","topic":"confirmation","ack":true,"id":"1"}"#,
    ),
    (
        "subscribe",
        "Payments to an account, at least 1 BAN, with the sender or receiver.",
        r#"{"action":"subscribe","topic":"confirmation","ack":true,"options":{"accounts":["ban_3k1sokyhu7hohdz4yb8nczz64gmiwebbjmn44ako6hh1e1gqq56p4kkktomh"],"subtypes":["send"],"direction":"incoming","min_amount":"100000000000000000000000000000","include_linked_account":true}}"#,
    ),
    (
        "subscribe",
        "What is still kept, in order, then what comes: nothing is lost.",
        r#"{"action":"subscribe","topic":"confirmation","ack":true,"since":"oldest"}"#,
    ),
    (
        "subscribe",
        "Every vote of a representative, repeats too.",
        r#"{"action":"subscribe","topic":"vote","ack":true,"options":{"representatives":["ban_1cs4jeaf9y3sq1yuadkjaqmtgg34mwt8kzfprn1gw3r1x87digbfzq1717jo"],"include_replays":true,"include_indeterminate":true}}"#,
    ),
    (
        "update",
        "One account more, one less; the rest stays. Needs a subscription with `options`.",
        r#"{"action":"update","topic":"confirmation","ack":true,"options":{"accounts_add":["ban_3orqfbs9bfzjwu6fqtbutokjq7y53w3i1akh8hdszchidg8wkxh8effnhr1f"],"accounts_del":["ban_3k1sokyhu7hohdz4yb8nczz64gmiwebbjmn44ako6hh1e1gqq56p4kkktomh"]}}"#,
    ),
    (
        "unsubscribe",
        "No more of a topic.",
        r#"{"action":"unsubscribe","topic":"confirmation","ack":true}"#,
    ),
    ("ack", "To `subscribe`.", r#"{"ack":"subscribe","time":"1700000000000","id":"1"}"#),
    (
        "ack",
        "To `subscribe` with `cursor`.",
        r#"{"ack":"subscribe","time":"1700000000000","id":"1","cursor":"0011aabb-17"}"#,
    ),
    ("ack", "To `ping`.", r#"{"ack":"pong","time":"1700000000000","id":"1"}"#),
    (
        "confirmation",
        "Without options.",
        r#"{"topic":"confirmation","time":"1700000000700","message":{"account":"ban_3k1sokyhu7hohdz4yb8nczz64gmiwebbjmn44ako6hh1e1gqq56p4kkktomh","amount":"1900000000000000000000000000000","amount_decimal":"19.0","hash":"AE6F6206B77C376AE841DDA85EC4EA3F5EB09830B37F708A5E117C356A9A35EC","confirmation_type":"active_quorum","block":{"type":"state","account":"ban_3k1sokyhu7hohdz4yb8nczz64gmiwebbjmn44ako6hh1e1gqq56p4kkktomh","previous":"9093AD976C7DAE435137270CB6378CB22CC12343EEF6BCC293E532F3A0B1F35B","representative":"ban_1cs4jeaf9y3sq1yuadkjaqmtgg34mwt8kzfprn1gw3r1x87digbfzq1717jo","balance":"98100000000000000000000000000000","balance_decimal":"981.0","link":"D7176A7274B7F1E6C8DBE93BD5651B97C30F0300224F33D79FA9F05B8DC975E6","link_as_account":"ban_3orqfbs9bfzjwu6fqtbutokjq7y53w3i1akh8hdszchidg8wkxh8effnhr1f","signature":"F3BFECC550FC4AF35B62891F0E45A5E6FCA9B905C87603F1E440D4D2B981B2360BA0614D4CC6A350118A0FC31ED5DB975B70E7DF421411A1CBBA4C7A0A888000","work":"0000000000000004","subtype":"send"}}}"#,
    ),
    (
        "confirmation",
        "With everything that can be included.",
        r#"{"topic":"confirmation","time":"1700000000700","message":{"account":"ban_3k1sokyhu7hohdz4yb8nczz64gmiwebbjmn44ako6hh1e1gqq56p4kkktomh","amount":"1900000000000000000000000000000","amount_decimal":"19.0","hash":"AE6F6206B77C376AE841DDA85EC4EA3F5EB09830B37F708A5E117C356A9A35EC","confirmation_type":"active_quorum","election_info":{"duration":"546","time":"1700000000546","tally":"120000000000000000000000000000000000","tally_decimal":"1200000.0","final":"90000000000000000000000000000000000","blocks":"1","voters":"2","request_count":"1","votes":[{"representative":"ban_1cs4jeaf9y3sq1yuadkjaqmtgg34mwt8kzfprn1gw3r1x87digbfzq1717jo","timestamp":"18446744073709551615","hash":"AE6F6206B77C376AE841DDA85EC4EA3F5EB09830B37F708A5E117C356A9A35EC","weight":"90000000000000000000000000000000000","weight_decimal":"900000.0"},{"representative":"ban_3biei81duzk4jmccnkdt3auwfmgab38qq6iexzkabhix5kpj4qng7g5bfy4c","timestamp":"1700000000000","hash":"AE6F6206B77C376AE841DDA85EC4EA3F5EB09830B37F708A5E117C356A9A35EC","weight":"30000000000000000000000000000000000","weight_decimal":"300000.0"}]},"block":{"type":"state","account":"ban_3k1sokyhu7hohdz4yb8nczz64gmiwebbjmn44ako6hh1e1gqq56p4kkktomh","previous":"9093AD976C7DAE435137270CB6378CB22CC12343EEF6BCC293E532F3A0B1F35B","representative":"ban_1cs4jeaf9y3sq1yuadkjaqmtgg34mwt8kzfprn1gw3r1x87digbfzq1717jo","balance":"98100000000000000000000000000000","balance_decimal":"981.0","link":"D7176A7274B7F1E6C8DBE93BD5651B97C30F0300224F33D79FA9F05B8DC975E6","link_as_account":"ban_3orqfbs9bfzjwu6fqtbutokjq7y53w3i1akh8hdszchidg8wkxh8effnhr1f","signature":"F3BFECC550FC4AF35B62891F0E45A5E6FCA9B905C87603F1E440D4D2B981B2360BA0614D4CC6A350118A0FC31ED5DB975B70E7DF421411A1CBBA4C7A0A888000","work":"0000000000000004","linked_account":"ban_3orqfbs9bfzjwu6fqtbutokjq7y53w3i1akh8hdszchidg8wkxh8effnhr1f","subtype":"send"},"sideband":{"height":"2","local_timestamp":"1700000000"}}}"#,
    ),
    (
        "vote",
        "A first vote.",
        r#"{"topic":"vote","time":"1700000000200","message":{"account":"ban_1cs4jeaf9y3sq1yuadkjaqmtgg34mwt8kzfprn1gw3r1x87digbfzq1717jo","signature":"7034210289439796719500120956912610707036180279271836216906239468828716650176625625966923246863433927197447261794790069124381115155332329811272027838349324","sequence":"1700000000000","timestamp":"1700000000000","duration":"9","blocks":["AE6F6206B77C376AE841DDA85EC4EA3F5EB09830B37F708A5E117C356A9A35EC"],"type":"vote"}}"#,
    ),
    (
        "vote",
        "A final vote for two blocks.",
        r#"{"topic":"vote","time":"1700000000500","message":{"account":"ban_1cs4jeaf9y3sq1yuadkjaqmtgg34mwt8kzfprn1gw3r1x87digbfzq1717jo","signature":"5011605787129942235397441148900609234175935796720516693124586458882788722174911384766972297516265806207209241799473801759552245847795903556551668358704397","sequence":"18446744073709551615","timestamp":"18446744073709551615","duration":"15","blocks":["AE6F6206B77C376AE841DDA85EC4EA3F5EB09830B37F708A5E117C356A9A35EC","CDF2E81541455D2027877EF91AE997D8615A09719BD91BA54016F049FC024144"],"type":"vote"}}"#,
    ),
    (
        "started_election",
        "",
        r#"{"topic":"started_election","time":"1700000000100","message":{"hash":"AE6F6206B77C376AE841DDA85EC4EA3F5EB09830B37F708A5E117C356A9A35EC"}}"#,
    ),
    (
        "stopped_election",
        "",
        r#"{"topic":"stopped_election","time":"1700000300000","message":{"hash":"C4781FFFE4642F030FC1DB57EEF03269646451AB63D712C6C41371B08AC96E11"}}"#,
    ),
    (
        "active_difficulty",
        "",
        r#"{"topic":"active_difficulty","time":"1700000000000","message":{"network_minimum":"fffffff800000000","network_receive_minimum":"fffffe0000000000","network_current":"fffffffc00000000","multiplier":"2.000000000000000","network_receive_current":"fffffff81f81f820"}}"#,
    ),
    (
        "work",
        "Found by a work peer.",
        r#"{"topic":"work","time":"1700000001000","message":{"success":"true","reason":"","duration":"306","request":{"version":"work_1","hash":"AE6F6206B77C376AE841DDA85EC4EA3F5EB09830B37F708A5E117C356A9A35EC","difficulty":"fffffff000000000","multiplier":"1.000000000000000"},"result":{"source":"192.168.1.101:7000","work":"4352c6e222703c57","difficulty":"fffffffb2ca03b92","multiplier":"3.315594871014090"},"bad_peers":""}}"#,
    ),
    (
        "work",
        "Cancelled.",
        r#"{"topic":"work","time":"1700000002000","message":{"success":"false","reason":"cancelled","duration":"539","request":{"version":"work_1","hash":"AE6F6206B77C376AE841DDA85EC4EA3F5EB09830B37F708A5E117C356A9A35EC","difficulty":"fffffff800000000","multiplier":"2.000000000000000"},"bad_peers":["192.168.1.101:7000"]}}"#,
    ),
    (
        "telemetry",
        "",
        r#"{"topic":"telemetry","time":"1594654710305","message":{"block_count":"51571901","cemented_count":"51571901","unchecked_count":"0","account_count":"1376750","bandwidth_cap":"10485760","peer_count":"261","protocol_version":"18","uptime":"1223618","genesis_block":"991CF190094C00F0B68E2E5F75F6BEE95A2E0BD93CEAA4A6734DB9F19B728948","major_version":"21","minor_version":"0","patch_version":"0","pre_release_version":"0","maker":"0","timestamp":"1594654710521","active_difficulty":"ffffffc000000000","node_id":"node_3cczh431wuh5gg64jen6a658xewpx7eiyfqn7f8gpdcfp786s7xdb51kr1rp","signature":"C9429FBC069F15E9AE552FB80500B4BA0F0CF2E25DD6C6D2018FA1D96DC4353A75E4A86872E54E7B2BFF06526719076E792DA3C83F1B2FD40244804EAC324C00","address":"::ffff:139.180.168.194","port":"7075"}}"#,
    ),
    (
        "new_unconfirmed_block",
        "",
        r#"{"topic":"new_unconfirmed_block","time":"1700000000050","hash":"AE6F6206B77C376AE841DDA85EC4EA3F5EB09830B37F708A5E117C356A9A35EC","message":{"type":"state","account":"ban_3k1sokyhu7hohdz4yb8nczz64gmiwebbjmn44ako6hh1e1gqq56p4kkktomh","previous":"9093AD976C7DAE435137270CB6378CB22CC12343EEF6BCC293E532F3A0B1F35B","representative":"ban_1cs4jeaf9y3sq1yuadkjaqmtgg34mwt8kzfprn1gw3r1x87digbfzq1717jo","balance":"98100000000000000000000000000000","balance_decimal":"981.0","link":"D7176A7274B7F1E6C8DBE93BD5651B97C30F0300224F33D79FA9F05B8DC975E6","link_as_account":"ban_3orqfbs9bfzjwu6fqtbutokjq7y53w3i1akh8hdszchidg8wkxh8effnhr1f","signature":"F3BFECC550FC4AF35B62891F0E45A5E6FCA9B905C87603F1E440D4D2B981B2360BA0614D4CC6A350118A0FC31ED5DB975B70E7DF421411A1CBBA4C7A0A888000","work":"0000000000000004","subtype":"send"}}"#,
    ),
    (
        "bootstrap",
        "It begins.",
        r#"{"topic":"bootstrap","time":"1700000000000","message":{"reason":"started","id":"C9FF2347C4DF512A7F6B514CC4A0F79A","mode":"legacy"}}"#,
    ),
    (
        "bootstrap",
        "It ends.",
        r#"{"topic":"bootstrap","time":"1700000500000","message":{"reason":"exited","id":"C9FF2347C4DF512A7F6B514CC4A0F79A","mode":"legacy","total_blocks":"1000000","duration":"500"}}"#,
    ),
    (
        "status",
        "A source of events came back.",
        r#"{"topic":"status","time":"1700000000000","message":{"kind":"source","source":"node-1","state":"up","since":"1700000000000","detail":""}}"#,
    ),
    (
        "status",
        "The server is about to stop.",
        r#"{"topic":"status","time":"1700000000000","message":{"kind":"shutdown","deadline":"1700000005000"}}"#,
    ),
];
