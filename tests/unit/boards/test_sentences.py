from datetime import timedelta

from referrals.boards import sentences
from referrals.reports.suppression import SMALL, WITHHELD, Figure
from referrals.reports.waiting_times import NO_PRIORITY, Headline
from tests.unit.boards.reports import ON, OUTSIDE, group, headline, report, trend

HIDDEN = Headline(WITHHELD, WITHHELD, "")


def test_the_summary_says_how_many_wait_and_how_many_too_long():
    assert (
        sentences.summary(report())
        == "30 henvisninger venter. 12 er over fristen. 3 har ventet i over ett år."
    )


def test_of_a_day_that_is_over_the_summary_tells_what_was():
    on = ON - timedelta(days=1)
    assert (
        sentences.summary(report(on=on))
        == "30 henvisninger ventet. 12 var over fristen. 3 hadde ventet i over ett år."
    )
    fine = report(on=on, waiting=headline(1, 1), over_target=headline(0, 1), over_a_year=headline(0, 0))
    assert (
        sentences.summary(fine)
        == "1 henvisning ventet. Ingen var over fristen. Ingen hadde ventet i over ett år."
    )


def test_the_summary_leaves_out_what_is_hidden():
    hidden = report(OUTSIDE, over_target=HIDDEN, over_a_year=Headline(SMALL, SMALL))
    assert sentences.summary(hidden) == "30 henvisninger venter."


def test_a_summary_without_a_number_says_why():
    assert "for små" in sentences.summary(report(OUTSIDE, waiting=HIDDEN))


def test_nobody_waiting_is_said_in_words():
    assert (
        sentences.summary(report(waiting=headline(0, 3)))
        == "Ingen sto på venteliste ved utgangen av denne dagen."
    )


def test_nobody_too_late_is_good_news_in_words():
    fine = report(over_target=headline(0, 1), over_a_year=headline(0, 0))
    assert sentences.summary(fine).endswith("Ingen er over fristen. Ingen har ventet i over ett år.")


def test_the_distribution_names_its_middle_and_its_long_end():
    assert sentences.distribution(report()) == (
        "Halvparten har ventet 49 dager eller lenger, og hver tiende 219 dager eller lenger."
    )


def test_one_person_has_no_halves():
    alone = report(waiting=headline(1, 0), median_days=headline(40))
    assert sentences.distribution(alone) == "Den eneste som venter, har ventet 40 dager."


def test_too_few_for_a_long_end_have_only_a_middle():
    few = report(OUTSIDE, p90_days=HIDDEN)
    assert sentences.distribution(few) == "Halvparten har ventet 49 dager eller lenger."


def test_too_few_for_a_middle_are_told_so():
    assert "for få" in sentences.distribution(report(OUTSIDE, median_days=HIDDEN))


def test_a_list_grows_shrinks_or_stays():
    grown = sentences.list_size(trend([Figure(20), Figure(25), Figure(30)]))
    assert (
        grown
        == "Ventelisten vokste fra 20 ved utgangen av desember 2025 til 30 ved utgangen av februar 2026."
    )
    assert "minket fra 30" in sentences.list_size(trend([Figure(30), Figure(20)]))
    assert "like lang" in sentences.list_size(trend([Figure(30), Figure(20), Figure(30)]))


def test_a_line_begins_where_something_is_known():
    assert "fra 25 ved utgangen av januar 2026" in sentences.list_size(trend([SMALL, Figure(25), Figure(30)]))


def test_nothing_is_said_of_a_line_whose_end_is_hidden():
    said = sentences.list_size(trend([Figure(20), Figure(25), SMALL]))
    assert said == "Hvor mange som sto på ventelisten ved utgangen av hver måned."


def test_waits_rise_fall_or_stay():
    medians = [Figure(40.0), Figure(48.4)]
    assert "opp fra 40 dager" in sentences.waits(trend(medians, medians))
    assert "ned fra 48 dager" in sentences.waits(trend(medians, medians[::-1]))
    assert "like lang" in sentences.waits(trend(medians, [Figure(40.4), Figure(39.9)]))
    assert "ved utgangen av hver måned" in sentences.waits(trend([Figure()], [Figure()]))


def test_the_priority_with_most_over_target_is_named():
    said = sentences.priorities(report().by_priority)
    assert said == "Flest er over fristen i prioritet 3: 10 av 20."


def test_without_anybody_over_target_the_largest_priority_is_named():
    groups = (group("Prioritet 1", Figure(3), 0), group("Prioritet 2", Figure(4), 0))
    assert sentences.priorities(groups) == "Flest venter i prioritet 2: 4."


def test_who_is_not_assessed_is_in_no_priority():
    groups = (group("Prioritet 1", Figure(3), 0), group("Ikke vurdert", Figure(4), 0, NO_PRIORITY))
    assert sentences.priorities(groups) == "De fleste er ikke vurdert ennå: 4."


def test_two_that_share_the_first_place_are_not_one():
    groups = (group("Hjelpemidler", Figure(8)), group("Annet", Figure(8)))
    assert sentences.categories(groups) == "Hvor mange som venter i hver gruppe."


def test_a_withheld_group_could_be_the_largest_so_none_is_named():
    groups = (group("Hjelpemidler", Figure(8)), group("Annet", WITHHELD))
    assert sentences.categories(groups) == "Hvor mange som venter i hver gruppe."


def test_the_largest_category_is_named():
    assert sentences.categories(report().by_category) == "Flest venter på «Hjelpemidler»: 20."
