"""Articles' parts put together."""

from pathlib import Path

from starlette.datastructures import State

from pressroom_common.database import Database
from pressroom_gateway.ledger.service import Ledger
from pressroom_gateway.settings import Settings

from .folder import FileFolder
from .links import FileLinks
from .ports import Files
from .rendering import Pages
from .repository import PostgresBriefs
from .service import ArticleService
from .settings import ArticleSettings


def file_links(settings: Settings) -> FileLinks:
    secret = settings.key_pepper.get_secret_value().encode()
    return FileLinks(secret, settings.file_link_seconds, settings.public_url)


def open_files(settings: ArticleSettings) -> Files | None:
    """Where the settings say; None: they name no place."""
    if settings.s3_bucket:
        from pressroom_common.bucket import Bucket  # noqa: PLC0415 - 10 MB, of those who have a bucket

        from .object_storage import FileBucket  # noqa: PLC0415

        return FileBucket(Bucket(settings, settings.s3_public_endpoint))
    return FileFolder(Path(settings.storage_dir)) if settings.storage_dir else None


def offer_articles(state: State, settings: Settings, database: Database, ledger: Ledger) -> None:
    files = open_files(settings)
    state.articles = ArticleService(ledger, PostgresBriefs(database), has_storage=files is not None)
    state.file_links = file_links(settings)
    state.files = files
    state.article_pages = Pages()
