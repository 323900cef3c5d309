"""Citizens who do not exist: born on a day that fits what they need, with a synthetic identity number."""

from collections.abc import Iterator
from datetime import date
from random import Random

from referrals.choices import Protection, WrittenForm
from referrals.demo import names
from referrals.demo.chance import Weighted
from referrals.demo.places import Municipal
from referrals.demo.rows import PersonRow
from referrals.demo.texts import CHILD_CATEGORY
from referrals.identity import IdentifierKind, synthetic_numbers
from referrals.keyring import Ring
from referrals.models.person import place_of_identifier
from referrals.norwegian import sort_key

# How often people between two ages, in years, are referred. Some categories have ages of their own.
ADULTS = Weighted({(18, 45): 10, (45, 67): 18, (67, 79): 30, (79, 92): 37, (92, 101): 5})
AGES = {
    CHILD_CATEGORY: Weighted({(1, 5): 35, (5, 17): 65}),
    "work_mental_health": Weighted({(18, 40): 60, (40, 62): 40}),
}
YEAR_DAYS = 365.2425

NO_NUMBER_SHARE = 0.03
D_NUMBER_SHARE_FROM_ABROAD = 0.2
NO_PHONE_SHARE, EMAIL_SHARE = 0.06, 0.12
CONFIDENTIAL_SHARE, STRICT_SHARE = 0.006, 0.002
INTERPRETER_SHARE = 0.5
# Counties where many write Nynorsk.
NYNORSK_SHARE = {"46": 0.45, "15": 0.4, "11": 0.2, "40": 0.15, "34": 0.1}

# Invented streets: some of the names are found somewhere, the addresses are nobody's.
STREETS = (
    "Fjellbrisvegen Solgløttveien Tyttebærstien Måkeberget Lyngholtet Rognebærveien Seljefløyta Tjeldstien "
    "Åkerrikssvingen Multekroken Havørnveien Blåklokkelia Furukonglen Ørretbekken Kystlyngveien Småfuglveien "
    "Snøfonnveien Nordlysstubben Gamleskolebakken Kvernhusflata"
).split()


class Numbers:
    """Synthetic identity numbers, each given once in the whole country: nobody lives in two municipalities."""

    def __init__(self) -> None:
        self._left: dict[tuple[date, str], Iterator[str]] = {}

    def next(self, birth_date: date, kind: IdentifierKind) -> str | None:
        """The next number of the birth date; None when all of them are given."""
        key = (birth_date, kind)
        if key not in self._left:
            self._left[key] = synthetic_numbers(birth_date, kind)
        return next(self._left[key], None)


class Citizens:
    """Makes the citizens of one municipality."""

    def __init__(self, place: Municipal, rng: Random, ring: Ring, numbers: Numbers) -> None:
        self.place, self.rng, self.ring, self.numbers = place, rng, ring, numbers
        self._where = place_of_identifier(place.pk)
        self._nynorsk = NYNORSK_SHARE.get(place.county, 0.02)

    def make(self, pk: int, category: str, received: int) -> PersonRow:
        """A new citizen who is referred in the category on the day (an ordinal)."""
        rng = self.rng
        age = pick_age(rng, category)
        birth_date = date.fromordinal(received - int(age * YEAR_DAYS) - 1)
        name = names.pick(rng, age=int(age), county=self.place.county, woman_share=0.57)
        phone = (
            "" if rng.random() < NO_PHONE_SHARE else f"000 {rng.randrange(100):02} {rng.randrange(1000):03}"
        )
        email = f"innbygger{rng.randrange(10**6)}@example.no" if rng.random() < EMAIL_SHARE else ""
        interpreter = name.language if name.language and rng.random() < INTERPRETER_SHARE else ""
        return PersonRow(
            pk,
            self.place.pk,
            name.given,
            name.family,
            sort_key(f"{name.family} {name.given}"),
            *self._identifier(birth_date, is_foreign=bool(name.language)),
            birth_date,
            phone,
            email,
            *self._address(),
            WrittenForm.NN if rng.random() < self._nynorsk else WrittenForm.NB,
            interpreter,
        )

    def _identifier(self, birth_date: date, *, is_foreign: bool) -> tuple[str, bytes | None, bytes | None]:
        """Kind, sealed number and its index; nothing for the few whose number is not known."""
        chance = self.rng.random()
        if chance < NO_NUMBER_SHARE:
            return "", None, None
        has_d_number = is_foreign and chance < NO_NUMBER_SHARE + D_NUMBER_SHARE_FROM_ABROAD
        kind = IdentifierKind.DNR if has_d_number else IdentifierKind.FNR
        digits = self.numbers.next(birth_date, kind)
        if digits is None:
            return "", None, None
        return kind, self.ring.seal(digits, where=self._where), self.ring.index(digits, self.place.pk)

    def _address(self) -> tuple[str, str, str, str]:
        """Address, postal code and place, and protection: a protected address is nowhere in the demo."""
        rng = self.rng
        chance = rng.random()
        if chance < CONFIDENTIAL_SHARE + STRICT_SHARE:
            is_strict = chance < STRICT_SHARE
            return "", "", "", Protection.STRICTLY_CONFIDENTIAL if is_strict else Protection.CONFIDENTIAL
        address = f"{rng.choice(STREETS)} {rng.randrange(1, 90)}"
        return address, f"{self.place.county}{rng.randrange(100):02}", self.place.name, Protection.NONE


def are_alike(category: str, other: str) -> bool:
    """Whether people of the same ages are referred in both categories."""
    return AGES.get(category) == AGES.get(other)


def pick_age(rng: Random, category: str) -> float:
    """An age in years that fits the category."""
    return rng.uniform(*AGES.get(category, ADULTS).pick(rng))
