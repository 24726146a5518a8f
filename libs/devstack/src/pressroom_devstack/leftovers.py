"""Processes that outlived their supervisor (one that was killed, say), found by their pid files and ended in order."""

import signal

from .folders import StackFolder
from .pid_files import PidFiles, end

# As the stack stops: names begin with these. PostgreSQL ends its sessions on SIGINT, and waits for them on SIGTERM.
_STAGES = (("gateway",), ("generator", "zuora-sync"), ("monitor",), ("fake-",), ("rabbitmq",), ("postgres",))
_SECONDS = 15.0


def end_leftovers(folder: StackFolder) -> list[str]:
    """End them; their names."""
    living = PidFiles(folder.run).living()
    living.pop("stack", None)
    for prefixes in _STAGES:
        first = signal.SIGINT if "postgres" in prefixes else signal.SIGTERM
        end({pid: first for name, pid in living.items() if name.startswith(prefixes)}, _SECONDS)
    return sorted(living)
