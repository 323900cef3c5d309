"""Recipes of figures that were shown, by their hash, so that they can be made again."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class KeptRecipe(models.Model):
    """What was asked for, in codes and dates, and at which instant the rows were read. Says nothing of the answer.

    `question` is `reports.recipe.Recipe` as JSON. Never changed and never removed: a figure may be asked about years
    after it was printed.
    """

    hash = models.CharField(_("recipe"), max_length=16, primary_key=True)
    question = models.JSONField(_("what was asked"))
    data_as_of = models.DateTimeField(_("data as of"))

    class Meta:
        verbose_name = _("recipe of figures")
        verbose_name_plural = _("recipes of figures")
        ordering = ["-data_as_of", "hash"]

    def __str__(self) -> str:
        return self.hash
