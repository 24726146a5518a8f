"""Articles' parts put together."""

from starlette.datastructures import State

from pressroom_common.database import Database
from pressroom_gateway.ledger.service import Ledger
from pressroom_gateway.settings import Settings

from .folder import FileFolder
from .links import FileLinks
from .repository import PostgresBriefs
from .service import ArticleService


def file_links(settings: Settings) -> FileLinks:
    secret = settings.key_pepper.get_secret_value().encode()
    return FileLinks(secret, settings.file_link_seconds, settings.public_url)


def offer_articles(state: State, settings: Settings, database: Database, ledger: Ledger) -> None:
    folder = FileFolder(settings.storage_dir)
    state.articles = ArticleService(ledger, PostgresBriefs(database), has_storage=folder.is_there)
    state.file_links = file_links(settings)
    state.file_folder = folder
