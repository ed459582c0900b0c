//! Metrics with one label of few values. Every value has its counter from the start, so that a
//! dashboard sees zeros rather than nothing, and counting takes no lock.

use std::marker::PhantomData;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

/// The values of a label.
pub(crate) trait Label: Copy + 'static {
    /// The label's name.
    const NAME: &'static str;
    /// Its values.
    const ALL: &'static [Self];
    /// The value as it stands in the metric.
    fn value(self) -> &'static str;
    /// Its place in `ALL`.
    fn place(self) -> usize;
}

/// Declares a label: the type, its name, and its values.
macro_rules! label {
    ($(#[$doc:meta])* $type:ident, $name:literal, $($value:ident = $text:literal),+ $(,)?) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum $type { $(#[doc = $text] $value),+ }

        impl $crate::labels::Label for $type {
            const NAME: &'static str = $name;
            const ALL: &'static [Self] = &[$(Self::$value),+];

            fn value(self) -> &'static str {
                match self { $(Self::$value => $text),+ }
            }

            fn place(self) -> usize {
                self as usize
            }
        }
    };
}

pub(crate) use label;

/// One counter per value.
#[derive(Debug)]
pub(crate) struct Counters<L> {
    counters: Vec<Counter>,
    label: PhantomData<L>,
}

impl<L: Label> Counters<L> {
    /// Registers the metric and all its values.
    pub(crate) fn register(registry: &mut Registry, name: &str, help: &str) -> Self {
        let family = Family::<[(&'static str, &'static str); 1], Counter>::default();
        registry.register(name, help, family.clone());
        let counter = |label: &L| family.get_or_create_owned(&[(L::NAME, label.value())]);
        Self { counters: L::ALL.iter().map(counter).collect(), label: PhantomData }
    }

    /// Counts one.
    pub(crate) fn inc(&self, label: L) {
        self.counters[label.place()].inc();
    }
}
