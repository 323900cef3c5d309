"""The law that pages cite, as text that administrators keep up to date."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

# Codes that pages ask for by name.
PRELIMINARY_REPLY = "preliminary-reply"
ATTACHED_THERAPIST, PROTECTED_TITLE = "attached-therapist", "protected-title"
BEHIND_COVERAGE = (ATTACHED_THERAPIST, PROTECTED_TITLE)


class LawReference(models.Model):
    """A provision of the law, what it means here, and when somebody last looked whether that still holds."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    title_nb = models.CharField(_("title in Bokmål"), max_length=100)
    title_nn = models.CharField(_("title in Nynorsk"), max_length=100)
    title_en = models.CharField(_("title in English"), max_length=100)
    text_nb = models.CharField(_("text in Bokmål"), max_length=500)
    text_nn = models.CharField(_("text in Nynorsk"), max_length=500)
    text_en = models.CharField(_("text in English"), max_length=500)
    url = models.URLField(_("address"), max_length=200)
    valid_from = models.DateField(
        _("in force from"), null=True, blank=True, help_text=_("Empty: since long before Ergo.")
    )
    checked_on = models.DateField(
        _("checked"),
        null=True,
        blank=True,
        help_text=_("When somebody last read the law itself. Empty: never."),
    )
    position = models.PositiveSmallIntegerField(_("order"), default=100)

    class Meta:
        verbose_name = _("reference to the law")
        verbose_name_plural = _("references to the law")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The title in the language of the screen."""
        return getattr(self, f"title_{get_language()}", self.title_nb)

    @property
    def text(self) -> str:
        """The text in the language of the screen."""
        return getattr(self, f"text_{get_language()}", self.text_nb)
