"""Keys are changed while everything stays readable, and the old ones can go."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command

from ergo import scope
from referrals.keyring import PLACE_OF_FACTORS, SealBroken, ring
from referrals.models import AuditEvent, Draft, Municipality, Person, User
from referrals.models.draft import Typed
from tests.factories import DraftFactory, PersonFactory

pytestmark = pytest.mark.django_db

TYPED = Typed("reason=Fall", {"identifier": "", "name": "Kari", "birth_date": ""})

OLD, NEW, INDEX, NEW_INDEX = (base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2, 3, 4))


@pytest.fixture
def old_keys(settings: Any) -> Callable[..., None]:
    """Only the old key; called, it puts other keys on the ring."""

    def put(keys: str, index: str = INDEX) -> None:
        settings.IDENTIFIER_KEYS, settings.IDENTIFIER_INDEX_KEY = keys, index

    put(f"k1:{OLD}")
    return put


@pytest.fixture
def people(old_keys: None, municipality: Municipality, other_municipality: Municipality) -> dict[int, str]:
    """Citizens of two municipalities by id, with their numbers; one has none."""
    PersonFactory(municipality=municipality)
    places = [municipality] * 3 + [other_municipality] * 2
    return {
        person.pk: person.identifier
        for person in (PersonFactory(municipality=place, known=True) for place in places)
    }


@pytest.fixture
def factor(old_keys: None, coordinator: User) -> Authenticator:
    sealed = base64.b64encode(ring().seal("JBSWY3DP", where=PLACE_OF_FACTORS)).decode()
    return Authenticator.objects.create(
        user=coordinator, type=Authenticator.Type.TOTP, data={"secret": sealed}
    )


@pytest.fixture
def draft(old_keys: None, coordinator: User, municipality: Municipality) -> Draft:
    return DraftFactory(municipality=municipality, user=coordinator, typed=TYPED)


def readable() -> dict[int, str]:
    return {person.pk: person.identifier for person in Person.objects.exclude(identifier_kind="")}


def test_krav_22_everything_is_sealed_anew_and_the_old_key_can_go(
    old_keys: Callable[..., None],
    people: dict[int, str],
    factor: Authenticator,
    draft: Draft,
    capsys: pytest.CaptureFixture,
) -> None:
    """With two keys all is readable; after rotate_keys the new key alone opens everything."""
    old_keys(f"k2:{NEW},k1:{OLD}")
    assert readable() == people
    call_command("rotate_keys")
    assert "5 of 5 identity numbers, 1 of 1 drafts and 1 of 1 second factors" in capsys.readouterr().out
    old_keys(f"k2:{NEW}")
    assert readable() == people
    draft.refresh_from_db()
    assert draft.typed == TYPED
    factor.refresh_from_db()
    assert ring().open(base64.b64decode(factor.data["secret"]), where=PLACE_OF_FACTORS) == "JBSWY3DP"
    old_keys(f"k1:{OLD}")
    with pytest.raises(SealBroken):
        readable()


def test_krav_22_a_leaked_key_opens_nothing_in_the_logs(
    old_keys: Callable[..., None], people: dict[int, str], factor: Authenticator
) -> None:
    """The change log, which keeps all for ever, holds no sealed number and no keyed hash, old or new."""
    kept = [sealed_and_index()]
    old_keys(f"k2:{NEW},k1:{OLD}", NEW_INDEX)
    call_command("rotate_keys")
    kept.append(sealed_and_index())
    person = Person.objects.get(pk=next(iter(people)))
    person.set_identifier(None)
    person.save()
    assert kept[0].isdisjoint(kept[1]) and len(kept[0] | kept[1]) == 2 * (2 * 5 + 1)
    with scope.scoped(scope.current().municipality_ids, user_id=factor.user_id):
        log = "".join(f"{event.before}{event.after}" for event in AuditEvent.objects.all())
    assert "'identifier_sealed': None" in log and "'totp'" in log
    assert not [value for value in kept[0] | kept[1] if value in log]


def sealed_and_index() -> set[str]:
    """What lies in the tables of citizens, in hexadecimal, and of second factors."""
    rows = Person.objects.exclude(identifier_kind="").values_list("identifier_sealed", "identifier_index")
    secrets = {factor.data["secret"] for factor in Authenticator.objects.all()}
    return secrets | {bytes(value).hex() for row in rows for value in row}


def test_krav_22_a_second_run_changes_nothing(
    old_keys: Callable[..., None],
    people: dict[int, str],
    factor: Authenticator,
    capsys: pytest.CaptureFixture,
) -> None:
    """What the first key has sealed already is left as it is."""
    old_keys(f"k2:{NEW},k1:{OLD}")
    call_command("rotate_keys")
    before = list(Person.objects.order_by("pk").values_list("identifier_sealed", flat=True))
    capsys.readouterr()
    call_command("rotate_keys")
    assert "0 of 5 identity numbers, 0 of 0 drafts and 0 of 1 second factors" in capsys.readouterr().out
    assert list(Person.objects.order_by("pk").values_list("identifier_sealed", flat=True)) == before


def test_krav_22_a_new_index_key_finds_everybody_again(
    old_keys: Callable[..., None], people: dict[int, str], municipality: Municipality
) -> None:
    """The keyed hash of the exact search is written anew as well."""
    person = Person.objects.filter(municipality=municipality).exclude(identifier_kind="").first()
    old_keys(f"k1:{OLD}", NEW_INDEX)
    call_command("rotate_keys")
    index = ring().index(people[person.pk], municipality.pk)
    assert Person.objects.get(municipality=municipality, identifier_index=index) == person


def test_without_the_old_key_nothing_is_changed_and_the_line_says_what_to_do(
    old_keys: Callable[..., None], people: dict[int, str]
) -> None:
    old_keys(f"k2:{NEW}")
    with pytest.raises(CommandError, match="put the key that is missing last on ERGO_IDENTIFIER_KEYS"):
        call_command("rotate_keys")
    old_keys(f"k1:{OLD}")
    assert readable() == people
