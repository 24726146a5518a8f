"""The images' dependencies are those that the tests ran with."""

import re
import tomllib

from checkout import ROOT, files

PINNED = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE)


def pinned(lock: str) -> dict[str, str]:
    return dict(PINNED.findall((ROOT / lock).read_text()))


def test_images_have_the_versions_of_the_tests():
    tested = pinned("requirements.lock")
    for lock in ("deploy/requirements.lock", "deploy/build.lock"):
        differing = {name: version for name, version in pinned(lock).items() if tested.get(name) != version}
        assert differing == {}, f"{lock}: run deploy/lock"


def test_images_have_what_the_services_ask_for():
    locked = pinned("deploy/requirements.lock").keys()
    for project in files("libs/common/pyproject.toml", "services/*/pyproject.toml"):
        for wish in tomllib.loads(project.read_text())["project"]["dependencies"]:
            name = re.match(r"[A-Za-z0-9._-]+", wish)
            assert name is not None
            assert name[0] == "pressroom-common" or name[0] in locked, f"{wish} of {project}: run deploy/lock"


def test_locks_hold_a_hash_of_every_file():
    for lock in ("requirements.lock", "deploy/requirements.lock", "deploy/build.lock"):
        text = (ROOT / lock).read_text()
        assert len(re.findall(r"^\S+==.* \\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)) == len(pinned(lock))
