"""`status`: what runs, and how it is."""

import json

from .folders import StackFolder
from .pid_files import PidFiles
from .screen import say
from .service_process import is_ready


def show(folder: StackFolder) -> bool:
    """Print a line for each process; whether all are well."""
    living = PidFiles(folder.run).living()
    if "stack" not in living:
        say("Pressroom is not running." + (f" Left over: {', '.join(sorted(living))}." if living else ""))
        return False
    if not folder.state.exists():
        say("Pressroom is starting or stopping.")
        return False
    state = json.loads(folder.state.read_text())
    say(f"Pressroom runs at {state['url']} since {state['since']} (supervisor {living['stack']})")
    conditions = {name: _condition(living.get(name), url) for name, url in state["processes"].items()}
    for name, condition in conditions.items():
        say(f"  {name:<14} {living.get(name) or '-':>8}  {condition}")
    return all(condition in {"ready", "runs"} for condition in conditions.values())


def _condition(pid: int | None, ready_url: str) -> str:
    if pid is None:
        return "dead"
    if not ready_url:
        return "runs"
    return "ready" if is_ready(ready_url) else "not ready"
