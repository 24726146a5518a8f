"""The contracts of `pyproject.toml` about who may import whom."""

import subprocess
import sys

from checkout import ROOT


def test_every_import_contract_is_kept():
    run = "from importlinter.cli import lint_imports_command as run; run()"
    checked = subprocess.run([sys.executable, "-c", run], cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout[checked.stdout.find("Contracts\n") :]
