"""Charts over time and their kin: one month to sixty, zeros, very large, hidden and missing numbers."""

from collections.abc import Sequence

from referrals.charts.compare import Amount, Compared, Comparison, compare
from referrals.charts.flows import Flow, FlowChart, flows
from referrals.charts.heat import HeatMap, HeatRow, heat
from referrals.charts.lines import LineChart, Series, lines
from referrals.charts.months import Month
from referrals.charts.scales import Count
from referrals.charts.stack import Pile, StackChart, stack
from tests.look.awkward import HOSTILE, LONG, SAMI

BANDS = ["0–14", "15–28", "29–56", "57–84", "85–182", "183–365", "366+"]
NAMES = "jan feb mar apr mai jun jul aug sep okt nov des".split()
HIDDEN = Count(None)
LENGTHS = [1, 2, 12, 24, 60]


def months(count: int) -> list[Month]:
    """So many months up to October 2026."""
    numbers = range(2026 * 12 + 10 - count, 2026 * 12 + 10)
    return [_month(number // 12, number % 12) for number in numbers]


def _month(year: int, place: int) -> Month:
    return Month(year, place + 1, NAMES[place], f"{NAMES[place]} {year % 100}")


def wave(number: int, low: int, high: int) -> int:
    """Up and down between two numbers, the same every time."""
    return low + (number * number * 7 + number * 13) % (high - low + 1)


def ageing(count: int, times: int = 1, href: str = "") -> StackChart:
    """A list that grows older."""
    piles = [
        Pile(
            month,
            [Count(times * (wave(number + band, 4, 12) + band * number // 12), href) for band in range(7)],
        )
        for number, month in enumerate(months(count))
    ]
    return stack(piles, BANDS)


def ageing_with_hidden() -> StackChart:
    """Every fifth month-end has a number that is hidden, one has nothing else, one has nobody."""
    piles = []
    for number, month in enumerate(months(24)):
        counts = [Count(wave(number + band, 5, 20)) for band in range(7)]
        if number % 5 == 0:
            counts[6] = HIDDEN
        piles.append(Pile(month, counts))
    piles[10] = Pile(piles[10].month, [HIDDEN] * 7)
    piles[13] = Pile(piles[13].month, [Count(0)] * 7)
    piles[-1] = Pile(piles[-1].month, [Count(0), Count(0), HIDDEN, Count(0), Count(1), Count(0), Count(40)])
    return stack(piles, BANDS)


def movement(count: int, times: int = 1, href: str = "") -> FlowChart:
    """A list of several hundred with movements of some tens."""
    stock, made = 240, []
    for number, month in enumerate(months(count)):
        referred, started, ended = wave(number, 20, 45), wave(number + 3, 12, 34), wave(number + 5, 2, 9)
        stock += referred - started - ended
        made.append(Flow(month, *(Count(times * one, href) for one in (referred, started, ended, stock))))
    return flows(made)


def movement_with_hidden() -> FlowChart:
    """Each of the four numbers hidden somewhere, in one month all of them."""
    made = [
        Flow(month, Count(9), Count(6), Count(2), Count(30 + number))
        for number, month in enumerate(months(12))
    ]
    made[2] = Flow(made[2].month, HIDDEN, Count(6), Count(2), Count(30))
    made[4] = Flow(made[4].month, Count(9), HIDDEN, HIDDEN, Count(34))
    made[6] = Flow(made[6].month, HIDDEN, HIDDEN, HIDDEN, HIDDEN)
    made[8] = Flow(made[8].month, Count(0), Count(0), Count(0), Count(0))
    return flows(made)


def nothing_but_hidden() -> tuple[StackChart, FlowChart]:
    """Month-ends about which nothing may be said."""
    those = months(12)
    return stack([Pile(month, [HIDDEN] * 7) for month in those], BANDS), flows(
        [Flow(month, HIDDEN, HIDDEN, HIDDEN, HIDDEN) for month in those]
    )


def trend() -> LineChart:
    """Two lines that meet at the end, with gaps, over two years."""
    median = [None if number in (5, 6, 9) else 50 + number for number in range(24)]
    p90 = [120 - 2 * number for number in range(24)]
    return lines(months(24), [Series("Median", median), Series("90-persentil", p90)])


def long_trend(count: int = 60) -> LineChart:
    """Three lines, with gaps, a lone value between two of them, and hidden numbers."""
    median: list[float | None] = [40 + wave(number, 0, 9) + number / 3 for number in range(count)]
    p90: list[float | None] = [110 + wave(number, 0, 25) + number for number in range(count)]
    mean: list[float | None] = [70 + wave(number, 0, 12) + number / 2 for number in range(count)]
    for place in (20, 21, 23, 24, 25):
        if place < count:
            median[place] = None
    hidden = ["<5" if number in (21, 23) else "–" for number in range(count)]
    series = [Series("Median", median, hidden), Series("90-persentil", p90), Series("Snitt", mean)]
    return lines(months(count), series)


def by_category_and_priority() -> HeatMap:
    """Each step, nobody, hidden numbers, and a number of five digits; links where there is something to open."""
    columns = ["1 Haster", "2 Høy", "3 Middels", "4 Lav", "Ikke vurdert"]
    numbers: list[list[int | None]] = [
        [12_345, 3, 0, 5_001, 60],
        [None, 2_400, 2_600, 7_600, 10_001],
        [0, 0, None, 1, 400],
        [7, 12, 2_501, 9, 0],
    ]
    labels = [LONG, HOSTILE, "Syn", "Hjelpemidler"]
    rows = [
        HeatRow(label, [_count(one) for one in row], _sum(row))
        for label, row in zip(labels, numbers, strict=True)
    ]
    totals = [_sum([row[place] for row in numbers]) for place in range(len(columns))]
    return heat(columns, rows, totals, Count(43_210, "?all"))


def _count(value: int | None) -> Count:
    return Count(value, f"?cell={value}" if value else "")


def _sum(values: Sequence[int | None]) -> Count:
    known = [value for value in values if value is not None]
    return Count(sum(known)) if len(known) == len(values) else Count(None, hidden="Skjermet")


def small_heat() -> HeatMap:
    """One row, one column, one person."""
    return heat(["2"], [HeatRow("Syn", [Count(1)], Count(1))], [Count(1)], Count(1))


def hidden_heat() -> HeatMap:
    """Nothing that may be shown."""
    return heat(["1", "2"], [HeatRow("Syn", [HIDDEN, HIDDEN], HIDDEN)], [HIDDEN, HIDDEN], HIDDEN)


def municipalities() -> Comparison:
    """Eight rows: the own one, hidden, unknown, nothing, and far larger than the others."""
    return compare(
        [
            Compared(
                "Alta",
                Amount(62, "62 dager", href="?a"),
                Amount(74, "74 dager"),
                "12 dager kortere",
                is_own=True,
            ),
            Compared(LONG, Amount(48, "48 dager"), Amount(48, "48 dager"), "som for et år siden"),
            Compared(
                HOSTILE, Amount(None, "<5", is_hidden=True), Amount(20, "20 dager"), "kan ikke sammenlignes"
            ),
            Compared(
                SAMI,
                Amount(20, "20 dager"),
                Amount(None, "Skjermet", is_hidden=True),
                "kan ikke sammenlignes",
            ),
            Compared("Vadsø", Amount(0, "0 dager"), Amount(1, "1 dag"), "1 dag kortere"),
            Compared("Vardø", Amount(None, "–"), Amount(31, "31 dager"), "ingen tall nå"),
            Compared("Tana", Amount(120, "120 dager"), Amount(91, "91 dager"), "29 dager lengre"),
            Compared("Nesseby", Amount(33, "33 dager"), Amount(30, "30 dager"), "3 dager lengre"),
        ]
    )


def one_comparison() -> Comparison:
    """A lone row with very large numbers."""
    return compare([Compared("Venter", Amount(12_345, "12 345"), Amount(9_876, "9 876"), "2 469 flere")])
