"""The citizen (innbygger) whom a referral is about."""

from collections.abc import Collection
from datetime import date
from functools import reduce
from operator import and_, or_
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from referrals.choices import Protection, WrittenForm
from referrals.identity import Identifier, IdentifierKind, mask
from referrals.keyring import ring
from referrals.models.fields import SortKeyField, WordField
from referrals.models.geography import Municipality
from referrals.models.lean import Lean
from referrals.norwegian import initials, name_words
from referrals.permissions import Access, Permission

NAME_WORDS = [f"name_word_{nth}" for nth in range(1, 9)]
AFTER_ALL_LETTERS = "\U0010ffff"


def place_of_identifier(municipality_id: int) -> bytes:
    """Where a person's identifier is sealed for: it opens in no other column and no other municipality."""
    return b"person.identifier:%d" % municipality_id


class PersonQuerySet(models.QuerySet["Person"]):
    def visible_to(self, access: Access) -> Self:
        """Persons of the municipalities whose cases the user may see, also those who are shielded from the user.

        For counting and for lists that say no more than *Skjermet*; whoever shows a person asks `open_to`.
        """
        return self.filter(municipality_id__in=access.municipality_ids(Permission.SEE_CASES))

    def open_to(self, access: Access) -> Self:
        """Persons whom the user may see, find and change: visible, and not shielded from the user."""
        shielded = Q(pk__in=access.shield.barred) | (
            ~Q(protection=Protection.NONE) & ~Q(pk__in=access.shield.opened)
        )
        return self.visible_to(access).exclude(shielded)

    def with_shield(self, access: Access) -> Self:
        """`is_shielded`: whether the row may say no more than that."""
        is_open = Person.objects.open_to(access).filter(pk=OuterRef("pk"))
        return self.annotate(is_shielded=~Exists(is_open))

    def with_protected_address(self) -> Self:
        """Persons whose address the population register protects."""
        return self.exclude(protection=Protection.NONE)

    def with_identifier(self, identifier: Identifier, municipality_id: int) -> Self:
        """The person with exactly this number in the municipality, at most one."""
        index = ring().index(identifier.digits, municipality_id)
        return self.filter(municipality_id=municipality_id, identifier_index=index)

    def named_from(self, name: str, *, or_among: Collection[int] = ()) -> Self:
        """Persons of whose name some word begins with each word typed, in any order; case and accents do not count.

        Nobody, when no word was typed: a comma must not list a whole municipality. Of a name of more than eight words
        only the first eight are found, family name first. An index of the municipality leads to them. `or_among`: ids
        of persons who are found whatever was typed.
        """
        words = name_words(name)
        begun = reduce(and_, map(_begins, words)) if words else Q(pk__in=())
        return self.filter(begun | Q(pk__in=or_among) if or_among else begun)

    def named(self, name: str) -> Self:
        """As `named_from`, but what was typed may stand anywhere in a word.

        No index serves it: ask it of few persons.
        """
        words = name_words(name)
        return self.filter(*(Q(name_key__contains=word) for word in words)) if words else self.none()


def _begins(word: str) -> Q:
    """Persons of whose name some word begins with this one."""
    until = word + AFTER_ALL_LETTERS
    ranges = (Q((f"{name}__gte", word), (f"{name}__lt", until)) for name in NAME_WORDS)
    return reduce(or_, ranges)


class Person(Lean):
    """A citizen of one municipality. The same human being in two municipalities is two rows.

    The identifier lies encrypted, with a keyed hash for exact search; use `set_identifier` and `identifier`.
    """

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name=_("municipality"))
    given_name = models.CharField(_("given name"), max_length=100)
    family_name = models.CharField(_("family name"), max_length=100)
    name_key = SortKeyField("family_name", "given_name")
    name_word_1 = WordField("name_key", 1)
    name_word_2 = WordField("name_key", 2)
    name_word_3 = WordField("name_key", 3)
    name_word_4 = WordField("name_key", 4)
    name_word_5 = WordField("name_key", 5)
    name_word_6 = WordField("name_key", 6)
    name_word_7 = WordField("name_key", 7)
    name_word_8 = WordField("name_key", 8)
    identifier_kind = models.CharField(
        _("kind of identifier"), max_length=3, choices=IdentifierKind, blank=True
    )
    identifier_sealed = models.BinaryField(null=True, editable=False)
    identifier_index = models.BinaryField(null=True, editable=False)
    birth_date = models.DateField(_("birth date"))
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=4, blank=True)
    postal_place = models.CharField(_("postal place"), max_length=100, blank=True)
    protection = models.CharField(
        _("address protection"), max_length=25, choices=Protection, default=Protection.NONE
    )
    written_form = models.CharField(
        _("written form"), max_length=2, choices=WrittenForm, default=WrittenForm.NB
    )
    interpreter_language = models.CharField(_("interpreter needed, language"), max_length=50, blank=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("citizen")
        verbose_name_plural = _("citizens")
        ordering = ["name_key", "pk"]
        indexes = [
            models.Index(fields=["municipality", "birth_date"], name="person_birth_date"),
            models.Index(
                fields=["municipality"], condition=~Q(protection=Protection.NONE), name="person_protected"
            ),
            *(
                models.Index(
                    fields=["municipality", word],
                    condition=Q((f"{word}__isnull", False)),
                    name=f"person_{word}",
                )
                for word in NAME_WORDS
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "id"], name="person_municipality_id"),
            models.UniqueConstraint(
                fields=["municipality", "identifier_index"],
                name="person_identifier_once",
                violation_error_message=_(
                    "A citizen with this number is already registered in the municipality."
                ),
            ),
            models.CheckConstraint(
                condition=Q(identifier_kind="", identifier_sealed__isnull=True, identifier_index__isnull=True)
                | (
                    ~Q(identifier_kind="")
                    & Q(identifier_sealed__isnull=False, identifier_index__isnull=False)
                ),
                name="person_identifier_all_or_none",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.initials} {self.birth_date.year}"

    @property
    def name(self) -> str:
        """Given name and family name."""
        return f"{self.given_name} {self.family_name}"

    @property
    def initials(self) -> str:
        """Initials, for lists."""
        return initials(self.given_name, self.family_name)

    def age(self, on: date) -> int:
        """Full years on the day."""
        had_birthday = (on.month, on.day) >= (self.birth_date.month, self.birth_date.day)
        return on.year - self.birth_date.year - (0 if had_birthday else 1)

    @property
    def identifier(self) -> str:
        """The identifier's digits in clear; empty when it is not known."""
        if self.identifier_sealed is None:
            return ""
        return ring().open(self.identifier_sealed, where=place_of_identifier(self.municipality_id))

    @property
    def is_address_protected(self) -> bool:
        """Whether the population register protects the address: then no page shows it."""
        return self.protection != Protection.NONE

    @property
    def address_lines(self) -> list[str]:
        """The postal address as on an envelope, without empty lines."""
        lines = (self.address, f"{self.postal_code} {self.postal_place}".strip())
        return [line for line in lines if line]

    @property
    def masked_identifier(self) -> str:
        """The identifier as lists show it: the date, then dots. Empty when it is not known."""
        return mask(self.identifier)

    def set_identifier(self, identifier: Identifier | None) -> None:
        """Put an identifier, or its absence, on the row; the municipality must be set. Does not save."""
        if identifier is None:
            self.identifier_kind, self.identifier_sealed, self.identifier_index = "", None, None
            return
        self.identifier_kind = identifier.kind
        self.identifier_sealed = ring().seal(
            identifier.digits, where=place_of_identifier(self.municipality_id)
        )
        self.identifier_index = ring().index(identifier.digits, self.municipality_id)

    def seal_identifier_anew(self) -> bool:
        """Bring seal and index under the present keys, and say whether that changed the row. Does not save.

        Raises SealBroken when no key of the ring opens what is there.
        """
        if self.identifier_sealed is None or self.identifier_index is None:
            return False
        digits, keys = self.identifier, ring()
        index = keys.index(digits, self.municipality_id)
        if not keys.stale(self.identifier_sealed) and bytes(self.identifier_index) == index:
            return False
        self.identifier_sealed = keys.seal(digits, where=place_of_identifier(self.municipality_id))
        self.identifier_index = index
        return True
