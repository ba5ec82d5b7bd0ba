//! The example messages of protocol.md §6, compact. Members, values and their order are those of the
//! page.

/// §6.1.7, with all options.
pub(crate) const CONFIRMATION_FULL: &str = r#"{"topic":"confirmation","time":"1700000000700","message":{"account":"ban_3k1sokyhu7hohdz4yb8nczz64gmiwebbjmn44ako6hh1e1gqq56p4kkktomh","amount":"1900000000000000000000000000000","amount_decimal":"19.0","hash":"AE6F6206B77C376AE841DDA85EC4EA3F5EB09830B37F708A5E117C356A9A35EC","confirmation_type":"active_quorum","election_info":{"duration":"546","time":"1700000000546","tally":"120000000000000000000000000000000000","tally_decimal":"1200000.0","final":"90000000000000000000000000000000000","blocks":"1","voters":"2","request_count":"1","votes":[{"representative":"ban_1cs4jeaf9y3sq1yuadkjaqmtgg34mwt8kzfprn1gw3r1x87digbfzq1717jo","timestamp":"18446744073709551615","hash":"AE6F6206B77C376AE841DDA85EC4EA3F5EB09830B37F708A5E117C356A9A35EC","weight":"90000000000000000000000000000000000","weight_decimal":"900000.0"},{"representative":"ban_3biei81duzk4jmccnkdt3auwfmgab38qq6iexzkabhix5kpj4qng7g5bfy4c","timestamp":"1700000000000","hash":"AE6F6206B77C376AE841DDA85EC4EA3F5EB09830B37F708A5E117C356A9A35EC","weight":"30000000000000000000000000000000000","weight_decimal":"300000.0"}]},"block":{"type":"state","account":"ban_3k1sokyhu7hohdz4yb8nczz64gmiwebbjmn44ako6hh1e1gqq56p4kkktomh","previous":"9093AD976C7DAE435137270CB6378CB22CC12343EEF6BCC293E532F3A0B1F35B","representative":"ban_1cs4jeaf9y3sq1yuadkjaqmtgg34mwt8kzfprn1gw3r1x87digbfzq1717jo","balance":"98100000000000000000000000000000","balance_decimal":"981.0","link":"D7176A7274B7F1E6C8DBE93BD5651B97C30F0300224F33D79FA9F05B8DC975E6","link_as_account":"ban_3orqfbs9bfzjwu6fqtbutokjq7y53w3i1akh8hdszchidg8wkxh8effnhr1f","signature":"F3BFECC550FC4AF35B62891F0E45A5E6FCA9B905C87603F1E440D4D2B981B2360BA0614D4CC6A350118A0FC31ED5DB975B70E7DF421411A1CBBA4C7A0A888000","work":"0000000000000004","linked_account":"ban_3orqfbs9bfzjwu6fqtbutokjq7y53w3i1akh8hdszchidg8wkxh8effnhr1f","subtype":"send"},"sideband":{"height":"2","local_timestamp":"1700000000"}}}"#;

/// §6.1.7, without options.
pub(crate) const CONFIRMATION: &str = r#"{"topic":"confirmation","time":"1700000000700","message":{"account":"ban_3k1sokyhu7hohdz4yb8nczz64gmiwebbjmn44ako6hh1e1gqq56p4kkktomh","amount":"1900000000000000000000000000000","amount_decimal":"19.0","hash":"AE6F6206B77C376AE841DDA85EC4EA3F5EB09830B37F708A5E117C356A9A35EC","confirmation_type":"active_quorum","block":{"type":"state","account":"ban_3k1sokyhu7hohdz4yb8nczz64gmiwebbjmn44ako6hh1e1gqq56p4kkktomh","previous":"9093AD976C7DAE435137270CB6378CB22CC12343EEF6BCC293E532F3A0B1F35B","representative":"ban_1cs4jeaf9y3sq1yuadkjaqmtgg34mwt8kzfprn1gw3r1x87digbfzq1717jo","balance":"98100000000000000000000000000000","balance_decimal":"981.0","link":"D7176A7274B7F1E6C8DBE93BD5651B97C30F0300224F33D79FA9F05B8DC975E6","link_as_account":"ban_3orqfbs9bfzjwu6fqtbutokjq7y53w3i1akh8hdszchidg8wkxh8effnhr1f","signature":"F3BFECC550FC4AF35B62891F0E45A5E6FCA9B905C87603F1E440D4D2B981B2360BA0614D4CC6A350118A0FC31ED5DB975B70E7DF421411A1CBBA4C7A0A888000","work":"0000000000000004","subtype":"send"}}}"#;

/// §6.2.4, vote V1.
pub(crate) const VOTE: &str = r#"{"topic":"vote","time":"1700000000200","message":{"account":"ban_1cs4jeaf9y3sq1yuadkjaqmtgg34mwt8kzfprn1gw3r1x87digbfzq1717jo","signature":"7034210289439796719500120956912610707036180279271836216906239468828716650176625625966923246863433927197447261794790069124381115155332329811272027838349324","sequence":"1700000000000","timestamp":"1700000000000","duration":"9","blocks":["AE6F6206B77C376AE841DDA85EC4EA3F5EB09830B37F708A5E117C356A9A35EC"],"type":"vote"}}"#;

/// §6.2.4, vote V2.
pub(crate) const FINAL_VOTE: &str = r#"{"topic":"vote","time":"1700000000500","message":{"account":"ban_1cs4jeaf9y3sq1yuadkjaqmtgg34mwt8kzfprn1gw3r1x87digbfzq1717jo","signature":"5011605787129942235397441148900609234175935796720516693124586458882788722174911384766972297516265806207209241799473801759552245847795903556551668358704397","sequence":"18446744073709551615","timestamp":"18446744073709551615","duration":"15","blocks":["AE6F6206B77C376AE841DDA85EC4EA3F5EB09830B37F708A5E117C356A9A35EC","CDF2E81541455D2027877EF91AE997D8615A09719BD91BA54016F049FC024144"],"type":"vote"}}"#;

/// §6.3.
pub(crate) const STARTED_ELECTION: &str = r#"{"topic":"started_election","time":"1700000000100","message":{"hash":"AE6F6206B77C376AE841DDA85EC4EA3F5EB09830B37F708A5E117C356A9A35EC"}}"#;

/// §6.4.
pub(crate) const STOPPED_ELECTION: &str = r#"{"topic":"stopped_election","time":"1700000300000","message":{"hash":"C4781FFFE4642F030FC1DB57EEF03269646451AB63D712C6C41371B08AC96E11"}}"#;

/// §6.5.
pub(crate) const ACTIVE_DIFFICULTY: &str = r#"{"topic":"active_difficulty","time":"1700000000000","message":{"network_minimum":"fffffff800000000","network_receive_minimum":"fffffe0000000000","network_current":"fffffffc00000000","multiplier":"2.000000000000000","network_receive_current":"fffffff81f81f820"}}"#;

/// §6.6, success.
pub(crate) const WORK_SUCCESS: &str = r#"{"topic":"work","time":"1700000001000","message":{"success":"true","reason":"","duration":"306","request":{"version":"work_1","hash":"AE6F6206B77C376AE841DDA85EC4EA3F5EB09830B37F708A5E117C356A9A35EC","difficulty":"fffffff000000000","multiplier":"1.000000000000000"},"result":{"source":"192.168.1.101:7000","work":"4352c6e222703c57","difficulty":"fffffffb2ca03b92","multiplier":"3.315594871014090"},"bad_peers":""}}"#;

/// §6.6, cancelled.
pub(crate) const WORK_CANCELLED: &str = r#"{"topic":"work","time":"1700000002000","message":{"success":"false","reason":"cancelled","duration":"539","request":{"version":"work_1","hash":"AE6F6206B77C376AE841DDA85EC4EA3F5EB09830B37F708A5E117C356A9A35EC","difficulty":"fffffff800000000","multiplier":"2.000000000000000"},"bad_peers":["192.168.1.101:7000"]}}"#;

/// §6.7.
pub(crate) const TELEMETRY: &str = r#"{"topic":"telemetry","time":"1594654710305","message":{"block_count":"51571901","cemented_count":"51571901","unchecked_count":"0","account_count":"1376750","bandwidth_cap":"10485760","peer_count":"261","protocol_version":"18","uptime":"1223618","genesis_block":"991CF190094C00F0B68E2E5F75F6BEE95A2E0BD93CEAA4A6734DB9F19B728948","major_version":"21","minor_version":"0","patch_version":"0","pre_release_version":"0","maker":"0","timestamp":"1594654710521","active_difficulty":"ffffffc000000000","node_id":"node_3cczh431wuh5gg64jen6a658xewpx7eiyfqn7f8gpdcfp786s7xdb51kr1rp","signature":"C9429FBC069F15E9AE552FB80500B4BA0F0CF2E25DD6C6D2018FA1D96DC4353A75E4A86872E54E7B2BFF06526719076E792DA3C83F1B2FD40244804EAC324C00","address":"::ffff:139.180.168.194","port":"7075"}}"#;

/// §6.8.
pub(crate) const NEW_UNCONFIRMED_BLOCK: &str = r#"{"topic":"new_unconfirmed_block","time":"1700000000050","hash":"AE6F6206B77C376AE841DDA85EC4EA3F5EB09830B37F708A5E117C356A9A35EC","message":{"type":"state","account":"ban_3k1sokyhu7hohdz4yb8nczz64gmiwebbjmn44ako6hh1e1gqq56p4kkktomh","previous":"9093AD976C7DAE435137270CB6378CB22CC12343EEF6BCC293E532F3A0B1F35B","representative":"ban_1cs4jeaf9y3sq1yuadkjaqmtgg34mwt8kzfprn1gw3r1x87digbfzq1717jo","balance":"98100000000000000000000000000000","balance_decimal":"981.0","link":"D7176A7274B7F1E6C8DBE93BD5651B97C30F0300224F33D79FA9F05B8DC975E6","link_as_account":"ban_3orqfbs9bfzjwu6fqtbutokjq7y53w3i1akh8hdszchidg8wkxh8effnhr1f","signature":"F3BFECC550FC4AF35B62891F0E45A5E6FCA9B905C87603F1E440D4D2B981B2360BA0614D4CC6A350118A0FC31ED5DB975B70E7DF421411A1CBBA4C7A0A888000","work":"0000000000000004","subtype":"send"}}"#;

/// §6.9, start.
pub(crate) const BOOTSTRAP_STARTED: &str = r#"{"topic":"bootstrap","time":"1700000000000","message":{"reason":"started","id":"C9FF2347C4DF512A7F6B514CC4A0F79A","mode":"legacy"}}"#;

/// §6.9, end.
pub(crate) const BOOTSTRAP_EXITED: &str = r#"{"topic":"bootstrap","time":"1700000500000","message":{"reason":"exited","id":"C9FF2347C4DF512A7F6B514CC4A0F79A","mode":"legacy","total_blocks":"1000000","duration":"500"}}"#;
