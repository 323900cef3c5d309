"""Everything of a demo that needs no database, as one line: run in processes whose hashes differ."""

from datetime import date
from hashlib import sha256
from random import Random

import django

django.setup()

from referrals.demo import coverage, workforce  # noqa: E402
from referrals.demo.cases import Cases  # noqa: E402
from referrals.demo.places import fortune  # noqa: E402
from referrals.demo.queue import CATEGORIES, Inflow, Queue  # noqa: E402
from referrals.demo.teams import Member, Team, ordinal  # noqa: E402
from referrals.demo.workdays import Workdays  # noqa: E402
from referrals.importers.register_files import FOLDER, TEMPLATES, read  # noqa: E402
from tests.unit.demo.real_places import real_places  # noqa: E402

UNTIL = date(2026, 3, 1)


def main() -> None:
    """Print the digest."""
    found = sha256()
    places = real_places()
    spans = coverage.plan(places, UNTIL, Random("coverage"))
    staff = workforce.staff(places, spans, UNTIL, Random("workforce"))
    found.update(repr((spans, staff)).encode())
    workdays = Workdays(date(2021, 2, 1), UNTIL)
    template = tuple(read(FOLDER)[TEMPLATES.file][0].values["days"])
    inflow = Inflow(workdays)
    ids = {category.code: pk for pk, category in enumerate(CATEGORIES.choices)}
    for place in places[::40]:
        rng = Random(place.code)
        jobs = [job for job in staff.jobs if job.code == place.code]
        team = Team(Member(ordinal(job.start), ordinal(job.end), int(job.worker.hpr_number)) for job in jobs)
        queue = Queue(fortune(place, rng, template), workdays, rng, lambda day: True, inflow.weekly(100))
        cases = Cases(place, team, workdays, rng, category_ids=ids, by_id=None)
        for pk, course in enumerate(queue.run(inflow.draw(rng, 100))):
            case = cases.play(pk, course)
            found.update(repr((case, cases.row(case, pk))).encode())
    print(found.hexdigest())


main()
