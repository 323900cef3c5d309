"""Identity numbers at rest."""

import base64

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from referrals.keyring import Ring, SealBroken, ring

FIRST = base64.b64encode(b"1" * 32).decode()
SECOND = base64.b64encode(b"2" * 32).decode()
THIRD = base64.b64encode(b"3" * 32).decode()
HERE = b"person.identifier:301"

RING = Ring(f"k1:{FIRST}", THIRD)
NUMBER = "01845112343"

places = st.builds(
    lambda column, municipality: b"%s:%d" % (column, municipality), st.binary(), st.integers(1)
)


@given(st.text(), places)
def test_what_is_sealed_opens_in_its_own_place(text, where):
    assert RING.open(RING.seal(text, where=where), where=where) == text


@given(places.filter(lambda where: where != HERE))
def test_a_sealed_value_does_not_open_in_another_municipality_or_column(where):
    with pytest.raises(SealBroken):
        RING.open(RING.seal(NUMBER, where=HERE), where=where)


@given(st.integers(0, 43 * 8 - 1))
def test_a_sealed_value_with_any_bit_flipped_does_not_open(bit):
    sealed = bytearray(RING.seal(NUMBER, where=HERE))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SealBroken):
        RING.open(bytes(sealed), where=HERE)


@given(st.binary(max_size=80))
def test_other_bytes_do_not_open(blob):
    with pytest.raises(SealBroken):
        RING.open(blob, where=HERE)


@given(st.integers(0, 42))
def test_a_sealed_value_cut_short_does_not_open(length):
    with pytest.raises(SealBroken):
        RING.open(RING.seal(NUMBER, where=HERE)[:length], where=HERE)


def test_another_key_of_the_same_name_does_not_open():
    with pytest.raises(SealBroken):
        Ring(f"k1:{SECOND}", THIRD).open(RING.seal(NUMBER, where=HERE), where=HERE)


def test_a_number_put_in_by_hand_does_not_open():
    with pytest.raises(SealBroken):
        RING.open(NUMBER.encode(), where=HERE)


def test_the_number_cannot_be_read_from_the_sealed_value():
    sealed = RING.seal(NUMBER, where=HERE)
    assert NUMBER.encode() not in sealed
    assert len(sealed) == 43


def test_sealing_twice_gives_different_bytes():
    assert RING.seal(NUMBER, where=HERE) != RING.seal(NUMBER, where=HERE)


def test_a_memoryview_as_the_driver_returns_it_opens():
    assert RING.open(memoryview(RING.seal(NUMBER, where=HERE)), where=HERE) == NUMBER


def test_a_new_first_key_seals_and_the_old_one_still_opens():
    sealed = RING.seal(NUMBER, where=HERE)
    turned = Ring(f"k2:{SECOND}, k1:{FIRST}", THIRD)
    assert turned.open(sealed, where=HERE) == NUMBER
    assert turned.stale(sealed)
    assert not turned.stale(turned.seal(NUMBER, where=HERE))
    with pytest.raises(SealBroken):
        RING.open(turned.seal(NUMBER, where=HERE), where=HERE)


def test_the_index_finds_the_same_number_in_one_municipality_only():
    assert RING.index(NUMBER, 301) == RING.index(NUMBER, 301)
    assert RING.index(NUMBER, 301) != RING.index(NUMBER, 302)
    assert RING.index(NUMBER, 301) != RING.index("01845112351", 301)
    assert len(RING.index(NUMBER, 301)) == 32


def test_the_index_depends_on_its_own_key_and_not_on_the_sealing_keys():
    assert Ring(f"k2:{SECOND}", THIRD).index(NUMBER, 301) == RING.index(NUMBER, 301)
    assert Ring(f"k1:{FIRST}", SECOND).index(NUMBER, 301) != RING.index(NUMBER, 301)


@pytest.mark.parametrize(
    ("keys", "index_key"),
    [
        pytest.param("", THIRD, id="no key"),
        pytest.param(FIRST, THIRD, id="no name"),
        pytest.param(f":{FIRST}", THIRD, id="empty name"),
        pytest.param(f"ninechars:{FIRST}", THIRD, id="long name"),
        pytest.param(f"k1:{FIRST},k1:{SECOND}", THIRD, id="one name twice"),
        pytest.param("k1:c2hvcnQ=", THIRD, id="short key"),
        pytest.param("k1:not base64", THIRD, id="not base64"),
        pytest.param(f"k1:{FIRST}å", THIRD, id="not even ASCII"),
        pytest.param(f"k1:{FIRST},", THIRD, id="comma at the end"),
        pytest.param(f"k1:{FIRST}", "", id="no index key"),
        pytest.param(f"k1:{FIRST}", "c2hvcnQ=", id="short index key"),
    ],
)
def test_malformed_keys_stop_the_start_and_do_not_show_themselves(keys, index_key, settings):
    settings.IDENTIFIER_KEYS, settings.IDENTIFIER_INDEX_KEY = keys, index_key
    with pytest.raises(ImproperlyConfigured, match="IDENTIFIER_KEYS and IDENTIFIER_INDEX_KEY: ") as caught:
        ring()
    assert FIRST not in str(caught.value)


def test_the_installations_ring_follows_its_settings(settings):
    settings.IDENTIFIER_KEYS, settings.IDENTIFIER_INDEX_KEY = f"k1:{FIRST}", THIRD
    assert ring().open(RING.seal(NUMBER, where=HERE), where=HERE) == NUMBER
    assert ring() is ring()
    settings.IDENTIFIER_KEYS = f"k2:{SECOND}"
    with pytest.raises(SealBroken):
        ring().open(RING.seal(NUMBER, where=HERE), where=HERE)
