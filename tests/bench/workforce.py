"""Ten years of the country's ergoterapeuter, made in the database itself: some 3 300 posts, which change hands.

A post for every 1 700 inhabitants, each held by one after another for up to three years, often with days in between on
which nobody holds it. One in ten is of another kind, one in twenty is bought. Where there is no post, every other
municipality is served by the largest of its county under agreements of two years, and the others say every year that
they have nobody; so does a municipality with one post while nobody holds it.
"""

from datetime import date

from django.db import connection, transaction

from ergo.database import Purpose
from referrals.models import CoverageAgreement, CoverageStatement, Employment, Population, Therapist
from tests.factories import OccupationFactory
from tests.harness.app_role import connected_for

TABLES = [Therapist, Employment, CoverageAgreement, CoverageStatement, Population]
INHABITANTS_A_POST = 1_700
BEGIN = date(2014, 1, 1)
TURN_DAYS = 1_000  # from one holder's first day to that of the next
OTHER_POST = "2267101"

POSTS = """
CREATE TEMPORARY TABLE bench_post AS
WITH counted AS (
    SELECT DISTINCT ON (municipality_id) municipality_id AS place,
        round(persons / %(inhabitants)s::numeric)::int AS many
    FROM referrals_population ORDER BY municipality_id, year DESC
), post AS (
    SELECT row_number() OVER (ORDER BY place, nth) AS number, place, many
    FROM counted CROSS JOIN generate_series(1, many) AS nth
), turn AS (
    SELECT *, %(begin)s::date + (number * 37 %% %(turn)s)::int + nth * %(turn)s AS since,
        (number * 53 + nth * 71) %% 3 AS rest
    FROM post CROSS JOIN generate_series(0, 4) AS nth
)
SELECT number * 5 + nth AS id, number * 5 + nth - nth %% 2 AS holder, number, place, many, since,
    since + %(turn)s - (CASE rest WHEN 0 THEN 0 ELSE 40 * rest END)::int AS until
FROM turn WHERE since <= %(today)s
"""

# Nobody's authorisation ends, and each holds a post for one turn or two.
THERAPISTS = """
INSERT INTO referrals_therapist (id, hpr_number, name, sort_key, authorised_from, is_licence, is_student)
SELECT DISTINCT holder, (1000000 + holder)::text, 'Terapeut ' || holder, 'terapeut ' || to_char(holder, 'FM000000'),
    %(begin)s::date - 100, false, false
FROM bench_post
"""
EMPLOYMENTS = """
INSERT INTO referrals_employment (
    therapist_id, municipality_id, occupation_id, engagement, fte, is_temporary, valid_from, valid_to)
SELECT holder, place,
    (SELECT id FROM referrals_occupation WHERE code = CASE WHEN number %% 10 = 0 THEN %(other)s ELSE '3226104' END),
    CASE WHEN number %% 20 = 7 THEN 'purchased' ELSE 'own' END, 0.40 + 0.20 * (id %% 4), false, since,
    CASE WHEN until <= %(today)s THEN until END
FROM bench_post
"""
AGREEMENTS = """
WITH sized AS (
    SELECT DISTINCT ON (m.id) m.id, m.county_id, p.persons, round(p.persons / %(inhabitants)s::numeric) = 0 AS is_bare
    FROM referrals_municipality m JOIN referrals_population p ON p.municipality_id = m.id
    ORDER BY m.id, p.year DESC
), largest AS (SELECT DISTINCT ON (county_id) county_id, id FROM sized ORDER BY county_id, persons DESC)
INSERT INTO referrals_coverageagreement (provider_id, recipient_id, fte, reference, valid_from, valid_to)
SELECT largest.id, sized.id, 0.20, '', since::date, (since + interval '23 months')::date
FROM sized JOIN largest USING (county_id)
CROSS JOIN generate_series(timestamp '2016-01-01', %(today)s::timestamp, interval '2 years') AS since
WHERE is_bare AND sized.id %% 2 = 0
"""
STATEMENTS = """
INSERT INTO referrals_coveragestatement (municipality_id, source, valid_from, valid_to)
SELECT m.id, 'Årsmelding', since::date, (since + interval '1 year')::date
FROM referrals_municipality m
CROSS JOIN generate_series(timestamp '2016-01-01', %(today)s::timestamp, interval '1 year') AS since
WHERE m.valid_to IS NULL AND m.id %% 2 = 1 AND NOT EXISTS (SELECT FROM bench_post WHERE place = m.id)
UNION ALL
SELECT place, 'E-post', until, since + %(turn)s FROM bench_post
WHERE many = 1 AND until < since + %(turn)s AND until <= %(today)s
"""
# Every year one in a hundred more than the year before.
POPULATIONS = """
INSERT INTO referrals_population (municipality_id, year, persons)
SELECT municipality_id, year - back, round(persons / 1.01 ^ back)
FROM referrals_population CROSS JOIN generate_series(1, 9) AS back
"""


def employ(today: date) -> None:
    """Everybody who has worked in the municipalities of the registers, up to the day."""
    OccupationFactory(code=OTHER_POST, title="Rådgiver", kind="other")
    values = {
        "inhabitants": INHABITANTS_A_POST, "begin": BEGIN, "turn": TURN_DAYS, "other": OTHER_POST, "today": today,
    }  # fmt: skip
    with connected_for(Purpose.OWN), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ergo.data_migration = 'on'")
        for statement in (POSTS, THERAPISTS, EMPLOYMENTS, AGREEMENTS, STATEMENTS, POPULATIONS):
            cursor.execute(statement, values)
        cursor.execute("DROP TABLE bench_post")
