//! Any extension filter that can be written down is read as it was meant.

use std::fmt::Display;

use banano_primitives::{Account, BlockHash};
use banano_testkit::arbitrary;
use banano_ws_protocol::{
    Action, AmountRange, BlockFilter, Direction, ListChange, SortedSet, Subscription, SubtypeWord,
    Topic, Update, parse_request,
};
use proptest::{collection::vec, option, prelude::*, sample::select};

fn word() -> impl Strategy<Value = SubtypeWord> {
    select(&SubtypeWord::ALL)
}

fn set<T: Ord + Copy + std::fmt::Debug>(
    element: impl Strategy<Value = T>,
) -> impl Strategy<Value = Option<SortedSet<T>>> {
    option::of(vec(element, 0..4).prop_map(|list| list.into_iter().collect()))
}

fn change<T: std::fmt::Debug, S: Strategy<Value = T>>(
    element: impl Fn() -> S,
) -> impl Strategy<Value = ListChange<T>> {
    let list = || option::of(vec(element(), 0..4));
    (list(), list()).prop_map(|(add, del)| ListChange { add, del })
}

fn block_filter() -> impl Strategy<Value = BlockFilter> {
    let amount = || option::of(arbitrary::amount());
    let amounts = (amount(), amount()).prop_map(|(one, other)| match (one, other) {
        (Some(min), Some(max)) if min > max => AmountRange { min: other, max: one },
        (min, max) => AmountRange { min, max },
    });
    let accounts = || set(arbitrary::account());
    let direction = option::of(select(&Direction::ALL));
    (amounts, set(word()), direction, accounts(), accounts(), set(arbitrary::hash())).prop_map(
        |(amounts, subtypes, direction, counterparties, representatives, hashes)| BlockFilter {
            amounts,
            subtypes,
            direction,
            counterparties,
            representatives,
            hashes,
        },
    )
}

fn update() -> impl Strategy<Value = Update> {
    let accounts = || change(arbitrary::account);
    let hashes = change(arbitrary::hash);
    (accounts(), change(word), accounts(), accounts(), hashes).prop_map(
        |(accounts, subtypes, counterparties, representatives, hashes)| Update {
            accounts,
            subtypes,
            counterparties,
            representatives,
            hashes,
        },
    )
}

/// Members of `options`, in writing.
#[derive(Default)]
struct Options(Vec<String>);

impl Options {
    fn text(&mut self, name: &str, value: Option<impl Display>) {
        self.0.extend(value.map(|value| format!(r#""{name}":"{value}""#)));
    }

    fn list(&mut self, name: &str, values: Option<impl IntoIterator<Item = impl Display>>) {
        let Some(values) = values else { return };
        let values: Vec<_> = values.into_iter().map(|value| format!("\"{value}\"")).collect();
        self.0.push(format!(r#""{name}":[{}]"#, values.join(",")));
    }

    fn change<T, D: Display>(&mut self, name: &str, it: &ListChange<T>, text: impl Fn(&T) -> D) {
        self.list(&format!("{name}_add"), it.add.as_ref().map(|list| list.iter().map(&text)));
        self.list(&format!("{name}_del"), it.del.as_ref().map(|list| list.iter().map(&text)));
    }

    fn request(self, action: &str, topic: Topic) -> Action {
        let options = self.0.join(",");
        let request = format!(
            r#"{{"action":"{action}","topic":"{}","options":{{{options}}}}}"#,
            topic.name()
        );
        parse_request(request.as_bytes(), <_>::default()).unwrap().action
    }
}

const BLOCK_TOPICS: [Topic; 2] = [Topic::Confirmation, Topic::NewUnconfirmedBlock];

proptest! {
    #[test]
    fn filters_are_read_as_written(filter in block_filter(), topic in select(&BLOCK_TOPICS)) {
        let mut options = Options::default();
        options.text("min_amount", filter.amounts.min);
        options.text("max_amount", filter.amounts.max);
        options.list("subtypes", filter.subtypes.as_ref().map(|set| set.iter().map(|it| it.name())));
        options.text("direction", filter.direction.map(Direction::name));
        options.list("accounts", filter.direction.map(|_| [Account::ZERO]));
        options.list("counterparties", filter.counterparties.as_ref());
        options.list("representatives", filter.representatives.as_ref());
        options.list("hashes", filter.hashes.as_ref());
        let read = match options.request("subscribe", topic) {
            Action::Subscribe(Some(Subscription::Confirmation(it))) => it.filter.blocks,
            Action::Subscribe(Some(Subscription::NewUnconfirmedBlock(it))) => it.filter.blocks,
            other => panic!("{other:?}"),
        };
        prop_assert_eq!(read.is_some(), filter != BlockFilter::default());
        prop_assert_eq!(read.map_or_else(BlockFilter::default, |it| *it), filter);
    }

    #[test]
    fn updates_are_read_as_written(update in update(), topic in select(&BLOCK_TOPICS)) {
        let mut options = Options::default();
        options.change("accounts", &update.accounts, Account::to_string);
        options.change("subtypes", &update.subtypes, |word| word.name());
        options.change("counterparties", &update.counterparties, Account::to_string);
        options.change("representatives", &update.representatives, Account::to_string);
        options.change("hashes", &update.hashes, BlockHash::to_string);
        let added = [&update.accounts, &update.counterparties, &update.representatives]
            .map(|list| list.add.as_ref().map_or(0, Vec::len))
            .iter()
            .sum::<usize>();
        prop_assert_eq!(update.added(), added + update.hashes.add.as_ref().map_or(0, Vec::len));
        let want = Action::Update { topic: Some(topic), update: Some(update) };
        prop_assert_eq!(options.request("update", topic), want);
    }
}
