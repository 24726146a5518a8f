"""What no file of the repository may hold: it must work on every machine, from every registry."""

import re

from checkout import files, name

DOT = "."
REGISTRIES = tuple(
    DOT.join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("deb", "debian", "org"))
)
HOMES = re.compile(r"(?<![\w.$}/])/(?:home|root|work|Users)/\w")
"""The beginning of an absolute path of somebody's machine."""
LARGEST = 2_000_000


def texts() -> dict[str, str]:
    found = {}
    for path in files():
        try:
            found[name(path)] = path.read_text()
        except UnicodeDecodeError:
            continue
    return found


def test_no_file_names_the_address_of_a_package_registry():
    assert [path for path, text in texts().items() if any(registry in text for registry in REGISTRIES)] == []


def test_no_file_holds_an_absolute_path_of_a_machine():
    found = [
        f"{path}:{number}: {line.strip()}"
        for path, text in texts().items()
        for number, line in enumerate(text.splitlines(), 1)
        if HOMES.search(line)
    ]
    assert found == []


def test_no_file_is_over_two_megabytes():
    assert [name(path) for path in files() if path.stat().st_size > LARGEST] == []
