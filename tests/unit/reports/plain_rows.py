"""Rows of the tables as PostgreSQL has them, for what computes figures once more in plain Python."""

from typing import Any

from django.db import connection

from tests.plain_thin import Register

REGISTER = {
    "municipalities": "SELECT id, code, full_name AS name FROM referrals_municipality WHERE valid_to IS NULL",
    "employments": """
        SELECT employment.id, therapist_id AS therapist, name, municipality_id AS municipality, engagement, fte,
            valid_from, valid_to, kind, authorised_from, authorised_to, is_student, is_licence
        FROM referrals_employment AS employment
        JOIN referrals_occupation AS occupation ON occupation.id = occupation_id
        JOIN referrals_therapist AS therapist ON therapist.id = therapist_id
    """,
    "agreements": """
        SELECT id, provider_id AS provider, recipient_id AS recipient, fte, valid_from, valid_to
        FROM referrals_coverageagreement
    """,
    "statements": "SELECT municipality_id AS municipality, valid_from, valid_to FROM referrals_coveragestatement",
    "figures": """
        SELECT municipality_id AS municipality, counted_on, measure, status, value, decimals,
            replaced_by_id IS NOT NULL AS replaced
        FROM referrals_staffingfigure
    """,
    "vacancies": "SELECT municipality_id AS municipality, valid_from, valid_to FROM referrals_vacancy",
    "changes": "SELECT old_code, new_code, valid_from FROM referrals_municipalitychange",
    "leaves": "SELECT employment_id AS employment, valid_from, valid_to FROM referrals_leave",
    "populations": "SELECT municipality_id AS municipality, year, persons FROM referrals_population",
}


def read(query: str) -> list[dict[str, Any]]:
    """What a query finds, by column."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]


def read_register() -> Register:
    """Who covers the municipalities, and all that is known beside it, as it stands now."""
    return Register(**{name: read(query) for name, query in REGISTER.items()})
