//! The codes in Korean: what each means, and for reasons what to do about it. Codes and keys are never translated. A
//! new code does not compile without its text (a new code of a data error fails a test without).

use qts_core::Code;

use crate::config;

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
        Code::Restricted => ("정책의 매매제한 목록에 있는 종목입니다.", "목록에서 지우거나 다른 종목을 매매하세요."),
        Code::OutsideSession => (
            "장이 열려 있지 않을 때 시장에 닿는 주문입니다.",
            "기다릴 수 있는 주문(day, gtc)으로 내거나 장중에 내세요.",
        ),
        Code::NoMarketData => ("판정에 쓸 시세가 없습니다.", "시세가 들어오기를 기다리세요."),
        Code::StaleData => ("마지막 시세가 너무 오래되어 위험을 늘릴 수 없습니다.", "새 시세를 기다리세요."),
        Code::DataImplausible => (
            "마지막 시세가 믿기 어려울 만큼 튀었거나 그날의 상·하한가를 벗어납니다.",
            "시세를 확인하고, 액면분할이면 [[adjustment]]를 추가하세요.",
        ),
        Code::DuplicateOrder => (
            "방금 낸 주문과 똑같은 주문입니다.",
            "duplicate_order 시간이 지나기를 기다리거나, 의도한 주문이면 내용을 바꾸세요.",
        ),
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
            ("시장의 평소 거래량에서 차지하는 비중이 너무 큽니다.", "max_participation을 올리거나 수량을 줄이세요.")
        }
        Code::MaxOpenOrders => {
            ("미체결 주문이 너무 많습니다.", "미체결 주문이 끝나기를 기다리거나 max_open_orders를 올리세요.")
        }
        Code::OrderRate => ("주문이 너무 빠르게 이어집니다.", "나중에 다시 내거나 order_rate를 올리세요."),
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
        Code::OrderLimit => (
            "거래소가 받지 않는 큰 주문이라 청산 주문이라도 통째로 거부됩니다.",
            "한도 안의 여러 주문으로 나누어 내세요.",
        ),
    }
}

/// The meaning of what is wrong, or odd, about a config.
pub(crate) const fn of_config(code: config::Code) -> &'static str {
    use config::Code as C;
    match code {
        C::Unreadable => "파일을 읽을 수 없음",
        C::Syntax => "TOML 문법이 아님",
        C::UnknownKey => "아무도 읽지 않는 키",
        C::MissingKey => "꼭 있어야 할 키나 표가 없음",
        C::WrongType => "값의 형식이 다름 (예: 글자 자리에 목록)",
        C::UnknownWord => "여기에 쓸 수 없는 낱말",
        C::NotANumber => "정확한 십진수가 아님 (소수 여덟 자리까지, ±9·10^10 이내)",
        C::OutOfBounds => "쓸 수 있는 범위를 벗어난 수",
        C::NotAPercentage => "\"1.5%\" 같은 백분율이 아님",
        C::NotATime => "UTC 오프셋이 있는 RFC 3339 시각이 아님",
        C::NotALength => "\"15m\" 같은 시간 길이가 아님",
        C::NotASession => "\"09:00-15:30\" 같은 장 운영시간이 아님 (개장이 폐장보다 먼저)",
        C::UnknownZone => "없는 시간대 이름",
        C::EmptyText => "이름 자리에 빈 글자",
        C::NotBuilt => "약속되어 있으나 아직 만들지 않은 기능",
        C::BadCurrency => "통화 코드가 아님",
        C::BadInstrumentId => "SYMBOL.VENUE 꼴이 아닌 종목 id",
        C::DuplicateId => "이미 쓰인 id",
        C::ReservedId => "QTS가 쓰는 전략 id",
        C::BadStrategyId => "빈칸이나 제어 문자가 든 전략 id",
        C::UnknownInstrument => "선언하지 않은 종목",
        C::UnknownStrategy => "선언하지 않은 전략",
        C::UnknownPolicy => "선언하지 않은 정책",
        C::UnknownKind => "없는 전략 종류",
        C::UnknownClass => "없는 종목 분류",
        C::LotStep => "매매수량단위가 최소 수량 단위의 배수가 아님",
        C::CurrencyDiffers => "계좌와 통화가 다른 종목",
        C::Repeated => "같은 것을 두 번 적음",
        C::BadParam => "전략 종류가 받지 않는 매개변수",
        C::DatedIntraday => "날짜로만 표시한 하루 미만의 봉",
        C::NeedsClass => "그 표를 가진 종목 분류와 함께라야 쓸모 있는 키",
        C::BadCalendar => "쓸 수 없는 휴장일·특별 운영일 파일",
        C::OffStep => "최소 수량 단위의 배수가 아닌 보유수량",
        C::ShortBanned => "공매도가 금지된 시장의 매도 포지션",
        C::TooMuchMoney => "셀 수 있는 금액을 넘는 포지션",
        C::BuiltInPolicy => "내장 정책과 이름이 같은 정책",
        C::PolicyCycle => "서로 돌아가며 물려받는 정책",
        C::UnknownControl => "없는 통제 항목",
        C::AlwaysOn => "끌 수 없는 통제 항목",
        C::NoLevel => "단계가 하나도 없는 통제 항목",
        C::LevelsOutOfOrder => "warn, limit, block 순으로 커지지 않는 단계",
        C::NoReduce => "줄이지 않는 통제 항목에서 block보다 낮은 limit",
        C::MixedUnits => "한 통제 항목 안에서 단위가 섞임",
        C::WhenUnclear => "시각이 없거나 둘인 명령",
        C::TargetUnclear => "대상이 없거나 둘인 명령",
        C::ReasonRequired => "사유를 적어야 하는 명령",
        C::NotPerInstrument => "종목별 표에 쓸 수 없는, 정책 전체에 관한 설정",
        C::BadStep => "게이트가 받을 수 없는 정책 테스트 단계",
        C::NothingExpected => "아무것도 기대하지 않는 정책 테스트",
        C::UnusedPolicy => "아무도 쓰지 않는 정책",
        C::IdleControl => "적힌 자리에서 아무 일도 하지 못하는 통제 항목",
        C::NeverBinds => "같은 정책의 다른 항목이 허용하는 것보다 큰 한도",
        C::AccountBindsFirst => "계좌 한도보다 큰 전략 한도",
        C::LeftOpen => "주문의 크기나 가격을 제한하지 않는 정책",
        C::DefaultPolicy => "자기 정책이 없는 전략",
        C::NoData => "시세가 없는 종목을 구독하는 전략",
        C::Unwatched => "어느 전략도 구독하지 않는 종목이나 시세",
        C::BudgetOverCash => "계좌가 가진 것보다 큰 예산",
        C::NearlySameName => "대소문자만 다른 이름",
        C::NothingPasses => "신규 진입을 하나도 통과시키지 않는 한도",
        C::NotADate => "\"2018-05-04\" 같은 날짜가 아님",
        C::BadRatio => "옛 주식 1주당 새 주식 수가 아니거나, 아무것도 바꾸지 않는 비율",
        C::IdleAdjustment => "시세가 닿지 않거나 시세보다 앞선 주식 수 조정",
        C::BeforeTables => "종목 분류의 표가 시작되기 전의 시세",
        C::UnknownDays => "휴장일을 아는 마지막 날 뒤의 시세",
        C::ClosedDay => "휴장일의 시세",
        C::IdleCalendar => "거래하는 종목이 없는 시장의 휴장일 파일",
        C::OwnLimitBase => "KRX 종가가 아니라 자체 마지막 가격에서 계산하는 넥스트레이드의 가격제한폭",
        C::TwoLines => "서로 모르는 두 종목으로 적힌, KRX와 넥스트레이드의 같은 주식",
    }
}

/// What to do about what is wrong, or odd, about a config, where more is to be said than that `check` shows it.
pub(crate) fn way_out_of_config(code: &str) -> Option<&'static str> {
    Some(match code {
        "QTS0134" => "그 키를 지우거나, 그 표를 가진 class를 종목에 적으세요.",
        "QTS0135" => "파일의 그 줄을 고치세요. 날짜는 2026-12-31처럼 적고, 하루는 한 목록에만 적습니다.",
        "QTS0312" => "표가 시작되는 날부터의 시세를 쓰거나, 그 앞은 가장 오래된 규칙으로 판정한다는 점을 감안하세요.",
        "QTS0313" => "[[calendar]] 파일에 그 뒤의 휴장일과 known_until을 적으세요. 없으면 주말만 쉬는 것으로 봅니다.",
        "QTS0314" => "시세 파일의 날짜를 확인하세요. 실제로 열린 날이면 [[calendar]] 파일의 [[open]]에 적으세요.",
        "QTS0315" => "종목에 class를 적거나 [[calendar]]를 지우세요.",
        "QTS0316" => "날짜를 바로잡거나 [[adjustment]]를 지우세요.",
        "QTS0317" => {
            "가격제한폭 없이 판정하려면 daily_limit = false를 적고, 아니면 기준가가 다를 수 있음을 감안하세요."
        }
        "QTS0318" => "둘 가운데 하나만 쓰거나, 한 전략만 두 종목을 매매하게 하고 한도를 반씩 나누세요.",
        _ => return None,
    })
}

/// The meaning of what is wrong with market data.
pub(crate) fn of_data(code: &str) -> Option<&'static str> {
    Some(match code {
        "QTS0201" => "파일을 열 수 없음",
        "QTS0202" => "한꺼번에 열 수 있는 파일 수를 넘음",
        "QTS0203" => "파일을 더 읽을 수 없음",
        "QTS0204" => "중간에 잘린 압축 파일",
        "QTS0205" => "이름과 내용이 다르거나 망가진 파일",
        "QTS0206" => "끝없이 긴 줄",
        "QTS0207" => "형식을 알 수 없는 파일 이름",
        "QTS0208" => "읽지 못하는 Parquet 내용",
        "QTS0209" => "UTF-8이 아닌 머리글",
        "QTS0210" => "빈 파일",
        "QTS0211" => "머리글만 있고 자료가 없는 파일",
        "QTS0212" => "봉도 호가도 체결도 아닌 머리글",
        "QTS0213" => "여러 종류의 자료가 섞인 머리글",
        "QTS0214" => "없는 열",
        "QTS0215" => "어느 열인지 가릴 수 없음",
        "QTS0216" => "파일에 필요한 것을 말하지 않은 `[[data]]`",
        "QTS0217" => "쓸 만한 줄이 하나도 없는 파일",
        "QTS0218" => "그 종목의 줄이 없는 파일",
        "QTS0219" => "모든 호가가 엇갈린 파일: 매수호가가 매도호가보다 높음",
        "QTS0251" => "칸 수가 다른 줄",
        "QTS0252" => "빈 칸",
        "QTS0253" => "시각으로 읽을 수 없는 칸",
        "QTS0254" => "정확한 수가 아닌 칸",
        "QTS0255" => "0 이하인 가격",
        "QTS0256" => "음수인 거래량이나 잔량",
        "QTS0257" => "시가와 종가를 감싸지 않는 고가나 저가",
        "QTS0258" => "거꾸로 가는 시각",
        "QTS0259" => "이미 나온 시각의 봉",
        _ => return None,
    })
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
