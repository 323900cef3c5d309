"""Every row of the table of situations in docs/definitions.md is played through by the real actions, by its name."""

import re
from pathlib import Path

from django.conf import settings

from tests.unit.situations import test_courses, test_days, test_entries

PLAYED = {
    "clock changes": test_courses.TestClockChanges,
    "re-referral": test_courses.TestReReferral,
    "withdrawn, then regretted": test_courses.TestRegret,
    "moved": test_courses.TestMoved,
    "dead": test_courses.TestDead,
    "did not attend": test_courses.TestNoShow,
    "impossible days": test_entries.TestImpossibleDays,
    "two open": test_entries.TestTwoOpen,
    "back-dated": test_entries.TestBackDated,
    "several needs": test_entries.TestSeveralNeeds,
    "two ways to look back": test_entries.TestTwoWaysToLookBack,
    "triage anew": test_days.TestTriageAnew,
    "several pauses": test_days.TestPauses,
}


def test_every_row_is_played_and_everything_played_is_a_row() -> None:
    text = (Path(settings.BASE_DIR) / "docs/definitions.md").read_text(encoding="utf-8")
    section = text.split("## Situations")[1].split("\n## ")[0]
    rows = re.findall(r"^\| ([^|]+?) \|", section, re.MULTILINE)[1:]
    assert [row for row in rows if not row.startswith("---")] == list(PLAYED)


def test_every_row_has_tests() -> None:
    for row, played in PLAYED.items():
        assert [name for name in dir(played) if name.startswith("test_")], row
