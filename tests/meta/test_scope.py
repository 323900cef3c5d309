"""A view begins with what the user may see: it never asks a model for all there is."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

from referrals import models

VIEWS = settings.BASE_DIR / "referrals" / "views"
MODULES = sorted(VIEWS.glob("*.py"))

# What may follow `Model.objects` in a view.
SCOPED = frozenset({"visible_to", "open_to", "within_reach_of", "within_units_of", "with_figures_for"})

# One's own way in, and nobody's persons: asked for by the user who is signed in or signing in.
WAYS_IN = frozenset({"Authenticator", "Session", "SocialAccount", "UserSession"})

# Who is shielded from whom: asked about a citizen or a municipality that was opened for the user already.
SHIELDS = frozenset({"Barring", "Confidant", "Opening"})

# What was said of a case as a whole: asked about one that was opened for the user already, or narrowed to such cases.
SAID_OF_CASES = frozenset({"DeviationReport", "RightAsItIs", "RiskEvent"})

ALREADY_ASKED = WAYS_IN | SHIELDS | SAID_OF_CASES

# What concerns no citizen, each with the reason why it may be read without a scope.
EXCEPTIONS = {
    "demo: Installation.objects.is_demo": "one row, about the installation itself",
    "moves: PriorityTarget.objects.in_force": "the key of a municipality that was opened for the user already",
    "moves: Therapist.objects.employed_in": "own staff, in a municipality that was opened for the user already",
    "moves: Unit.objects.of": "parts of a municipality that was opened for the user already",
    "history: Unit.objects.filter": "names of those that stand in the history of a case the user sees",
    "history: Therapist.objects.filter": "names of those who stand in the history of a case the user sees",
    "history: Category.objects.all": "words, the same for everybody",
    "changes: Therapist.objects.filter": "names of those who stand in the change log of a case the user sees",
    "changes: User.objects.in_bulk": "names of those who stand in the change log of a case the user sees",
    "changes: Category.objects.all": "words, the same for everybody",
    "drafts: Category.objects.filter": "words, the same for everybody",
    "information: LawReference.objects.all": "the law, for everybody",
    "priority_keys: LawReference.objects.filter": "the law, for everybody",
    "priority_keys: Category.objects.all": "words, the same for everybody",
    "priority_keys: PriorityTemplate.objects.all": "days to begin from, the same for everybody",
    "priority_keys: PriorityKey.objects.of": "the key of a municipality that was opened for the user already",
    "priority_keys: PriorityKey.objects.in_force": "a key is a published rule, for everybody who may compare keys",
    "priority_keys: Municipality.objects.present": "names of places, for everybody who may compare keys",
    "staffing: Therapist.objects.with_hpr": "whoever has exactly the number that was typed, which is on record",
    "staffing_page: AuditEvent.objects.of_registers": "who changed a row that was opened for the user already",
    "staffing_page: Occupation.objects.all": "words, the same for everybody",
    "staffing_rows: Municipality.objects.present": "names of places to make an agreement with",
    "comparison: Municipality.objects.present": "names of places; their figures are those that every outsider sees",
    "coverage: County.objects.all": "names of places, for everybody who may see coverage",
    "official_statistics: StaffingDraft.objects.filter": "the user's own file, of published figures",
    "official_statistics: StaffingImport.objects.select_related": "files of published figures, for administrators only",
    "coverage: LawReference.objects.filter": "the law, for everybody",
    "open_switch: OpenDataSwitch.objects.is_on": "whether open data is switched on, before anybody is known",
    "coverage_place: Municipality.objects.all": "the place itself, once it is known that the user works there",
    "chosen: Therapist.objects.employed_in": "own staff, in a municipality that was opened for the user already",
    "chosen: PriorityKey.objects.valid": "the key of a municipality that was opened for the user already",
    "chosen: PriorityTarget.objects.filter": "the key of a municipality that was opened for the user already",
    "saved_views: SavedView.objects.offered_to": "the user’s own, and what is shared in a municipality opened already",
    "chosen: BulkAction.objects.filter": "what the user did, in a municipality that was opened for the user already",
    "undoing: BulkAction.objects.filter": "what the user did, in a municipality that was opened for the user already",
    "coverage: CoverageAgreement.objects.valid": "who serves whom is for everybody who may see coverage",
}


def in_words(path: Path) -> str:
    return path.stem


def managers_in(path: Path) -> list[str]:
    """Every use of a manager as `Model.objects.what_follows`; nothing follows where the manager itself is passed on."""
    tree = ast.parse(path.read_text("utf-8"))
    followed = {id(node.value): node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    # A queryset whose SQL is kept begins with the manager it is given.
    written = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "Written"
    ]
    followed |= {id(node.args[0]): followed[id(node)] for node in written if id(node) in followed}
    return [
        f"{ast.unparse(node)}.{followed.get(id(node), '')}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager", "_base_manager")
    ]


@pytest.mark.parametrize("path", MODULES, ids=in_words)
def test_a_view_starts_at_what_the_user_may_see(path: Path) -> None:
    uses = [use for use in managers_in(path) if use.partition(".")[0] not in ALREADY_ASKED]
    bare = [use for use in uses if use.rpartition(".")[2] not in SCOPED]
    assert not [use for use in bare if f"{path.stem}: {use}" not in EXCEPTIONS]


def test_the_exceptions_are_still_needed_and_concern_no_citizen() -> None:
    used = {f"{path.stem}: {use}" for path in MODULES for use in managers_in(path)}
    assert set(EXCEPTIONS) <= used
    for exception in EXCEPTIONS:
        model = getattr(models, exception.split()[1].partition(".")[0])
        fields = {field.name for field in model._meta.fields}
        assert not fields & {"person", "referral", "identifier_sealed"}, exception


@pytest.mark.parametrize(
    "line", ["Referral.objects.filter(pk=1)", "rows = Person.objects", "x(Person._base_manager)"]
)
def test_the_rule_finds_what_it_looks_for(line: str, tmp_path: Path) -> None:
    path = tmp_path / "view.py"
    path.write_text(line)
    assert [use for use in managers_in(path) if use.rpartition(".")[2] not in SCOPED]


def test_no_view_writes_sql() -> None:
    for path in MODULES:
        names = {
            node.attr
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Attribute)
        }
        assert not names & {"raw", "extra", "cursor", "RawSQL"}, path.name
