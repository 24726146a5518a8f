"""The client without async is that for asyncio, from the same source."""

import importlib.util

from checkout import ROOT


def test_the_blocking_client_is_current() -> None:
    spec = importlib.util.spec_from_file_location("write_blocking", ROOT / "libs" / "client" / "write_blocking.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    written = {path.name: path.read_text() for path in script.TARGET.glob("*.py")}
    assert written == script.files(), "python libs/client/write_blocking.py"
