"""The security demands and the tests that show them, as a page: `python -m tests.demands` writes it anew (`make fix`).

A test of demand 7 is named test_krav_07_…; the first line of its docstring says in plain words what it shows.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
PAGE = BASE / "docs" / "security-demands.md"
NAME = re.compile(r"test_krav_(\d\d)_(?:and_(\d\d)_)?")

DEMANDS = {
    1: "Every table with a municipality’s persons, cases or logs is closed by forced row-level security.",
    2: "Every model says whether it holds a municipality’s persons, staff, or nothing about anybody.",
    3: "The role that serves is no superuser, passes no policy by, owns nothing and is a member of nothing.",
    4: "A scope that is unset, empty or rubbish shows nothing.",
    5: "Nothing is made, changed or moved in another municipality.",
    6: "A row cannot belong to another municipality’s row.",
    7: "A request’s scope is gone in the next request on the same connection.",
    8: "Every address and verb: strangers sign in, another municipality is not found, another role is refused.",
    9: "Ids in the query and the body are checked like ids in the path.",
    10: "The admin site and a superuser are bound by the same scope.",
    11: "Readers of figures get counts only, small ones hidden, also by subtraction.",
    12: "A command that reads persons must be told the municipality.",
    13: "A withdrawn membership works at the next request.",
    14: "Each opening of a record is logged in the same transaction, or does not happen.",
    15: "Lists and searches are logged with those they showed.",
    16: "A line of the read log says who, in which role, where, why, what, when and in which request.",
    17: "The citizen’s own access report lists every opening of theirs and nothing of others.",
    18: "The app can neither change, remove nor forge a log.",
    19: "A sealed log tells of a change, a removal, an insertion and a cut tail.",
    20: "No identity number, name, note or token stands in logs, errors, addresses or e-mails.",
    21: "Identity numbers cannot be read in a dump of the database.",
    22: "Keys are changed: the old can be read, everything is rewritten, the old key can go.",
    23: "A protected address and its owner are hidden in every list, search, file, print and count.",
    24: "Every local account has a second factor; single sign-on counts only at the demanded level.",
    25: "A session ends after 30 idle minutes, after 8 hours, and when password, factor or account change.",
    26: "Five wrong attempts slow the next one down, also over several processes.",
    27: "A known and an unknown user name get the same answer in a similar time.",
    28: "Passwords are kept by Argon2id, have 12 characters or more, and are not known bad ones.",
    29: "Strict content security policy, HSTS, __Host- cookies, no framing, no inline script or style.",
    30: "Django’s checks for deployment are silent in an installation for real.",
    31: "No address leads to a foreign site.",
    32: "Too large a body, too many fields or files are refused with a clear page.",
    33: "No text in a file becomes a formula.",
    34: "Of two who edit at once the second is told, and nothing is lost.",
    35: "A form sent twice is saved once.",
    36: "A file is read whole or not at all; the same file twice changes nothing.",
    37: "kill -9 of the app and of PostgreSQL loses nothing acknowledged and leaves nothing half.",
    38: "A backup is restored to an equal database with its policies.",
}


@dataclass(frozen=True)
class Proof:
    """One test: where it stands, its name, and what it shows in plain words."""

    path: str
    name: str
    shows: str


def proofs() -> dict[int, list[Proof]]:
    """The tests of each demand, in the order of files and lines."""
    found: dict[int, list[Proof]] = defaultdict(list)
    for path in sorted((BASE / "tests").rglob("test_*.py")):
        for function in _functions(path):
            if named := NAME.match(function.name):
                shows = (ast.get_docstring(function) or "").partition("\n")[0]
                proof = Proof(str(path.relative_to(BASE)), function.name, shows)
                for number in filter(None, named.groups()):
                    found[int(number)].append(proof)
    return found


def page() -> str:
    """The page, as it should stand in docs/."""
    lines = [
        "# Security demands, and the tests that show them",
        "",
        "Written by `python -m tests.demands` from the names of the tests. What the demands mean for people stands in"
        " [security-model.md](security-model.md).",
    ]
    found = proofs()
    for number, demand in DEMANDS.items():
        lines += ["", f"## {number}. {demand}", ""]
        lines += [f"- `{proof.path}` `{proof.name}`: {proof.shows}" for proof in found[number]]
    return "\n".join(lines) + "\n"


def _functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef):
            yield node


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
