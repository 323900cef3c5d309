"""The files of open data, made once and kept for all processes until what they say has changed.

Whoever asks is a stranger who can ask as often as they like. So the datasets are looked at anew once an hour at most,
by one request at a time, and a file whose figures are the same as before stays the same file, recipe and all.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.cache import cache
from django.utils import translation

from referrals.actions import recipes
from referrals.actions.transactions import one_at_a_time
from referrals.choices import GroupedBy
from referrals.exporters import open_data
from referrals.exporters.open_data import Filled
from referrals.exporters.tabular import as_csv
from referrals.exporters.workbook import workbook_on_disk
from referrals.reports import coverage_series, open_coverage, open_waits
from referrals.reports.periods import month_ends
from referrals.reports.question import Question
from referrals.views.files import CSV, JSON, JSONSTAT, TYPES, XLSX, as_json

LOOKED_AT_EVERY = timedelta(hours=1)
LANGUAGE = "nb"  # of the words in the files, whoever asks
# Raised when what is kept changes its shape, so that no process reads what another version kept.
SHAPE = 1
INDEX = f"open-data-{SHAPE}"

JSONSTAT_SUFFIX = f"{JSONSTAT}.{JSON}"
# By what stands after the name of the dataset.
KINDS = {CSV: TYPES[CSV], XLSX: TYPES[XLSX], JSON: TYPES[JSON], JSONSTAT_SUFFIX: TYPES[JSON]}


@dataclass(frozen=True)
class OpenFile:
    """A file as it is sent. `digest` is of its bytes."""

    content: bytes
    digest: str
    changed_at: datetime


@dataclass(frozen=True)
class Told:
    """What the page says of a dataset: the days it tells of, its recipes, and since when it says what it says."""

    fingerprint: str
    first: date
    last: date
    recipes: tuple[str, ...]
    changed_at: datetime


@dataclass(frozen=True)
class Edition:
    """All datasets that have rows, by name; until the end of the day `on`, as they were looked at last."""

    on: date
    looked_at: datetime
    told: Mapping[str, Told]

    def holds(self, at: datetime, on: date) -> bool:
        """Whether it need not be looked at anew. What was looked at later than now is of a clock that was set back."""
        return self.on == on and timedelta(0) <= at - self.looked_at < LOOKED_AT_EVERY


def edition(*, at: datetime, today: date) -> Edition:
    """The datasets until the last whole month that is over, as they are within the hour."""
    [on] = month_ends(today - timedelta(days=1), 1)
    kept = cache.get(INDEX)
    return kept if kept and kept.holds(at, on) else _looked_at(at, on)


def open_file(name: str, kind: str, *, at: datetime, today: date) -> OpenFile | None:
    """A file of a dataset; None where the dataset has no rows, or there is none of the name."""
    if name not in edition(at=at, today=today).told:
        return None
    found = cache.get(_key(name, kind))
    if found is None:  # what is shared may be dropped when there is too much of it
        cache.delete(INDEX)
        edition(at=at, today=today)
    return found or cache.get(_key(name, kind))


def _looked_at(at: datetime, on: date) -> Edition:
    """Look at everything; whoever waited for somebody else's look takes that."""
    one_at_a_time(INDEX)
    before: Edition | None = cache.get(INDEX)
    if before and before.holds(at, on):
        return before
    with translation.override(LANGUAGE):
        told = {
            filled.dataset.name: _kept(filled, before, at) for filled in _datasets(at, on) if filled.records
        }
    made = Edition(on, at, told)
    cache.set(INDEX, made, timeout=None)
    return made


def _datasets(at: datetime, on: date) -> Iterator[Filled]:
    """In the order of DATASETS."""
    yield open_data.coverage(open_coverage.build(on, data_as_of=at))
    yield open_data.country(coverage_series.build(on, data_as_of=at, question=Question()))
    for by in open_data.BY:
        yield open_data.groups(_series(at, on, by), by)
    yield open_data.waits(open_waits.build(on, data_as_of=at))


def _series(at: datetime, on: date, by: GroupedBy) -> coverage_series.CoverageSeries:
    return coverage_series.build(on, data_as_of=at, question=Question(by=by))


def _kept(filled: Filled, before: Edition | None, at: datetime) -> Told:
    """What is told of the dataset; its files are written only where they would say something else."""
    name = filled.dataset.name
    told = before.told.get(name) if before else None
    keys = [_key(name, kind) for kind in KINDS]
    if told and told.fingerprint == filled.fingerprint and len(cache.get_many(keys)) == len(keys):
        return told
    for recipe in filled.recipes:
        recipes.keep(**recipe.as_kept())
    for kind in KINDS:
        content = _written(filled, kind)
        cache.set(_key(name, kind), OpenFile(content, digest_of(content), at), timeout=None)
    first, last = filled.days
    return Told(filled.fingerprint, first, last, tuple(one.hash for one in filled.recipes), at)


def _written(filled: Filled, kind: str) -> bytes:
    if kind == XLSX:
        with workbook_on_disk(open_data.as_sheet(filled)) as file:
            return file.read()
    if kind == CSV:
        return as_csv(open_data.as_sheet(filled)).encode()
    made = open_data.as_open_jsonstat(filled) if kind == JSONSTAT_SUFFIX else open_data.as_dict(filled)
    return as_json(made).encode()


def digest_of(content: bytes) -> str:
    """By which a browser that has the content knows that it has."""
    return hashlib.sha256(content).hexdigest()


def _key(name: str, kind: str) -> str:
    return f"{INDEX}-{name}.{kind}"
