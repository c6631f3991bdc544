//! `qts reasons`: every code in both languages, aligned, and one at a time.

use expect_test::{Expect, expect};
use unicode_width::UnicodeWidthStr;

use crate::support::Folder;

fn check(args: &str, expect: Expect) {
    let ended = Folder::new("reasons").qts(&format!("reasons {args}"));
    assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{args}");
    expect.assert_eq(&ended.out);
}

#[test]
fn all_codes_in_english() {
    check(
        "",
        expect![[r#"
            no  reason                   meaning                                                                           what to do
            1   invalid_number           A quantity or price is not a positive number.                                     Send one.
            2   overflow                 A product of the numbers leaves the range of exact arithmetic.                    Send a smaller order.
            3   unknown_instrument       The instrument is not configured.                                                 Add an [[instrument]] or correct the id.
            4   unknown_strategy         The strategy is not registered.                                                   Add a [[strategy]] or correct the id.
            5   strategy_disabled        The strategy is disabled.                                                         Enable it by command.
            6   strategy_quarantined     The strategy failed repeatedly and is quarantined.                                Mend it, then enable it by command.
            7   shadow                   The strategy runs in shadow: judged and recorded, nothing is admitted.            Make it active to trade.
            8   off_tick                 The limit price is not on the price grid.                                         Round it to the tick.
            9   off_lot                  The quantity is not a whole number of lots.                                       Round it to the lot.
            10  outside_price_limit      The limit price lies outside the day's price limits.                              Move it inside.
            11  restricted               The policy's restricted list has the instrument.                                  Take it off the list or trade another.
            12  outside_session          The order would reach the market outside its session.                             Send what can wait (day, gtc), or send it while a session runs.
            13  no_market_data           There is no price to judge by.                                                    Wait for data.
            14  stale_data               The last price is too old to add risk on.                                         Wait for data.
            15  data_implausible         The last price moved implausibly far or lies outside its day's limits.            Check the data; if the shares were split, add an [[adjustment]].
            16  duplicate_order          The same order was sent a moment ago.                                             Wait until duplicate_order is over, or change the order if it is meant.
            17  short_not_allowed        The market forbids selling what the strategy's book does not hold.                Sell at most the holding.
            18  self_trade               It could trade against an own working order.                                      Ask again once that is gone.
            19  unreconciled             The books do not match the broker.                                                Reconcile first.
            20  price_collar             The limit is too far on the losing side of the market.                            Move it nearer.
            21  fat_finger               The order is many times larger than any usual one.                                Check its size.
            22  cycle_notional           The orders of one cycle add up to too much new exposure.                          Ask for less at once.
            23  market_order             The policy admits no market order that adds risk.                                 Send a limit order.
            24  max_order_qty            The order has more shares than the policy admits.                                 Raise max_order_qty or ask for less.
            25  max_order_notional       The order is worth more than the policy admits.                                   Raise max_order_notional or ask for less.
            26  max_long                 The position would be longer than the policy admits.                              Raise max_long or ask for less.
            27  max_short                The position would be shorter than the policy admits.                             Raise max_short or ask for less.
            28  max_gross_exposure       Longs and shorts together would exceed the limit.                                 Raise max_gross_exposure or ask for less.
            29  max_net_exposure         Longs less shorts would exceed the limit.                                         Raise max_net_exposure or ask for less.
            30  buying_power             The account's cash does not cover it.                                             Ask for less or wait for a sale to fill.
            31  budget                   The strategy's budget does not cover it.                                          Raise budget or ask for less.
            32  max_participation        It is too large a share of the market's usual volume.                             Raise max_participation or ask for less.
            33  max_open_orders          Too many orders are working.                                                      Wait for one to end or raise max_open_orders.
            34  order_rate               Orders come too fast.                                                             Ask again later, or raise order_rate.
            35  message_limit            Too many messages were sent today.                                                Wait for the next session, or raise message_limit.
            36  repeated_execution       The same trade was executed too often.                                            Look into it, then re-arm the strategy by command, with a reason.
            37  failure_breaker          Too many orders of this strategy failed lately.                                   Mend it, then re-arm it by command, with a reason.
            38  warn_escalation          The same warning came too often.                                                  Heed it, then re-arm the strategy by command, with a reason.
            39  daily_loss               The account lost too much today.                                                  Wait for the next day, or re-arm the account by command, with a reason.
            40  drawdown                 The account fell too far from its peak.                                           Re-arm the account by command, with a reason.
            41  reduce_only              Only what reduces the position may go.                                            Lift the mode by command.
            42  halted                   Trading is halted.                                                                Lift the mode by command.
            43  killed                   The kill switch is set.                                                           Re-arm it by command, with a reason.
            44  opposing_intent          Another proposal of this cycle opposes it; in a conflict only exits go through.   Ask again.
            45  merged                   It was sent together with equal proposals as one order.
            46  crossed                  It was booked against an opposing proposal of another book; no order was needed.
            47  no_cross_price           Exits oppose each other and no fair price is known to offset them.                Ask again.
            48  qty_non_positive         Phase 5: the quantity is not positive.
            49  buy_affordability_check  Phase 5: a buy is measured against the cash.
            50  sell_position_check      Phase 5: a sale is measured against the holding.
            51  qty_adjusted             Phase 5: the quantity was cut to what is possible.
            52  qty_adjusted_to_zero     Phase 5: nothing is left of the quantity after the cut.
            53  risk_score_exceeded      The Phase 5 risk score of what is left is above max_risk_score.                   Raise max_risk_score or ask for less.
            54  order_limit              The exchange takes no order that large and would refuse it whole, an exit too.    Send it in parts, each within the limit.

            code     of       meaning
            QTS0101  config   the file cannot be read
            QTS0102  config   the text is not TOML
            QTS0103  config   a key that nothing reads
            QTS0104  config   a key or table that must be there is not
            QTS0105  config   a value of the wrong type, a list where a text belongs for instance
            QTS0106  config   a word that is none of those allowed here
            QTS0107  config   not an exact decimal number (at most eight decimals, within ±9·10^10)
            QTS0108  config   a number outside the bounds that make sense here
            QTS0109  config   not a percentage such as "1.5%"
            QTS0110  config   not an RFC 3339 time with an offset
            QTS0111  config   not a length of time such as "15m"
            QTS0112  config   not a session such as "09:00-15:30", opening before it closes
            QTS0113  config   not the name of a time zone
            QTS0114  config   an empty text where a name belongs
            QTS0115  config   part of the contract, but not built yet
            QTS0116  config   not a currency code
            QTS0117  config   not a date such as "2018-05-04"
            QTS0118  config   not a ratio of new shares to old ones, or one that changes nothing
            QTS0120  config   an instrument id that is not SYMBOL.VENUE
            QTS0121  config   an id that is already taken
            QTS0122  config   a strategy id that QTS keeps for itself
            QTS0123  config   a strategy id with white space or a control character in it
            QTS0124  config   an instrument that is not declared
            QTS0125  config   a strategy that is not declared
            QTS0126  config   a policy that is not declared
            QTS0127  config   a kind of strategy that does not exist
            QTS0128  config   a class of instruments that does not exist
            QTS0129  config   a lot that is not a whole number of quantity steps
            QTS0130  config   an instrument in another currency than the account's
            QTS0131  config   the same thing given twice
            QTS0132  config   a parameter that its kind of strategy refuses
            QTS0133  config   bars shorter than a day stamped by date alone
            QTS0134  config   a key that is of use only with a class that has tables for it
            QTS0135  config   a file of closed and special days that cannot be used
            QTS0140  config   a position that is not a whole number of quantity steps
            QTS0141  config   a short position where short sales are banned
            QTS0142  config   a position worth more than money can count
            QTS0150  config   a policy with the name of a built-in one
            QTS0151  config   policies that extend each other in a circle
            QTS0152  config   a control that does not exist
            QTS0153  config   a control that cannot be switched off
            QTS0154  config   a control without any level
            QTS0155  config   levels that do not ascend from warn over limit to block
            QTS0156  config   a limit below block in a control that never reduces
            QTS0157  config   levels of one control in different units
            QTS0158  config   what is of the whole policy in an instrument's table
            QTS0160  config   a command with no time, or with two
            QTS0161  config   a command that does not say whom it means, or says it twice
            QTS0162  config   a command that must say why
            QTS0170  config   a step of a policy test that the gate cannot take
            QTS0171  config   a policy test that expects nothing
            QTS0201  data     the file cannot be opened
            QTS0202  data     more files than the system lets be open
            QTS0203  data     the file cannot be read on
            QTS0204  data     a compressed file that is cut short
            QTS0205  data     bytes that are not what the file's name says
            QTS0206  data     a row without end
            QTS0207  data     a file name that tells no known format
            QTS0208  data     something in a Parquet file that is not read
            QTS0209  data     a header that is not UTF-8
            QTS0210  data     an empty file
            QTS0211  data     a header without rows
            QTS0212  data     a header that names neither bars nor quotes nor trades
            QTS0213  data     a header that names several kinds of data
            QTS0214  data     a missing column
            QTS0215  data     several columns that could each be meant
            QTS0216  data     a `[[data]]` that does not say what the file needs
            QTS0217  data     a file without a single good row
            QTS0218  data     a file without a row of the instrument
            QTS0219  data     a file of crossed quotes alone: in each the bid is above the ask
            QTS0251  data     a row with too few or too many cells
            QTS0252  data     an empty cell
            QTS0253  data     a time that cannot be placed
            QTS0254  data     a cell that is not an exact number
            QTS0255  data     a price of zero or less
            QTS0256  data     a negative volume or size
            QTS0257  data     a high or low that does not enclose open and close
            QTS0258  data     time going backwards
            QTS0259  data     a bar of a time that was already there
            QTS0301  warning  a policy that nobody uses
            QTS0302  warning  a control that cannot do anything where it stands
            QTS0303  warning  a level above what another control of the policy admits at all
            QTS0304  warning  a strategy's limit above the account's
            QTS0305  warning  a policy that leaves the size or the price of orders open
            QTS0306  warning  a strategy without a policy of its own
            QTS0307  warning  a strategy that subscribes to an instrument without data
            QTS0308  warning  an instrument, or data, that no strategy subscribes to
            QTS0309  warning  a budget larger than what the account has
            QTS0310  warning  names that differ only in case
            QTS0311  warning  a level that lets no entry pass
            QTS0312  warning  data from before the tables of its class begin
            QTS0313  warning  data from after the last day of which closed days are known
            QTS0314  warning  data of a day on which its market is closed
            QTS0315  warning  a calendar of a market in which nothing trades
            QTS0316  warning  an adjustment that the data never reaches, or that lies before it
            QTS0317  warning  daily limits at Nextrade, reckoned from its own last price
            QTS0318  warning  one share at both Korean venues, whose lines do not know each other
        "#]],
    );
}

#[test]
fn all_codes_in_korean() {
    check(
        "--lang ko",
        expect![[r#"
            번호  코드                     뜻                                                                                  할 일
            1     invalid_number           수량이나 가격이 0보다 크지 않습니다.                                                0보다 큰 수를 넣으세요.
            2     overflow                 금액이 정확히 계산할 수 있는 범위를 넘습니다.                                       주문을 줄이세요.
            3     unknown_instrument       설정에 없는 종목입니다.                                                             [[instrument]]를 추가하거나 종목 id를 바로잡으세요.
            4     unknown_strategy         등록되지 않은 전략입니다.                                                           [[strategy]]를 추가하거나 전략 id를 바로잡으세요.
            5     strategy_disabled        꺼져 있는 전략입니다.                                                               enable 명령으로 켜세요.
            6     strategy_quarantined     오류를 거듭해 격리된 전략입니다.                                                    원인을 고친 다음 enable 명령으로 다시 켜세요.
            7     shadow                   shadow 상태의 전략입니다: 판정하고 기록만 하며 주문은 내지 않습니다.                실제로 매매하려면 active로 바꾸세요.
            8     off_tick                 지정가가 호가단위에 맞지 않습니다.                                                  호가단위에 맞추세요.
            9     off_lot                  주문수량이 매매수량단위에 맞지 않습니다.                                            매매수량단위의 배수로 맞추세요.
            10    outside_price_limit      지정가가 당일 상·하한가를 벗어납니다.                                               상·하한가 안에서 내세요.
            11    restricted               정책의 매매제한 목록에 있는 종목입니다.                                             목록에서 지우거나 다른 종목을 매매하세요.
            12    outside_session          장이 열려 있지 않을 때 시장에 닿는 주문입니다.                                      기다릴 수 있는 주문(day, gtc)으로 내거나 장중에 내세요.
            13    no_market_data           판정에 쓸 시세가 없습니다.                                                          시세가 들어오기를 기다리세요.
            14    stale_data               마지막 시세가 너무 오래되어 위험을 늘릴 수 없습니다.                                새 시세를 기다리세요.
            15    data_implausible         마지막 시세가 믿기 어려울 만큼 튀었거나 그날의 상·하한가를 벗어납니다.              시세를 확인하고, 액면분할이면 [[adjustment]]를 추가하세요.
            16    duplicate_order          방금 낸 주문과 똑같은 주문입니다.                                                   duplicate_order 시간이 지나기를 기다리거나, 의도한 주문이면 내용을 바꾸세요.
            17    short_not_allowed        전략이 보유하지 않은 주식의 매도입니다. 이 시장에서는 공매도가 금지됩니다.          보유수량까지만 매도하세요.
            18    self_trade               자기 미체결 주문과 서로 체결될 수 있습니다.                                         그 주문이 없어진 다음 다시 내세요.
            19    unreconciled             장부와 증권사 잔고가 맞지 않습니다.                                                 먼저 잔고를 맞추세요.
            20    price_collar             지정가가 시세보다 지나치게 불리합니다.                                              시세에 더 가깝게 내세요.
            21    fat_finger               평소 주문의 몇 배나 되는 주문입니다.                                                주문수량을 확인하세요.
            22    cycle_notional           한 사이클에 새로 늘리려는 금액의 합이 너무 큽니다.                                  한꺼번에 내는 주문을 줄이세요.
            23    market_order             위험을 늘리는 시장가 주문은 정책이 받지 않습니다.                                   지정가로 내세요.
            24    max_order_qty            주문수량이 정책 한도를 넘습니다.                                                    max_order_qty를 올리거나 수량을 줄이세요.
            25    max_order_notional       주문금액이 정책 한도를 넘습니다.                                                    max_order_notional을 올리거나 수량을 줄이세요.
            26    max_long                 매수 포지션이 정책 한도를 넘게 됩니다.                                              max_long을 올리거나 수량을 줄이세요.
            27    max_short                매도 포지션이 정책 한도를 넘게 됩니다.                                              max_short를 올리거나 수량을 줄이세요.
            28    max_gross_exposure       매수와 매도 포지션을 더한 총 익스포저가 한도를 넘게 됩니다.                         max_gross_exposure를 올리거나 수량을 줄이세요.
            29    max_net_exposure         매수에서 매도 포지션을 뺀 순 익스포저가 한도를 넘게 됩니다.                         max_net_exposure를 올리거나 수량을 줄이세요.
            30    buying_power             계좌의 예수금이 모자랍니다.                                                         수량을 줄이거나 매도 체결을 기다리세요.
            31    budget                   전략에 배정한 예산이 모자랍니다.                                                    budget을 올리거나 수량을 줄이세요.
            32    max_participation        시장의 평소 거래량에서 차지하는 비중이 너무 큽니다.                                 max_participation을 올리거나 수량을 줄이세요.
            33    max_open_orders          미체결 주문이 너무 많습니다.                                                        미체결 주문이 끝나기를 기다리거나 max_open_orders를 올리세요.
            34    order_rate               주문이 너무 빠르게 이어집니다.                                                      나중에 다시 내거나 order_rate를 올리세요.
            35    message_limit            오늘 보낸 주문·정정·취소가 너무 많습니다.                                           다음 거래일까지 기다리거나 message_limit을 올리세요.
            36    repeated_execution       같은 매매가 너무 여러 번 체결되었습니다.                                            원인을 살핀 다음 명령으로 푸세요.
            37    failure_breaker          최근 이 전략의 주문이 너무 많이 실패했습니다.                                       원인을 살핀 다음 명령으로 푸세요.
            38    warn_escalation          같은 경고가 너무 자주 나왔습니다.                                                   원인을 살핀 다음 명령으로 푸세요.
            39    daily_loss               계좌의 당일 손실이 한도를 넘었습니다.                                               사유를 적어 명령으로 푸세요.
            40    drawdown                 계좌 평가액이 고점에서 한도보다 많이 내려왔습니다.                                  사유를 적어 명령으로 푸세요.
            41    reduce_only              포지션을 줄이는 주문만 나갈 수 있습니다.                                            명령으로 푸세요.
            42    halted                   매매가 정지된 상태입니다.                                                           명령으로 푸세요.
            43    killed                   킬 스위치가 켜져 있습니다.                                                          사유를 적어 rearm 명령으로 푸세요.
            44    opposing_intent          같은 사이클에 방향이 반대인 주문이 있습니다. 이럴 때는 청산 주문만 나갑니다.        다음 사이클에 다시 내세요.
            45    merged                   조건이 같은 주문들과 합쳐 한 주문으로 냈습니다.
            46    crossed                  다른 장부의 반대 주문과 장부끼리 상계했습니다. 시장에 주문을 낼 필요가 없었습니다.
            47    no_cross_price           청산 주문끼리 방향이 반대인데 상계할 공정한 가격을 알 수 없습니다.                  다음 사이클에 다시 내세요.
            48    qty_non_positive         Phase 5: 수량이 0보다 크지 않습니다.
            49    buy_affordability_check  Phase 5: 매수 금액을 예수금과 견줍니다.
            50    sell_position_check      Phase 5: 매도 수량을 보유수량과 견줍니다.
            51    qty_adjusted             Phase 5: 가능한 만큼으로 수량을 줄였습니다.
            52    qty_adjusted_to_zero     Phase 5: 줄이고 나니 남은 수량이 없습니다.
            53    risk_score_exceeded      남은 수량의 Phase 5 위험 점수가 max_risk_score를 넘습니다.                          max_risk_score를 올리거나 수량을 줄이세요.
            54    order_limit              거래소가 받지 않는 큰 주문이라 청산 주문이라도 통째로 거부됩니다.                   한도 안의 여러 주문으로 나누어 내세요.

            코드     구분  뜻
            QTS0101  설정  파일을 읽을 수 없음
            QTS0102  설정  TOML 문법이 아님
            QTS0103  설정  아무도 읽지 않는 키
            QTS0104  설정  꼭 있어야 할 키나 표가 없음
            QTS0105  설정  값의 형식이 다름 (예: 글자 자리에 목록)
            QTS0106  설정  여기에 쓸 수 없는 낱말
            QTS0107  설정  정확한 십진수가 아님 (소수 여덟 자리까지, ±9·10^10 이내)
            QTS0108  설정  쓸 수 있는 범위를 벗어난 수
            QTS0109  설정  "1.5%" 같은 백분율이 아님
            QTS0110  설정  UTC 오프셋이 있는 RFC 3339 시각이 아님
            QTS0111  설정  "15m" 같은 시간 길이가 아님
            QTS0112  설정  "09:00-15:30" 같은 장 운영시간이 아님 (개장이 폐장보다 먼저)
            QTS0113  설정  없는 시간대 이름
            QTS0114  설정  이름 자리에 빈 글자
            QTS0115  설정  약속되어 있으나 아직 만들지 않은 기능
            QTS0116  설정  통화 코드가 아님
            QTS0117  설정  "2018-05-04" 같은 날짜가 아님
            QTS0118  설정  옛 주식 1주당 새 주식 수가 아니거나, 아무것도 바꾸지 않는 비율
            QTS0120  설정  SYMBOL.VENUE 꼴이 아닌 종목 id
            QTS0121  설정  이미 쓰인 id
            QTS0122  설정  QTS가 쓰는 전략 id
            QTS0123  설정  빈칸이나 제어 문자가 든 전략 id
            QTS0124  설정  선언하지 않은 종목
            QTS0125  설정  선언하지 않은 전략
            QTS0126  설정  선언하지 않은 정책
            QTS0127  설정  없는 전략 종류
            QTS0128  설정  없는 종목 분류
            QTS0129  설정  매매수량단위가 최소 수량 단위의 배수가 아님
            QTS0130  설정  계좌와 통화가 다른 종목
            QTS0131  설정  같은 것을 두 번 적음
            QTS0132  설정  전략 종류가 받지 않는 매개변수
            QTS0133  설정  날짜로만 표시한 하루 미만의 봉
            QTS0134  설정  그 표를 가진 종목 분류와 함께라야 쓸모 있는 키
            QTS0135  설정  쓸 수 없는 휴장일·특별 운영일 파일
            QTS0140  설정  최소 수량 단위의 배수가 아닌 보유수량
            QTS0141  설정  공매도가 금지된 시장의 매도 포지션
            QTS0142  설정  셀 수 있는 금액을 넘는 포지션
            QTS0150  설정  내장 정책과 이름이 같은 정책
            QTS0151  설정  서로 돌아가며 물려받는 정책
            QTS0152  설정  없는 통제 항목
            QTS0153  설정  끌 수 없는 통제 항목
            QTS0154  설정  단계가 하나도 없는 통제 항목
            QTS0155  설정  warn, limit, block 순으로 커지지 않는 단계
            QTS0156  설정  줄이지 않는 통제 항목에서 block보다 낮은 limit
            QTS0157  설정  한 통제 항목 안에서 단위가 섞임
            QTS0158  설정  종목별 표에 쓸 수 없는, 정책 전체에 관한 설정
            QTS0160  설정  시각이 없거나 둘인 명령
            QTS0161  설정  대상이 없거나 둘인 명령
            QTS0162  설정  사유를 적어야 하는 명령
            QTS0170  설정  게이트가 받을 수 없는 정책 테스트 단계
            QTS0171  설정  아무것도 기대하지 않는 정책 테스트
            QTS0201  자료  파일을 열 수 없음
            QTS0202  자료  한꺼번에 열 수 있는 파일 수를 넘음
            QTS0203  자료  파일을 더 읽을 수 없음
            QTS0204  자료  중간에 잘린 압축 파일
            QTS0205  자료  이름과 내용이 다르거나 망가진 파일
            QTS0206  자료  끝없이 긴 줄
            QTS0207  자료  형식을 알 수 없는 파일 이름
            QTS0208  자료  읽지 못하는 Parquet 내용
            QTS0209  자료  UTF-8이 아닌 머리글
            QTS0210  자료  빈 파일
            QTS0211  자료  머리글만 있고 자료가 없는 파일
            QTS0212  자료  봉도 호가도 체결도 아닌 머리글
            QTS0213  자료  여러 종류의 자료가 섞인 머리글
            QTS0214  자료  없는 열
            QTS0215  자료  어느 열인지 가릴 수 없음
            QTS0216  자료  파일에 필요한 것을 말하지 않은 `[[data]]`
            QTS0217  자료  쓸 만한 줄이 하나도 없는 파일
            QTS0218  자료  그 종목의 줄이 없는 파일
            QTS0219  자료  모든 호가가 엇갈린 파일: 매수호가가 매도호가보다 높음
            QTS0251  자료  칸 수가 다른 줄
            QTS0252  자료  빈 칸
            QTS0253  자료  시각으로 읽을 수 없는 칸
            QTS0254  자료  정확한 수가 아닌 칸
            QTS0255  자료  0 이하인 가격
            QTS0256  자료  음수인 거래량이나 잔량
            QTS0257  자료  시가와 종가를 감싸지 않는 고가나 저가
            QTS0258  자료  거꾸로 가는 시각
            QTS0259  자료  이미 나온 시각의 봉
            QTS0301  경고  아무도 쓰지 않는 정책
            QTS0302  경고  적힌 자리에서 아무 일도 하지 못하는 통제 항목
            QTS0303  경고  같은 정책의 다른 항목이 허용하는 것보다 큰 한도
            QTS0304  경고  계좌 한도보다 큰 전략 한도
            QTS0305  경고  주문의 크기나 가격을 제한하지 않는 정책
            QTS0306  경고  자기 정책이 없는 전략
            QTS0307  경고  시세가 없는 종목을 구독하는 전략
            QTS0308  경고  어느 전략도 구독하지 않는 종목이나 시세
            QTS0309  경고  계좌가 가진 것보다 큰 예산
            QTS0310  경고  대소문자만 다른 이름
            QTS0311  경고  신규 진입을 하나도 통과시키지 않는 한도
            QTS0312  경고  종목 분류의 표가 시작되기 전의 시세
            QTS0313  경고  휴장일을 아는 마지막 날 뒤의 시세
            QTS0314  경고  휴장일의 시세
            QTS0315  경고  거래하는 종목이 없는 시장의 휴장일 파일
            QTS0316  경고  시세가 닿지 않거나 시세보다 앞선 주식 수 조정
            QTS0317  경고  KRX 종가가 아니라 자체 마지막 가격에서 계산하는 넥스트레이드의 가격제한폭
            QTS0318  경고  서로 모르는 두 종목으로 적힌, KRX와 넥스트레이드의 같은 주식
        "#]],
    );
}

#[test]
fn columns_are_aligned_though_hangul_is_wide() {
    let told = Folder::new("reasons-wide").qts("reasons --lang ko").out;
    let way_outs = ["0보다 큰 수를", "주문을 줄이세요", "호가단위에 맞추세요", "새 시세를 기다리세요", "할 일"];
    let column = |text: &str| {
        let line = told.lines().find(|line| line.contains(text)).unwrap_or_else(|| panic!("no {text}"));
        line.split(text).next().expect("a part").width()
    };
    let columns: Vec<usize> = way_outs.iter().map(|text| column(text)).collect();
    assert!(columns.iter().all(|at| *at == columns[0]), "{columns:?}");
}

#[test]
fn one_code_by_name_number_or_error_code() {
    check(
        "max_order_qty",
        expect![[r#"
        max_order_qty (24)
          The order has more shares than the policy admits.
          Raise max_order_qty or ask for less.
    "#]],
    );
    check(
        "24 --lang ko",
        expect![[r#"
        max_order_qty (24)
          주문수량이 정책 한도를 넘습니다.
          max_order_qty를 올리거나 수량을 줄이세요.
    "#]],
    );
    check(
        "merged",
        expect![[r#"
        merged (45)
          It was sent together with equal proposals as one order.
    "#]],
    );
    check(
        "qts0103",
        expect![[r#"
        QTS0103 (config)
          a key that nothing reads
          `qts check CONFIG` shows the place and the way out.
    "#]],
    );
    check(
        "QTS0254",
        expect![[r#"
        QTS0254 (data)
          a cell that is not an exact number
          `qts check CONFIG` shows the place and the way out.
    "#]],
    );
    check(
        "QTS0301",
        expect![[r#"
        QTS0301 (warning)
          a policy that nobody uses
          `qts check CONFIG` shows the place and the way out.
    "#]],
    );
    check(
        "QTS0313 --lang ko",
        expect![[r#"
        QTS0313 (경고)
          휴장일을 아는 마지막 날 뒤의 시세
          [[calendar]] 파일에 그 뒤의 휴장일과 known_until을 적으세요. 없으면 주말만 쉬는 것으로 봅니다.
          `qts check CONFIG`가 위치와 고치는 방법을 알려 줍니다.
    "#]],
    );
    check(
        "off_tick --format json",
        expect![[r#"
        {
          "schema": 1,
          "reasons": [
            {
              "number": 8,
              "code": "off_tick",
              "meaning": "The limit price is not on the price grid.",
              "way_out": "Round it to the tick."
            }
          ],
          "errors": []
        }
    "#]],
    );
}

#[test]
fn a_code_that_is_not_there_is_a_slip_of_the_command_line() {
    for (code, told) in [
        ("max_ordr_qty", "qts: no code is called `max_ordr_qty`; did you mean `max_order_qty`?\n"),
        ("zzz", "qts: no code is called `zzz`; `qts reasons` lists them all\n"),
    ] {
        let ended = Folder::new("reasons-missing").qts(&format!("reasons {code}"));
        assert_eq!((ended.code, ended.out.as_str(), ended.err.as_str()), (2, "", told));
    }
}

#[test]
fn programs_get_all_of_them() {
    let codes = Folder::new("reasons-json").qts("reasons --lang ko --format json").json();
    let reasons = codes["reasons"].as_array().expect("reasons");
    assert_eq!((reasons.len(), &reasons[7]["code"]), (54, &"off_tick".into()));
    assert_eq!(reasons[7]["meaning"], "지정가가 호가단위에 맞지 않습니다.");
    assert!(codes["errors"].as_array().expect("errors").iter().any(|error| error["code"] == "QTS0305"));
}
