"""Ports are chosen once, kept, and given up when somebody else has them."""

import socket
from pathlib import Path

from pressroom_devstack.ports import LOOPBACK, PortBook, is_free


def test_a_port_is_the_same_at_the_next_start(tmp_path: Path) -> None:
    first = PortBook(tmp_path / "ports.json").port("gateway-1")

    assert PortBook(tmp_path / "ports.json").port("gateway-1") == first


def test_a_port_that_somebody_else_has_is_given_up(tmp_path: Path) -> None:
    kept = PortBook(tmp_path / "ports.json").port("gateway-1")

    with socket.create_server((LOOPBACK, kept)):
        assert not is_free(kept)
        other = PortBook(tmp_path / "ports.json").port("gateway-1")

    assert other != kept
    assert PortBook(tmp_path / "ports.json").port("gateway-1") == other


def test_the_preferred_port_is_taken_where_it_is_free(tmp_path: Path) -> None:
    with socket.create_server((LOOPBACK, 0)) as server:
        taken = server.getsockname()[1]
        assert PortBook(tmp_path / "one.json").port("gateway-1", preferred=taken) != taken

    assert PortBook(tmp_path / "two.json").port("gateway-1", preferred=taken) == taken


def test_a_wanted_port_goes_before_the_kept_one(tmp_path: Path) -> None:
    book = PortBook(tmp_path / "ports.json")
    kept, wanted = book.port("gateway-1"), book.port("free")

    assert PortBook(tmp_path / "other.json").port("gateway-1", wanted=wanted, preferred=kept) == wanted


def test_no_two_names_have_the_same_port(tmp_path: Path) -> None:
    book = PortBook(tmp_path / "ports.json")
    first = book.port("first")

    assert book.port("second", preferred=first) != first
