"""The API keys of the demo: made by the gateway's own command, once, and kept."""

import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass

from .errors import StackError
from .folders import StackFolder
from .kept_secrets import KeptSecrets
from .wiring import Wiring


@dataclass(frozen=True)
class KeyWish:
    """A key that the stack has, and the name that scripts know it by."""

    variable: str
    tenant: str
    tenant_name: str
    role: str
    name: str


KEYS = (
    KeyWish("PRESSROOM_API_KEY", "demo", "Demo", "editor", "demo"),
    KeyWish("PRESSROOM_API_KEY_2", "second", "Second", "editor", "second"),
    KeyWish("PRESSROOM_ADMIN_KEY", "demo", "Demo", "super-admin", "admin"),
)


def ensure_keys(folder: StackFolder, secrets: KeptSecrets, wiring: Wiring) -> dict[str, str]:
    """The keys by variable; those that the running gateway does not know are made anew (another database, say)."""
    return {wish.variable: _ensure_key(wish, folder, secrets, wiring) for wish in KEYS}


def _ensure_key(wish: KeyWish, folder: StackFolder, secrets: KeptSecrets, wiring: Wiring) -> str:
    kept = secrets.get(wish.variable)
    if kept and _is_known(kept, wiring.url("gateway-1")):
        return kept
    key = _create_key(wish, folder, wiring)
    secrets.keep(wish.variable, key)
    return key


def _is_known(key: str, gateway_url: str) -> bool:
    """Whether the gateway takes the key; whatever else it answers, it is no 401."""
    request = urllib.request.Request(
        f"{gateway_url}/v1/generations?limit=1", headers={"Authorization": f"Bearer {key}"}
    )
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        direct.open(request, timeout=10).close()
    except urllib.error.HTTPError as answer:
        return answer.code != 401
    return True


def _create_key(wish: KeyWish, folder: StackFolder, wiring: Wiring) -> str:
    tenant = ["--tenant", wish.tenant, "--tenant-name", wish.tenant_name]
    answer = subprocess.run(
        [
            sys.executable,
            "-m",
            "pressroom_gateway",
            "keys",
            "create",
            *tenant,
            "--role",
            wish.role,
            "--name",
            wish.name,
        ],
        env=wiring.gateway("gateway-1"),
        cwd=folder.checkout,
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode != 0:
        raise StackError(f"The gateway made no API key for {wish.tenant}:\n{answer.stderr.strip()}")
    return answer.stdout.strip()
