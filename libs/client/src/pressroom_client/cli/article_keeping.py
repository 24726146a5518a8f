"""Where an article goes from the command line: its form, a file, its pictures."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote

import pydantic_core
import typer

from pressroom_client.article_models import Article, ArticleImage
from pressroom_client.blocking import Pressroom
from pressroom_client.errors import PressroomError

from . import screen

Form = Literal["md", "markdown", "html", "json"]
"""`md` and `markdown` are the same, here as in the API."""
Format = Annotated[Form | None, typer.Option("--format", help="Markdown, a whole HTML page, or JSON.")]
Output = Annotated[Path | None, typer.Option(metavar="FILE", help="Write it there instead of standard output.")]
ImagesTo = Annotated[Path | None, typer.Option(metavar="FOLDER", help="Keep its images there, and refer to them.")]
_QUERY = r"""(\?[^\s"'()<>]*)?"""
_ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}


@dataclass(frozen=True, slots=True)
class Keeping:
    form: Form
    output: Path | None = None
    images_to: Path | None = None

    def prepare(self) -> None:
        """What cannot be written is told before anything is paid for. Raises BadParameter."""
        if self.output is not None and (self.output.is_dir() or not self.output.absolute().parent.is_dir()):
            raise typer.BadParameter(f"{self.output} is no file in a folder that exists", param_hint="--output")
        if self.images_to is not None:
            try:
                self.images_to.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise typer.BadParameter(
                    f"{self.images_to} cannot be made: {error}", param_hint="--images-to"
                ) from error

    @property
    def base(self) -> Path:
        """What paths in the text begin from."""
        return self.output.absolute().parent if self.output else Path.cwd()


def keeping(form: Form | None, output: Path | None, images_to: Path | None, *, as_json: bool) -> Keeping:
    """Raises BadParameter for what does not fit together, or cannot be written."""
    if as_json and form not in {None, "json"}:
        raise typer.BadParameter("--json is --format json", param_hint="--format")
    wanted = Keeping("json" if as_json else form or "md", output, images_to)
    wanted.prepare()
    return wanted


def keep(pressroom: Pressroom, article: Article, wish: Keeping) -> None:
    """Raises PressroomError, also for a file that cannot be written."""
    try:
        files = _kept_images(pressroom, article, wish.images_to) if wish.images_to else {}
        text = _with_files(_text(pressroom, article, wish.form), files, wish.base)
        if wish.output is None:
            screen.say(text.removesuffix("\n"))
            return
        wish.output.write_bytes(text.encode())
        screen.note(f"Written to {wish.output}.")
    except OSError as error:
        raise PressroomError(0, "settings", f"{error.filename} cannot be written: {error.strerror}") from error


def tell_what_is_missing(article: Article) -> None:
    """Of an article that completed without some of its parts."""
    for number, section in enumerate(article.sections, 1):
        if section.error is not None:
            lacks, step = ("image", "image") if section.text else ("text", "section")
            screen.note(f"Section {number} has no {lacks}: {section.error.code}: {section.error.detail}")
            screen.note(f"To make it: pressroom restart {article.id} --from-step {step}.{number}")


def _text(pressroom: Pressroom, article: Article, form: Form) -> str:
    if form == "json":
        return pydantic_core.to_json(article, indent=2).decode() + "\n"
    articles = pressroom.articles
    return articles.html(article.id) if form == "html" else articles.markdown(article.id)


def _kept_images(pressroom: Pressroom, article: Article, folder: Path) -> dict[str, Path]:
    """Their files, by their addresses without what expires."""
    found: dict[str, Path] = {}
    for number, section in enumerate(article.sections, 1):
        if section.image is not None:
            file = folder / f"image-{number}.{_ending(section.image)}"
            file.write_bytes(pressroom.articles.image(section.image))
            found[section.image.url.partition("?")[0]] = file
    return found


def _ending(image: ArticleImage) -> str:
    return _ENDINGS.get(image.content_type, "bin")


def _with_files(text: str, files: dict[str, Path], base: Path) -> str:
    """With paths in place of the addresses, whose signatures are others at every request."""
    for address, file in files.items():
        path = quote(Path(os.path.relpath(file.absolute(), base)).as_posix())
        text = re.sub(re.escape(address) + _QUERY, path, text)  # a quoted path has no backslashes
    return text
