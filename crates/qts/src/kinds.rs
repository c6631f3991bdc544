//! The kinds of strategies that the program knows.

use qts_strategies::{KINDS, KindSpec};

use crate::exit::Trouble;

/// The built-in kinds, and those of the package that the program is part of.
#[derive(Debug, Clone)]
pub(crate) struct Kinds(Vec<KindSpec>);

impl Kinds {
    /// The built-in ones and `own`.
    ///
    /// # Errors
    /// Two have the same name.
    pub(crate) fn with(own: &[KindSpec]) -> Result<Self, Trouble> {
        let mut all = KINDS.to_vec();
        for kind in own {
            if all.iter().any(|known| known.name == kind.name) {
                let what = format!("two kinds of strategies are called `{}`; rename yours", kind.name);
                return Err(Trouble::Failure(what));
            }
            all.push(*kind);
        }
        Ok(Self(all))
    }

    /// The built-in ones.
    #[cfg(test)]
    pub(crate) fn built_in() -> Self {
        Self(KINDS.to_vec())
    }

    /// The kind of that name.
    pub(crate) fn find(&self, name: &str) -> Option<&KindSpec> {
        self.0.iter().find(|kind| kind.name == name)
    }

    /// All names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|kind| kind.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_of_ones_own_is_found_beside_the_built_in_ones_unless_it_takes_their_name() {
        let own = KindSpec { name: "own", ..KINDS[0] };
        let kinds = Kinds::with(&[own]).expect("a new name");
        assert!(kinds.find("own").is_some() && kinds.find("simple").is_some() && kinds.find("other").is_none());
        let taken = Kinds::with(&[own, own]).expect_err("twice the same");
        assert_eq!(taken.to_string(), "two kinds of strategies are called `own`; rename yours");
        assert!(Kinds::with(&[KINDS[3]]).is_err());
    }
}
