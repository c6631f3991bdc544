//! The reason codes in Korean: what each means and what to do about it. Codes and keys are never translated. A new
//! code does not compile without its text.

use qts_core::Code;

/// The meaning of a code, and the way out (empty where nothing is to be done).
pub(crate) const fn explained(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::InvalidNumber => ("수량이나 가격이 0보다 크지 않습니다.", "0보다 큰 수를 넣으세요."),
        Code::Overflow => ("금액이 정확히 계산할 수 있는 범위를 넘습니다.", "주문을 줄이세요."),
        Code::UnknownInstrument => ("설정에 없는 종목입니다.", "[[instrument]]를 추가하거나 종목 id를 바로잡으세요."),
        Code::UnknownStrategy => ("등록되지 않은 전략입니다.", "[[strategy]]를 추가하거나 전략 id를 바로잡으세요."),
        Code::StrategyDisabled => ("꺼져 있는 전략입니다.", "enable 명령으로 켜세요."),
        Code::StrategyQuarantined => {
            ("오류를 거듭해 격리된 전략입니다.", "원인을 고친 다음 enable 명령으로 다시 켜세요.")
        }
        Code::Shadow => (
            "shadow 상태의 전략입니다: 판정하고 기록만 하며 주문은 내지 않습니다.",
            "실제로 매매하려면 active로 바꾸세요.",
        ),
        Code::OffTick => ("지정가가 호가단위에 맞지 않습니다.", "호가단위에 맞추세요."),
        Code::OffLot => ("주문수량이 매매수량단위에 맞지 않습니다.", "매매수량단위의 배수로 맞추세요."),
        Code::OutsidePriceLimit => ("지정가가 당일 상·하한가를 벗어납니다.", "상·하한가 안에서 내세요."),
        Code::Restricted => ("매매제한 목록에 있는 종목입니다.", "주문에서 빼거나 목록에서 지우세요."),
        Code::OutsideSession => ("장이 열려 있지 않을 때 시장에 닿는 주문입니다.", "장중에 도착하도록 내세요."),
        Code::NoMarketData => ("판정에 쓸 시세가 없습니다.", "시세가 들어오기를 기다리세요."),
        Code::StaleData => ("마지막 시세가 너무 오래되어 위험을 늘릴 수 없습니다.", "새 시세를 기다리세요."),
        Code::DataImplausible => ("마지막 시세가 믿기 어려울 만큼 튀었습니다.", "시세를 확인하세요."),
        Code::DuplicateOrder => ("방금 낸 주문과 똑같은 주문입니다.", "기다리거나, 의도한 주문이면 내용을 바꾸세요."),
        Code::ShortNotAllowed => {
            ("전략이 보유하지 않은 주식의 매도입니다. 이 시장에서는 공매도가 금지됩니다.", "보유수량까지만 매도하세요.")
        }
        Code::SelfTrade => ("자기 미체결 주문과 서로 체결될 수 있습니다.", "그 주문이 없어진 다음 다시 내세요."),
        Code::Unreconciled => ("장부와 증권사 잔고가 맞지 않습니다.", "먼저 잔고를 맞추세요."),
        Code::PriceCollar => ("지정가가 시세보다 지나치게 불리합니다.", "시세에 더 가깝게 내세요."),
        Code::FatFinger => ("평소 주문의 몇 배나 되는 주문입니다.", "주문수량을 확인하세요."),
        Code::CycleNotional => ("한 사이클에 새로 늘리려는 금액의 합이 너무 큽니다.", "한꺼번에 내는 주문을 줄이세요."),
        Code::MarketOrder => ("위험을 늘리는 시장가 주문은 정책이 받지 않습니다.", "지정가로 내세요."),
        Code::MaxOrderQty => ("주문수량이 정책 한도를 넘습니다.", "max_order_qty를 올리거나 수량을 줄이세요."),
        Code::MaxOrderNotional => {
            ("주문금액이 정책 한도를 넘습니다.", "max_order_notional을 올리거나 수량을 줄이세요.")
        }
        Code::MaxLong => ("매수 포지션이 정책 한도를 넘게 됩니다.", "max_long을 올리거나 수량을 줄이세요."),
        Code::MaxShort => ("매도 포지션이 정책 한도를 넘게 됩니다.", "max_short를 올리거나 수량을 줄이세요."),
        Code::MaxGrossExposure => (
            "매수와 매도 포지션을 더한 총 익스포저가 한도를 넘게 됩니다.",
            "max_gross_exposure를 올리거나 수량을 줄이세요.",
        ),
        Code::MaxNetExposure => (
            "매수에서 매도 포지션을 뺀 순 익스포저가 한도를 넘게 됩니다.",
            "max_net_exposure를 올리거나 수량을 줄이세요.",
        ),
        Code::BuyingPower => ("계좌의 예수금이 모자랍니다.", "수량을 줄이거나 매도 체결을 기다리세요."),
        Code::Budget => ("전략에 배정한 예산이 모자랍니다.", "budget을 올리거나 수량을 줄이세요."),
        Code::MaxParticipation => {
            ("시장 거래량에서 차지하는 비중이 너무 큽니다.", "max_participation을 올리거나 수량을 줄이세요.")
        }
        Code::MaxOpenOrders => {
            ("미체결 주문이 너무 많습니다.", "미체결 주문이 끝나기를 기다리거나 max_open_orders를 올리세요.")
        }
        Code::OrderRate => ("주문이 너무 빠르게 이어집니다.", "기다리거나 order_rate를 올리세요."),
        Code::MessageLimit => {
            ("오늘 보낸 주문·정정·취소가 너무 많습니다.", "다음 거래일까지 기다리거나 message_limit을 올리세요.")
        }
        Code::RepeatedExecution => ("같은 매매가 너무 여러 번 체결되었습니다.", "원인을 살핀 다음 명령으로 푸세요."),
        Code::FailureBreaker => ("최근 이 전략의 주문이 너무 많이 실패했습니다.", "원인을 살핀 다음 명령으로 푸세요."),
        Code::WarnEscalation => ("같은 경고가 너무 자주 나왔습니다.", "원인을 살핀 다음 명령으로 푸세요."),
        Code::DailyLoss => ("계좌의 당일 손실이 한도를 넘었습니다.", "사유를 적어 명령으로 푸세요."),
        Code::Drawdown => ("계좌 평가액이 고점에서 한도보다 많이 내려왔습니다.", "사유를 적어 명령으로 푸세요."),
        Code::ReduceOnly => ("포지션을 줄이는 주문만 나갈 수 있습니다.", "명령으로 푸세요."),
        Code::Halted => ("매매가 정지된 상태입니다.", "명령으로 푸세요."),
        Code::Killed => ("킬 스위치가 켜져 있습니다.", "사유를 적어 rearm 명령으로 푸세요."),
        Code::OpposingIntent => (
            "같은 사이클에 방향이 반대인 주문이 있습니다. 이럴 때는 청산 주문만 나갑니다.",
            "다음 사이클에 다시 내세요.",
        ),
        Code::Merged => ("조건이 같은 주문들과 합쳐 한 주문으로 냈습니다.", ""),
        Code::Crossed => ("다른 장부의 반대 주문과 장부끼리 상계했습니다. 시장에 주문을 낼 필요가 없었습니다.", ""),
        Code::NoCrossPrice => {
            ("청산 주문끼리 방향이 반대인데 상계할 공정한 가격을 알 수 없습니다.", "다음 사이클에 다시 내세요.")
        }
        Code::QtyNonPositive => ("Phase 5: 수량이 0보다 크지 않습니다.", ""),
        Code::BuyAffordabilityCheck => ("Phase 5: 매수 금액을 예수금과 견줍니다.", ""),
        Code::SellPositionCheck => ("Phase 5: 매도 수량을 보유수량과 견줍니다.", ""),
        Code::QtyAdjusted => ("Phase 5: 가능한 만큼으로 수량을 줄였습니다.", ""),
        Code::QtyAdjustedToZero => ("Phase 5: 줄이고 나니 남은 수량이 없습니다.", ""),
        Code::RiskScoreExceeded => {
            ("남은 수량의 Phase 5 위험 점수가 max_risk_score를 넘습니다.", "max_risk_score를 올리거나 수량을 줄이세요.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_korean_and_has_a_way_out_where_the_english_one_has() {
        for code in Code::ALL {
            let (meaning, way_out) = explained(*code);
            let hangul = |text: &str| text.chars().any(|c| ('가'..='힣').contains(&c));
            assert!(hangul(meaning) && meaning.ends_with('.'), "{code}");
            assert_eq!(way_out.is_empty(), code.way_out().is_empty() || is_a_remark(*code), "{code}");
            assert!(way_out.is_empty() || hangul(way_out) && way_out.ends_with('.'), "{code}");
        }
    }

    /// Its second sentence says more of what it means.
    fn is_a_remark(code: Code) -> bool {
        code == Code::Crossed
    }
}
