"""What is kept encrypted: the secrets of environments, and exports as Zuora sent them. Plain until it is sealed."""

from .associated import secret_of, version_of
from .vault import Damaged, Sealed, UnknownKey, Unreadable, Vault

__all__ = ["Damaged", "Sealed", "UnknownKey", "Unreadable", "Vault", "secret_of", "version_of"]
