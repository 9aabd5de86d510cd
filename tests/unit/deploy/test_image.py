"""The image has what its processes import: the packages of this repository and those of requirements/run.txt."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from deploy.local.processes import ROOT

DEPLOY = ROOT / "deploy"
COPIED = [
    ROOT / name
    for name in re.findall(r"^COPY (\S+)", (DEPLOY / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    if not name.startswith("requirements")
]
# Of deploy/local, these two are run in the image (compose.yaml); the rest starts engines that it does not have.
RUN_IN_COMPOSE = {DEPLOY / "local" / "secrets.py", DEPLOY / "local" / "mailsink.py"}


def files() -> Iterator[Path]:
    """The Python files of the image that are run there."""
    for part in COPIED:
        for file in part.rglob("*.py") if part.is_dir() else [part]:
            if file.parent != DEPLOY / "local" or file in RUN_IN_COMPOSE:
                yield file


def imported() -> set[str]:
    """Every module that a file of the image imports, at whatever depth."""
    found: set[str] = set()
    for file in files():
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module is not None:
                found.add(node.module)
    return found


def test_every_package_of_ours_is_copied() -> None:
    ours = {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()}
    needed = {module for module in imported() if module.split(".")[0] in ours}
    assert needed
    for module in needed:
        path = ROOT / module.replace(".", "/")
        assert any(part in (path, path.with_suffix(".py"), *path.parents) for part in COPIED), module


def test_every_package_of_others_is_locked() -> None:
    locked = set(
        re.findall(r"^(\S+?)==", (ROOT / "requirements" / "run.txt").read_text("utf-8"), re.MULTILINE)
    )
    makers = packages_distributions()
    ours = {part.name for part in COPIED} | {"deploy"}
    for module in {name.split(".")[0] for name in imported()} - ours - sys.stdlib_module_names:
        assert {re.sub(r"[-_.]+", "-", maker).lower() for maker in makers[module]} & locked, module


def test_the_builder_is_sent_what_is_copied() -> None:
    sent = {
        line.removeprefix("!")
        for line in (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
        if line.startswith("!")
    }
    assert {str(part.relative_to(ROOT)) for part in COPIED} | {"requirements/run.txt"} == sent
