"""What is sealed opens for the row that it belongs to, and for nothing else."""

import os
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom_zuora_sync.vault import Damaged, Sealed, UnknownKey, Vault, secret_of, version_of

OLD, NEW = os.urandom(32), os.urandom(32)
HERE, THERE = "https://rest.zuora.com", "https://rest.eu.zuora.com"
ROW = uuid4()


@pytest.fixture(scope="module")
def vault() -> Vault:
    return Vault({"old": OLD, "new": NEW}, "new")


@given(plain=st.binary(max_size=200), associated=st.binary(max_size=50))
def test_what_was_sealed_comes_back(vault: Vault, plain: bytes, associated: bytes) -> None:
    assert vault.open(vault.seal(plain, associated), associated) == plain


def test_the_current_key_seals_and_the_others_still_open(vault: Vault) -> None:
    before = Vault({"old": OLD}, "old").seal(b"secret", b"row")
    assert (before.key_id, vault.seal(b"secret", b"row").key_id) == ("old", "new")
    assert vault.open(before, b"row") == b"secret"


def test_the_same_secret_never_looks_the_same_twice(vault: Vault) -> None:
    assert len({vault.seal(b"secret", b"row").data for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "elsewhere",
    [secret_of(uuid4(), HERE), secret_of(ROW, THERE), version_of(ROW, 1), b""],
    ids=["another row", "another host", "a version", "nothing"],
)
def test_a_secret_that_was_moved_does_not_open(vault: Vault, elsewhere: bytes) -> None:
    with pytest.raises(Damaged):
        vault.open(vault.seal(b"secret", secret_of(ROW, HERE)), elsewhere)


def test_an_export_opens_as_its_own_version_alone(vault: Vault) -> None:
    sealed = vault.seal(b"{}", version_of(ROW, 1))
    with pytest.raises(Damaged):
        vault.open(sealed, version_of(ROW, 11))


@given(at=st.integers(min_value=0), bit=st.integers(0, 7))
def test_a_single_flipped_bit_is_found(vault: Vault, at: int, bit: int) -> None:
    sealed = vault.seal(b"secret", b"row")
    data = bytearray(sealed.data)
    data[at % len(data)] ^= 1 << bit
    with pytest.raises(Damaged):
        vault.open(Sealed(sealed.key_id, bytes(data)), b"row")


@pytest.mark.parametrize("length", [0, 5, 12, 20])
def test_what_was_cut_off_is_found(vault: Vault, length: int) -> None:
    with pytest.raises(Damaged):
        vault.open(Sealed("new", vault.seal(b"", b"row").data[:length]), b"row")


def test_an_unknown_key_is_named_with_what_to_do(vault: Vault) -> None:
    lost = Vault({"2019": os.urandom(32)}, "2019").seal(b"canary-secret", b"row")
    with pytest.raises(UnknownKey, match=r"'2019'.*ZUORA_SYNC_SECRET_KEYS.*Put it back"):
        vault.open(lost, b"row")


def test_another_key_under_the_same_id_is_told_as_that(vault: Vault) -> None:
    with pytest.raises(Damaged, match="the key of this id is another one now"):
        vault.open(Vault({"new": os.urandom(32)}, "new").seal(b"secret", b"row"), b"row")


@pytest.mark.parametrize(("keys", "current"), [({"a": OLD}, "b"), ({"a": b"short"}, "a"), ({}, "")])
def test_a_vault_without_a_proper_current_key_is_not_made(keys: dict[str, bytes], current: str) -> None:
    with pytest.raises(ValueError, match="key"):
        Vault(keys, current)


def test_neither_keys_nor_what_is_sealed_are_shown(vault: Vault) -> None:
    shown = f"{vault!r} {vars(vault)!r} {vault.seal(b'canary', b'row')!r}"
    assert repr(NEW) not in shown
    assert "data" not in shown
