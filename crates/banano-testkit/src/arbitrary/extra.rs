//! Random members that a newer node may add.

use banano_ws_protocol::{Extra, ExtraMember, Place, RawJson};
use proptest::{collection::btree_map, prelude::*, sample::select};

/// Up to two unknown members in each of `places`, in that order; most often none at all.
pub fn extra(places: Vec<Place>) -> impl Strategy<Value = Extra> {
    let values = [r#""a\n\"é""#, r#""""#, r#"["1",{"b":"2 3"}]"#, r#"{"deep":{"er":[]}}"#, "1.50"];
    let name = any::<String>().prop_map(|name| format!("new_{name}"));
    let members = btree_map(name, select(values.to_vec()), 0..3);
    let all = places.into_iter().map(|place| (Just(place), members.clone())).collect::<Vec<_>>();
    let some = all.prop_map(|objects| {
        let members = objects.into_iter().flat_map(|(place, members)| {
            members.into_iter().map(move |(name, value)| ExtraMember {
                place,
                name: name.into(),
                value: RawJson::new(value).expect("JSON"),
            })
        });
        members.collect()
    });
    prop_oneof![3 => Just(Extra::NONE), 1 => some]
}
