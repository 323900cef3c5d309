"""Statistical tables as JSON-stat 2.0, as Statistics Norway writes it: https://json-stat.org/format/."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from django.utils.translation import gettext as _

from referrals.exporters.lines import value_of
from referrals.exporters.sources import licence_of, source_of
from referrals.exporters.statistics import GEO, METRIC, TIME, Codes, Cube, Dimension
from referrals.exporters.words import figure_word
from referrals.reports.suppression import Figure

# The signs of Statistics Norway for a cell without a number.
NOT_DEFINED, NOT_COMPUTED, HIDDEN = ".", "..", ":"


def as_jsonstat(cube: Cube) -> dict[str, Any]:
    """The table as a dataset; `status` has a sign for each cell without a number, by its place in `value`.

    `extension`: the recipe; in `hidden` what stands on the page instead of a number that may not be shown, in
    `not_computed` why one could not be made, both by place; the meaning of the signs; and the licence.
    """
    cells = list(cube.ordered())
    return {
        "version": "2.0",
        "class": "dataset",
        "label": cube.label,
        "source": source_of(cube.recipe),
        "updated": f"{cube.recipe.data_as_of.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "note": _notes(),
        "role": _roles(cube),
        "id": [dimension.id for dimension in cube.dimensions],
        "size": [len(dimension.labels) for dimension in cube.dimensions],
        "dimension": {dimension.id: _dimension(dimension) for dimension in cube.dimensions},
        "value": [value_of(figure) for _codes, figure in cells],
        **_status(cube, cells),
        "extension": _extension(cube, cells),
    }


def _roles(cube: Cube) -> dict[str, list[str]]:
    return {
        role: [dimension.id for dimension in cube.dimensions if dimension.role == role]
        for role in (TIME, GEO, METRIC)
    }


def _dimension(dimension: Dimension) -> dict[str, Any]:
    category: dict[str, Any] = {
        "index": {code: place for place, code in enumerate(dimension.labels)},
        "label": dict(dimension.labels),
    }
    if dimension.role == METRIC:
        category["unit"] = {code: _unit(code) for code in dimension.labels}
    return {"label": dimension.label, "category": category}


def _unit(figure: str) -> dict[str, Any]:
    """`base` as Statistics Norway calls it, `label` as the format does."""
    word = figure_word(figure)
    return {"base": str(word.unit), "label": str(word.unit), "decimals": word.decimals}


def _status(cube: Cube, cells: list[tuple[Codes, Figure]]) -> dict[str, dict[str, str]]:
    """Nothing where all cells have numbers, as the format wants it."""
    signs = {
        str(place): _sign(figure, codes in cube.lacks)
        for place, (codes, figure) in enumerate(cells)
        if figure.value is None
    }
    return {"status": signs} if signs else {}


def _sign(figure: Figure, is_lacking: bool) -> str:
    if figure.suppressed:
        return HIDDEN
    return NOT_COMPUTED if is_lacking else NOT_DEFINED


def _extension(cube: Cube, cells: list[tuple[Codes, Figure]]) -> dict[str, Any]:
    licence = licence_of(cube.recipe) if cube.is_public else ""
    hidden = {str(place): one.in_place for place, (_codes, one) in enumerate(cells) if one.hidden}
    lacks = {
        str(place): cube.lacks[codes] for place, (codes, _one) in enumerate(cells) if codes in cube.lacks
    }
    return {
        "table": cube.name,
        "recipe": cube.recipe.as_dict(),
        **({"licence": licence} if licence else {}),
        "status": {"label": signs()},
        "hidden": hidden,
        "not_computed": lacks,
    }


def signs() -> Mapping[str, str]:
    """What each sign says."""
    return {
        NOT_DEFINED: _("There is no such figure, as the median of nobody."),
        NOT_COMPUTED: _("The figure could not be computed."),
        HIDDEN: _("The figure may not be shown: it is small, or others could be worked out from it."),
    }


def _notes() -> list[str]:
    meaning = _("What the figures mean is told on the page /tallene/.")
    return [meaning, *(f"{sign} = {text}" for sign, text in signs().items())]
