//! What somebody chose in the form of an alert rule's action.

use watchbell_wire::{IgnoredAny, Lenient, MapAccess, Name, SeqAccess, Shape, Text, object};

/// The choices that mean something. Sentry sends a list of names and values; its documentation
/// says an object, which is read too.
#[derive(Debug, Default)]
pub(crate) struct Settings<'a> {
    pub(crate) service_id: Lenient<Text<'a>>,
    pub(crate) severity: Lenient<Text<'a>>,
    pub(crate) auto_create: Lenient<Text<'a>>,
    pub(crate) environments: Lenient<Text<'a>>,
    pub(crate) notes: Lenient<Text<'a>>,
}

impl<'a> Settings<'a> {
    fn place(&mut self, name: &str) -> Option<&mut Lenient<Text<'a>>> {
        Some(match name {
            "service_id" => &mut self.service_id,
            "severity" => &mut self.severity,
            "auto_create" => &mut self.auto_create,
            "environments" => &mut self.environments,
            "notes" => &mut self.notes,
            _ => return None,
        })
    }
}

object! {
    #[derive(Debug, Default)]
    struct Entry<'a> {
        name: Text<'a> = "name",
        value: Text<'a> = "value",
    }
}

impl<'de> Shape<'de> for Settings<'de> {
    fn from_seq<A: SeqAccess<'de>>(mut seq: A) -> Result<Lenient<Self>, A::Error> {
        let mut settings = Self::default();
        while let Some(entry) = seq.next_element::<Lenient<Entry<'_>>>()? {
            if let Lenient::Is(Entry { name: Lenient::Is(Text(name)), value }) = entry
                && let Some(place) = settings.place(&name)
            {
                *place = value;
            }
        }
        Ok(Lenient::Is(settings))
    }

    fn from_map<A: MapAccess<'de>>(mut map: A) -> Result<Lenient<Self>, A::Error> {
        let mut settings = Self::default();
        while let Some(name) = map.next_key::<Name<'_>>()? {
            match settings.place(name.as_str()) {
                Some(place) => *place = map.next_value()?,
                None => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(Lenient::Is(settings))
    }
}
