"""Rows of lists, made of what was read and nothing else."""

from collections.abc import Collection
from typing import Any, Self

from django.db import models
from django.db.models.base import ModelState


class Lean(models.Model):
    """A model of which a page reads many rows. Django goes through all fields of each, also those it did not read."""

    class Meta:
        abstract = True

    @classmethod
    def from_db(
        cls, db: str | None, field_names: Collection[str], values: Collection[Any], **_options: Any
    ) -> Self:
        """As Django's, but nobody is told of the row (pre_init, post_init): here nobody listens."""
        row = cls.__new__(cls)
        row.__dict__.update(zip(field_names, values, strict=True), _state=ModelState())
        row._state.adding, row._state.db = False, db
        return row
