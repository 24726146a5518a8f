"""Renders pages beside the loop: few at a time, and no text twice in a row."""

import asyncio
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from .answers import Article
from .page import Render, safe_html, to_html

_AT_A_TIME = 2
"""Pages. The interpreter runs one thread: more of them would take turns with the loop."""
_ROOM = 4_000_000
"""Characters of texts and of their HTML that are kept."""


class Pages:
    """HTML of completed articles. The links of a page are its own: kept is what its texts are rendered to."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_AT_A_TIME, "pages")
        self._texts = RenderedTexts(safe_html, _ROOM)

    async def html(self, article: Article) -> str:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, to_html, article, self._texts.html)


class RenderedTexts:
    """The texts that were asked for last, as `render` made them; at most `room` characters. For any thread."""

    def __init__(self, render: Render, room: int) -> None:
        self._render = render
        self._room = room
        self._size = 0
        self._kept: OrderedDict[str, str] = OrderedDict()
        self._lock = Lock()

    def html(self, text: str) -> str:
        with self._lock:
            if text in self._kept:
                self._kept.move_to_end(text)
                return self._kept[text]
        made = self._render(text)
        with self._lock:
            self._keep(text, made)
        return made

    def _keep(self, text: str, made: str) -> None:
        if text in self._kept:
            return
        self._kept[text] = made
        self._size += len(text) + len(made)
        while self._size > self._room:
            old, html = self._kept.popitem(last=False)
            self._size -= len(old) + len(html)
