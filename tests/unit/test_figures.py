"""What is made of counts: hours saved, shares, charts, and where cases went."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from bots_common.texts import Language
from bots_common.work.baselines import Measured
from reports import charts, flow
from reports.charts import NARROW, WIDE, Chart, Colour, Form, Series, Size
from reports.figures import MOST_REASONS, OTHERS, Saved, course, saved
from reports.queries import ACTS, SETTLED, RobotSummary, pareto, together
from reports.telling import Teller

DANISH = Teller(Language.DA, ZoneInfo("Europe/Copenhagen"))
SMALL = st.integers(0, 200)
REASONS = st.sampled_from([f"reason_{n}" for n in range(10)])
WORK = st.builds(
    RobotSummary,
    robot=st.just("invoices"),
    found=SMALL,
    done=st.integers(200, 400),
    helped=SMALL,
    exceptions=st.dictionaries(REASONS | st.just("rejected"), SMALL).map(Counter),
    waiting=st.dictionaries(REASONS, SMALL).map(Counter),
    left=st.dictionaries(REASONS, SMALL).map(Counter),
    again=st.dictionaries(REASONS, SMALL).map(Counter),
    acts=st.dictionaries(st.tuples(st.sampled_from(sorted(ACTS)), REASONS), SMALL).map(Counter),
)


def measured(before: int = 600, after: int = 120, ore: int = 36_000) -> Measured:
    return Measured(
        "invoices", before, after, ore, datetime(2024, 11, 8, tzinfo=UTC), "leader", "50 cases by the clock"
    )


# -- time saved -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("work", "seconds"),
    [
        (RobotSummary("invoices"), 0),
        (RobotSummary("invoices", done=10), 6000),
        (RobotSummary("invoices", done=10, helped=4), 6 * 600 + 4 * 480),
        (RobotSummary("invoices", acts=Counter({(SETTLED, "no_cpr"): 3})), 3 * 480),
        (RobotSummary("invoices", exceptions=Counter(no_cpr=5), waiting=Counter(approval=2)), 0),
        (RobotSummary("invoices", left=Counter(obs_list=9)), 0),
        (RobotSummary("invoices", acts=Counter({("retry", "no_cpr"): 7})), 0),
    ],
)
def test_seconds_saved(work: RobotSummary, seconds: int) -> None:
    assert saved(work, measured()).seconds == seconds


def test_an_hour_saved_is_worth_what_an_hour_costs() -> None:
    assert saved(RobotSummary("invoices", done=6), measured()) == Saved(3600, Decimal(360))


def test_a_robot_that_makes_more_work_than_it_saves_says_so() -> None:
    work = RobotSummary("invoices", done=2, helped=2)
    assert saved(work, measured(before=60, after=600)) == Saved(-1080, Decimal(-108))


# -- shares ---------------------------------------------------------------------------------------------------


def test_the_share_counts_what_was_left_to_people_and_not_what_the_robot_found_again() -> None:
    work = RobotSummary(
        "invoices",
        done=7,
        helped=1,
        exceptions=Counter(no_cpr=2, rejected=1),
        waiting=Counter(approval=1),
        left=Counter(obs_list=2),
        again=Counter(no_cpr=1),
    )
    assert work.share == Decimal(6) / (6 + 2 + 2 + 1 - 1 + 0)


def test_no_share_of_nothing() -> None:
    assert RobotSummary("invoices", found=3).share is None


@given(st.lists(WORK, max_size=4))
def test_summaries_together_hold_what_each_holds(parts: list[RobotSummary]) -> None:
    whole = together("", parts)
    assert whole.alone == sum(it.alone for it in parts)
    assert whole.handed.total() == sum(it.handed.total() for it in parts)
    assert whole.settled == sum(it.settled for it in parts)


@given(st.dictionaries(REASONS, st.integers(1, 99), min_size=1))
def test_the_reasons_of_a_pareto_end_at_the_whole(reasons: dict[str, int]) -> None:
    shares = pareto(reasons)
    assert shares[-1].cumulated == 1
    assert [it.count for it in shares] == sorted(reasons.values(), reverse=True)


# -- flows ----------------------------------------------------------------------------------------------------


@given(WORK)
def test_no_case_is_lost_or_made_on_its_way(work: RobotSummary) -> None:
    it = course(work)
    ended = it.alone + it.left + sum(branch.came for branch in it.branches)
    assert it.found + it.before == ended + it.to_come
    assert sum(branch.came for branch in it.branches) == work.handed.total()
    assert len(it.branches) <= MOST_REASONS
    shown = flow.flow(it, "invoices", DANISH)
    into = sum(link.cases for link in shown.links if link.source in ("found", "before"))
    assert into == ended + it.to_come


@given(WORK)
def test_the_picture_of_a_flow_is_a_document_that_holds_every_number_of_its_table(work: RobotSummary) -> None:
    shown = flow.flow(course(work), "invoices", DANISH)
    picture = etree.fromstring(flow.draw(shown, DANISH).encode())
    bands = picture.findall("{*}path")
    assert len(bands) == len(shown.links) == len(shown.rows())
    bars = picture.findall("{*}rect")
    bottom = float(picture.attrib["viewBox"].split()[3])
    assert all(float(bar.attrib["y"]) + float(bar.attrib["height"]) <= bottom for bar in bars)


def test_bars_of_a_column_leave_room_for_their_text() -> None:
    work = RobotSummary("invoices", found=1000, done=990, exceptions=Counter({f"r{n}": 1 for n in range(9)}))
    bars, _, _ = flow.layout(flow.flow(course(work), "invoices", DANISH), DANISH)
    middle = sorted(bar.y + bar.height / 2 for bar in bars if bar.x == flow.COLUMNS[1])
    assert min(b - a for a, b in pairwise(middle)) >= 16


def test_the_rarest_reasons_are_put_together() -> None:
    work = RobotSummary("invoices", exceptions=Counter({f"r{n}": 20 - n for n in range(9)}))
    branches = course(work).branches
    assert [it.reason for it in branches] == ["r0", "r1", "r2", "r3", "r4", OTHERS]
    assert branches[-1].came == 15 + 14 + 13 + 12


# -- charts ---------------------------------------------------------------------------------------------------


def stacked(*values: int) -> Chart:
    labels = tuple(str(n) for n in range(len(values)))
    series = (Series("Klaret <alene>", Colour.ALONE, values), Series("Givet", Colour.HANDED, values[::-1]))
    return Chart("handled", "Klaret", "Dag", labels, series, Form.STACKED)


def lying(*values: int) -> Chart:
    labels = tuple(f"Årsag {n}" for n in range(len(values)))
    return Chart("reasons", "Hvorfor", "Årsag", labels, (Series("Sager", Colour.HANDED, values),), Form.ROWS)


@pytest.mark.parametrize("size", [WIDE, NARROW])
@pytest.mark.parametrize("chart", [stacked(3, 0, 12_500), stacked(*range(31)), lying(1290, 33, 0), lying(0)])
def test_a_chart_is_a_document_without_anything_that_runs(chart: Chart, size: Size) -> None:
    picture = etree.fromstring(charts.draw(chart, DANISH, size).encode())
    tags = [etree.QName(it).localname for it in picture.iter() if isinstance(it.tag, str)]
    assert tags.count("style") == 1
    assert not {"script", "foreignObject", "image", "a"} & set(tags)
    assert "prefers-color-scheme: dark" in "".join(picture.itertext())
    width = float(picture.attrib["viewBox"].split()[2])
    assert width == size.width


def test_numbers_on_a_chart_are_written_as_the_reader_writes_them() -> None:
    assert "12.500" in charts.draw(lying(12_500), DANISH, WIDE)
    assert "12,500" in charts.draw(lying(12_500), Teller(Language.EN, DANISH.zone), WIDE)
    assert "15.000" in charts.draw(stacked(0, 12_500), DANISH, WIDE)


def test_a_goal_is_a_mark_and_no_bar() -> None:
    series = (
        Series("Nået", Colour.ALONE, (Decimal("0.4"), None)),
        Series("Mål", Colour.GOAL, (None, Decimal("0.5"))),
    )
    chart = Chart("share", "Andel", "Robot", ("Fakturaer", "Fleksløn"), series, Form.ROWS, shares=True)
    picture = etree.fromstring(charts.draw(chart, DANISH, WIDE).encode())
    assert len(picture.findall(".//{*}rect")) == 2
    assert len(picture.findall(".//{*}path")) == 2  # the goal of the second, and what a mark means
    texts = [" ".join("".join(it.itertext()).split()) for it in picture.iter("{*}text")]
    assert texts == ["Fakturaer", "40 %", "Fleksløn", "–", "Mål"]


@given(st.integers(0, 10_000_000))
def test_the_axis_has_few_round_numbers_and_reaches_the_highest_bar(most: int) -> None:
    numbers = charts.ticks(most)
    assert numbers[0] == 0
    assert numbers[-1] >= most
    assert 2 <= len(numbers) <= 6
    assert len(numbers) == 2 or numbers[-2] < most
