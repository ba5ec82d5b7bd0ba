//! The samples of the public WebSocket documentation, which are real data of Nano.

use banano_primitives::{
    Account, Block, BlockHash, Difficulty, Signature, Vote, VoteTimestamp, Work, format_multiplier,
};
use serde_json::Value;

use crate::vectors::{parse, text};

const CONFIRMED: &str = r#"{
    "type": "state",
    "account": "ban_1tgkjkq9r96zd3pkr7edj8e4qbu3wr3ps6ettzse8hmoa37nurua7faupjhc",
    "previous": "4E9003ABD469D1F58A70518234016797FA654B494A2627B8583052629A91689E",
    "representative": "ban_3rw4un6ys57hrb39sy1qx8qy5wukst1iiponztrz9qiz6qqa55kxzx4491or",
    "balance": "0",
    "link": "3098F4C0D1D8BD889AF078CDFF81E982B8EFA6D6D8FAE954CF0CDC7A256C3F8B",
    "signature": "D5C332587B1A4DEA35B6F03B0A9BEB45C5BBE582060B0252C313CF411F72478721F8E7DA83A779BA5006D571266F32BDE34C1447247F417F8F12101D3ADAF705",
    "work": "c950fc037d61e372",
    "subtype": "send"
}"#;

const UNCONFIRMED: &str = r#"{
    "type": "state",
    "account": "ban_1unw379kgu1iub1caswn5khfk4b6tzinku8ww7uds9z7nwubj3dgt6yzjpiw",
    "previous": "A01B96AFE86DC82FECD13F8C3A4F1AC779DCDAF60166F94F1A2CD3987F4609F0",
    "representative": "ban_1stofnrxuz3cai7ze75o174bpm7scwj9jn3nxsn8ntzg784jf1gzn1jjdkou",
    "balance": "2345399869764044123018481994",
    "link": "E0049F6D5D5661A714D8928D287285A0105B07720661F8C8B1FC8EE5B15FC067",
    "signature": "7BDD77BE14552263F9AF5130229A3BBB9038EE4B9C29E66D3D58280EF43B7FAF2DBC7070BD9CA39C844B7068E3AF40B04CE1D5CEEEA142C8FE20EE091A3C320E",
    "work": "8ebdd4aa0bf1263e",
    "subtype": "receive"
}"#;

fn samples() -> Value {
    serde_json::from_str(include_str!("../data/documentation_samples.json")).unwrap()
}

fn check(block: &str, sample: &Value) {
    let block: Block = serde_json::from_str(block).unwrap();
    assert_eq!(block.hash(), parse(sample, "hash_recomputed"));
    assert!(block.is_signed_by(&block.account().unwrap()));
    assert_eq!(sample["signature_valid"], true);
    assert_eq!(block.work(), parse(sample, "work"));
    assert_eq!(block.difficulty(), parse(sample, "work_difficulty"));
    for (threshold, meets) in sample["work_valid"].as_object().unwrap() {
        let threshold: Difficulty = threshold.rsplit('_').next().unwrap().parse().unwrap();
        assert_eq!(block.difficulty() >= threshold, meets.as_bool().unwrap(), "{threshold}");
    }
}

#[test]
fn the_confirmed_block_verifies() {
    check(CONFIRMED, &samples()["confirmation_sample"]);
}

#[test]
fn the_unconfirmed_block_verifies() {
    check(UNCONFIRMED, &samples()["new_unconfirmed_block_sample"]);
}

/// It is older than timestamps in votes: what is signed is the sequence number.
#[test]
fn the_vote_verifies() {
    let samples = samples();
    let sample = &samples["vote_sample"];
    let signature = "1950700796914893705657789944906107642480343124305202910152471520450456881722545967829502369630995363643731706156278026749554294222131169148120786048025353";
    let hash = "6FB9DE5D7908DEB8A2EA391AEA95041587CBF3420EF8A606F1489FECEE75C869";
    let account: Account =
        "ban_1n5aisgwmq1oibg8c7aerrubboccp3mfcjgm8jaas1fwhxmcndaf4jrt75fy".parse().unwrap();
    let vote = Vote {
        account,
        signature: Signature::from_decimal(signature).unwrap(),
        timestamp: VoteTimestamp::from_packed(855_471_574),
        hashes: vec![hash.parse().unwrap()],
    };
    assert_eq!(vote.signature.to_string(), text(sample, "signature_hex"));
    assert_eq!(vote.signature.to_decimal(), signature);
    assert_eq!(vote.hash(), parse::<BlockHash>(sample, "vote_hash"));
    assert!(vote.verify());
}

#[test]
fn the_work_sample_is_relative_to_the_threshold_of_its_time() {
    let samples = samples();
    let difficulty: Difficulty = parse(&samples["work_sample"], "work_difficulty");
    let work: Work = "4352c6e222703c57".parse().unwrap();
    let root = "3ECE2684044C0EAF2CA6B1C72F11AFC5B5A75C00CFF993FB17B6E75F78ABF175".parse().unwrap();
    assert_eq!(work.difficulty(&root), difficulty);
    let base: Difficulty = text(&samples["work_sample"], "multipliers_are_relative_to")
        .split(' ')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(format_multiplier(difficulty.multiplier(base)), "22.649415016750655");
}
