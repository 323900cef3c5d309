"""Scope comes first: what the views read about citizens, they read through `visible_to`."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from referrals import models

VIEWS = sorted((settings.BASE_DIR / "referrals" / "views").glob("**/*.py"))
# Everything that is about a citizen, or about the referral of one.
OF_CITIZENS = {
    "Person",
    "Referral",
    "WaitPause",
    "Contact",
    "PreliminaryReply",
    "ReferralEvent",
    "Submission",
}


def unscoped(source: str) -> Iterator[str]:
    """Uses of `Model.objects` on such a model that do not go on with `.visible_to(...)`."""
    tree = ast.parse(source)
    scoped = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "visible_to"
    }
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Attribute) and node.attr == "objects" and id(node) not in scoped):
            continue
        if isinstance(node.value, ast.Name) and node.value.id in OF_CITIZENS:
            yield f"line {node.lineno}: {node.value.id}.objects"


@pytest.mark.parametrize("path", VIEWS, ids=lambda path: path.stem)
def test_a_view_reads_no_citizen_out_of_scope(path: Path) -> None:
    assert not list(unscoped(path.read_text(encoding="utf-8")))


def test_the_guard_sees_what_it_is_for() -> None:
    assert list(unscoped("Referral.objects.filter(pk=1)")) == ["line 1: Referral.objects"]
    assert not list(unscoped("Referral.objects.visible_to(access).get()"))


def test_no_model_of_citizens_is_forgotten() -> None:
    of_citizens = {
        name
        for name in models.__all__
        if hasattr(getattr(models, name), "_meta")
        and {"person", "referral", "identifier_sealed"}
        & {field.name for field in getattr(models, name)._meta.fields}
    }
    assert of_citizens == OF_CITIZENS
