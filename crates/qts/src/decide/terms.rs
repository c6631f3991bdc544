//! What open orders and intents have in common: side, type, limit and time in force.

use qts_core::{Side, Tif};

use super::error::Problem;
use super::node::Node;

/// The sides.
pub(crate) const SIDES: [(&str, Side); 2] = [("buy", Side::Buy), ("sell", Side::Sell)];

const TIFS: [(&str, Tif); 4] = [("day", Tif::Day), ("gtc", Tif::Gtc), ("ioc", Tif::Ioc), ("fok", Tif::Fok)];

/// At which price and for how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms<'a> {
    /// The limit as written; `None` is a market order.
    pub(crate) limit: Option<Node<'a>>,
    /// For how long.
    pub(crate) tif: Tif,
}

impl<'a> Terms<'a> {
    /// From `type`, `limit` and `tif` of `whole`.
    ///
    /// A `limit` of `null` is none only beside `"type": "market"`: what cannot compute its limit writes `null`, too,
    /// and must not send a market order by that.
    ///
    /// # Errors
    /// An unknown word, or a type and a limit that do not go together.
    pub(crate) fn read(
        whole: Node<'a>,
        kind: Option<Node<'a>>,
        limit: Option<Node<'a>>,
        tif: Option<Node<'a>>,
    ) -> Result<Self, Problem> {
        let tif = tif.map(|node| node.word(TIFS)).transpose()?.unwrap_or_default();
        let is_limit = kind.map(|node| node.word([("market", false), ("limit", true)])).transpose()?;
        match (is_limit, limit) {
            (Some(true), None) => Err(whole.lacks("limit")),
            (Some(false), Some(limit)) if !limit.is_null() => {
                let help = "leave `limit` out, or write `\"type\": \"limit\"`";
                Err(limit.problem("a market order has no limit", help))
            }
            (Some(false), _) => Ok(Self { limit: None, tif }),
            (_, limit) => Ok(Self { limit, tif }),
        }
    }
}
