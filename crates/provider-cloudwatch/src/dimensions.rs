//! Names and values of a metric.

use std::borrow::Cow;

use watchbell_wire::{
    AnyText, IgnoredAny, Lenient, MapAccess, Name, SeqAccess, Shape, Text, object,
};

/// The most that are kept; AWS allows thirty.
const MAX: usize = 200;

/// Dimensions, as a list of names and values or as an object, whichever a shape has.
#[derive(Debug, Clone, Default)]
pub(crate) struct Dimensions<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

object! {
    /// A dimension in a list.
    #[derive(Debug, Default)]
    struct Dimension<'a> {
        name: Text<'a> = "name" | "Name",
        value: AnyText<'a> = "value" | "Value",
    }
}

impl<'a> Dimensions<'a> {
    /// The names and values that are not blank, in the order in which they came.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let trimmed = self.0.iter().map(|(name, value)| (name.trim(), value.trim()));
        trimmed.filter(|(name, value)| !name.is_empty() && !value.is_empty())
    }

    fn add(&mut self, name: Cow<'a, str>, value: Lenient<AnyText<'a>>) {
        if let Lenient::Is(AnyText(value)) = value
            && self.0.len() < MAX
        {
            self.0.push((name, value));
        }
    }
}

impl<'de> Shape<'de> for Dimensions<'de> {
    fn from_seq<A: SeqAccess<'de>>(mut seq: A) -> Result<Lenient<Self>, A::Error> {
        let mut all = Self::default();
        while all.0.len() < MAX {
            match seq.next_element::<Lenient<Dimension<'de>>>()? {
                Some(Lenient::Is(Dimension { name: Lenient::Is(Text(name)), value })) => {
                    all.add(name, value);
                }
                Some(_) => {}
                None => return Ok(Lenient::Is(all)),
            }
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Lenient::Is(all))
    }

    fn from_map<A: MapAccess<'de>>(mut map: A) -> Result<Lenient<Self>, A::Error> {
        let mut all = Self::default();
        while let Some(name) = map.next_key::<Name<'de>>()? {
            all.add(name.into_cow(), map.next_value()?);
        }
        Ok(Lenient::Is(all))
    }
}
