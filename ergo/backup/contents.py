"""What is in a database, so that two can be compared: rows, and the walls around them."""

from dataclasses import asdict, dataclass
from typing import Any

import psycopg
from psycopg import sql

# How values become text must not depend on whom the role or the server belongs to.
SAME_TEXT = (
    "SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres';"
    "SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1; SET LOCAL search_path = pg_catalog, public;"
    "SET LOCAL row_security = off"
)

# A sum, so that the order in which rows lie is of no account; rows that are equal count each.
ROWS = """
SELECT count(*), COALESCE(sum(
    ('x' || encode(substr(sha256(convert_to(t::text, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint::numeric), 0)::text
FROM public.{} AS t
"""

DIGEST = (
    "encode(sha256(convert_to(COALESCE(string_agg({line}, chr(10) ORDER BY {line}), ''), 'UTF8')), 'hex')"
)

POLICY = (
    "concat_ws('|', polname, polcmd, polpermissive, polroles::regrole[],"
    " pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))"
)
RIGHT = "concat_ws('|', attname, grantee::regrole, privilege_type, is_grantable)"
# PostgreSQL words some conditions otherwise when it reads its own dump; of these the names must do.
RULE = "CASE WHEN contype <> 'c' THEN pg_get_constraintdef(oid) END"
CONSTRAINT = f"concat_ws('|', conname, contype, convalidated, {RULE})"
WHOLE_INDEX = "CASE WHEN indpred IS NULL THEN pg_get_indexdef(indexrelid) END"
INDEX = f"concat_ws('|', indexrelid::regclass, indisvalid, {WHOLE_INDEX})"
TRIGGER = "pg_get_triggerdef(oid)"

TABLES = f"""
SELECT c.relname, relrowsecurity, relforcerowsecurity, relowner::regrole::text,
    (SELECT count(*) FROM pg_policy WHERE polrelid = c.oid),
    (SELECT {DIGEST.format(line=POLICY)} FROM pg_policy WHERE polrelid = c.oid),
    (SELECT {DIGEST.format(line=CONSTRAINT)} FROM pg_constraint WHERE conrelid = c.oid),
    (SELECT {DIGEST.format(line=INDEX)} FROM pg_index WHERE indrelid = c.oid),
    (SELECT {DIGEST.format(line=TRIGGER)} FROM pg_trigger WHERE tgrelid = c.oid AND NOT tgisinternal),
    (SELECT {DIGEST.format(line=RIGHT)} FROM (
        SELECT '' AS attname, (aclexplode(c.relacl)).*
        UNION ALL SELECT attname, (aclexplode(attacl)).* FROM pg_attribute WHERE attrelid = c.oid) AS granted
     WHERE grantee <> c.relowner)
FROM pg_class AS c WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace ORDER BY c.relname
"""

FUNCTION = "concat_ws('|', oid::regprocedure, proowner::regrole, prosecdef, pg_get_functiondef(oid))"
FUNCTIONS = f"""
SELECT proname, {DIGEST.format(line=FUNCTION)} FROM pg_proc
WHERE pronamespace = 'public'::regnamespace AND prokind IN ('f', 'p')
  AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
GROUP BY proname ORDER BY proname
"""


@dataclass(frozen=True)
class Table:
    """What is said of one table. Digests stand for definitions: any change in them is another digest."""

    rows: int
    checksum: str
    is_closed: bool
    is_forced: bool
    owner: str
    policies: int
    policy_digest: str
    constraint_digest: str
    index_digest: str
    trigger_digest: str
    rights_digest: str


WORDS = {
    "rows": "rows",
    "checksum": "content",
    "is_closed": "row-level security",
    "is_forced": "FORCE ROW LEVEL SECURITY",
    "owner": "owner",
    "policies": "number of policies",
    "policy_digest": "policies",
    "constraint_digest": "constraints",
    "index_digest": "indexes",
    "trigger_digest": "triggers",
    "rights_digest": "rights",
}


@dataclass(frozen=True)
class Contents:
    """Every table and function of a database, by name."""

    tables: dict[str, Table]
    functions: dict[str, str]

    def as_dict(self) -> dict[str, Any]:
        """For the manifest."""
        return asdict(self)

    @classmethod
    def from_dict(cls, told: dict[str, Any]) -> "Contents":
        """From a manifest."""
        return cls({name: Table(**words) for name, words in told["tables"].items()}, told["functions"])


def read(connection: psycopg.Connection[Any]) -> Contents:
    """What the transaction that is open sees; in a role that reads past the policies."""
    connection.execute(SAME_TEXT)
    tables = {}
    for name, *walls in connection.execute(TABLES).fetchall():
        counted = connection.execute(sql.SQL(ROWS).format(sql.Identifier(name))).fetchone()
        assert counted is not None  # an aggregate always answers
        tables[name] = Table(*counted, *walls)
    return Contents(tables, dict(connection.execute(FUNCTIONS).fetchall()))


def differences(dumped: Contents, copy: Contents) -> list[str]:
    """In what the copy is another, a line for each; none when they are equal."""
    lines = []
    for name in sorted(dumped.tables.keys() | copy.tables.keys()):
        lines += _table_differences(name, dumped.tables.get(name), copy.tables.get(name))
    for name in sorted(dumped.functions.keys() | copy.functions.keys()):
        if dumped.functions.get(name) != copy.functions.get(name):
            lines.append(f"function {name}: {_how(name in dumped.functions, name in copy.functions)}")
    return lines


def _table_differences(name: str, dumped: Table | None, copy: Table | None) -> list[str]:
    if dumped is None or copy is None:
        return [f"{name}: {_how(dumped is not None, copy is not None)}"]
    told, found = asdict(dumped), asdict(copy)
    return [
        f"{name}: {words} differ"
        + ("" if "digest" in key or key == "checksum" else f", {told[key]} and {found[key]}")
        for key, words in WORDS.items()
        if told[key] != found[key]
    ]


def _how(was_dumped: bool, is_there: bool) -> str:
    if was_dumped and is_there:
        return "differs"
    return "missing in the copy" if was_dumped else "only in the copy"
