"""Signed addresses of files, the keys they are for, and which form of an article is asked for."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom_gateway.articles.folder import FileFolder
from pressroom_gateway.articles.formats import format_of
from pressroom_gateway.articles.keys import is_file_key
from pressroom_gateway.articles.links import FileLinks
from pressroom_gateway.problems import Problem

KEY = "0197a1b2-0000-7000-8000-000000000001/image-1-00ff00ff00ff00ff.png"
SECRET = b"a secret of the tests that is long enough"


class Clock:
    now = 1000.5

    def __call__(self) -> float:
        return self.now


def parts(url: str) -> tuple[str, int, str]:
    split = urlsplit(url)
    query = parse_qs(split.query)
    return split.path.removeprefix("/v1/files/"), int(query["expires"][0]), query["signature"][0]


def refusal(links: FileLinks, key: str, expires: int, signature: str) -> int:
    with pytest.raises(Problem) as refused:
        links.check(key, expires, signature)
    return refused.value.status


def test_an_address_works_until_it_expires() -> None:
    clock = Clock()
    links = FileLinks(SECRET, 60, clock=clock)
    key, expires, signature = parts(links.url(KEY))
    assert key == KEY
    assert links.check(key, expires, signature) == pytest.approx(59.5)
    clock.now = 1060
    assert refusal(links, key, expires, signature) == 403


def test_an_address_is_good_for_its_file_time_and_installation_alone() -> None:
    links = FileLinks(SECRET, 60)
    key, expires, signature = parts(links.url(KEY))
    assert refusal(links, key, expires + 1, signature) == 403
    assert refusal(links, key.replace("image-1", "image-2"), expires, signature) == 403
    assert refusal(links, key, expires, "") == 403
    assert refusal(FileLinks(SECRET[::-1], 60), key, expires, signature) == 403


def test_an_address_can_be_absolute() -> None:
    assert FileLinks(SECRET, 60, "https://api.example.com").url(KEY).startswith("https://api.example.com/v1/files/0197")


@pytest.mark.parametrize(
    "key",
    [
        "../secret.png",
        f"../{KEY}",
        f"{KEY}/../../x.png",
        KEY.replace("image-1", "../image-1"),
        KEY.replace("png", "html"),
        KEY.replace("png", "svg"),
        f"/{KEY}",
        f"{KEY}\n",
        KEY.replace("/", "//"),
        KEY.replace("/", "\\"),
        KEY.replace("image", "İmage"),
        "",
    ],
)
async def test_nothing_but_keys_is_looked_for(key: str, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(b"x")
    assert not is_file_key(key)
    assert await FileFolder(tmp_path / "files").find(key, 60) is None


@given(st.text() | st.from_regex(r"[0-9a-f/.-]+\.png"))
def test_no_key_leads_out_of_the_folder(text: str) -> None:
    if is_file_key(text):
        assert Path("/root", text).resolve().is_relative_to("/root")


async def test_a_file_is_found_by_its_key(tmp_path: Path) -> None:
    path = tmp_path / KEY
    path.parent.mkdir()
    assert await FileFolder(tmp_path).find(KEY, 60) is None
    path.write_bytes(b"x")
    assert await FileFolder(tmp_path).find(KEY, 60) == path


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (None, "json"),
        ("", "json"),
        ("*/*", "json"),
        ("application/json", "json"),
        ("text/markdown", "markdown"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"),
        ("text/html;q=0.5, text/markdown", "markdown"),
        ("application/json;q=0, text/html", "html"),
        ("image/png", "json"),
        ("text/html;q=x", "json"),
    ],
)
def test_the_form_that_a_client_would_rather_have(accept: str | None, form: str) -> None:
    assert format_of(accept) == form
