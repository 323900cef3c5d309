"""Keeping the recipes of figures that are shown."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from referrals.models import KeptRecipe


def keep(*, hash: str, question: Mapping[str, Any], data_as_of: datetime) -> None:
    """Keep a recipe under its hash; one that is there already stays as it is.

    Called wherever figures are shown, and so also where a page is only looked at: without it nobody could make the
    figures on a printed page again.
    """
    recipe = KeptRecipe(hash=hash, question=dict(question), data_as_of=data_as_of)
    KeptRecipe.objects.bulk_create([recipe], ignore_conflicts=True)
