"""The arrows between the rooms run one way; read from the code itself."""

import ast
from pathlib import Path

import pytest

from pipelines.settings import ROOT

PACKAGE = ROOT / "pipelines"
ROOMS = (
    "analysis",
    "classify",
    "comments",
    "crawl",
    "extract",
    "inspecting",
    "lake",
    "newsroom",
    "report",
    "warehouse",
)
# What a room may import of the other rooms, beside itself and pipelines.errors.
ALLOWED = {
    "lake": set(),
    "extract": {"lake"},
    "classify": {"lake"},
    "analysis": {"lake"},
    "comments": {"lake"},
    "crawl": {"comments", "lake", "settings"},
    "newsroom": {"lake"},
    "inspecting": {"extract", "crawl", "lake", "settings"},
    "warehouse": {"lake"},
    "report": {"lake", "warehouse"},
}
PURE = {"extract", "classify", "analysis"}
NOT_IN_PURE_ROOMS = {"dagster", "duckdb", "httpx", "scrapy", "requests"}


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found |= {node.module} | (
                {f"pipelines.{a.name}" for a in node.names} if node.module == "pipelines" else set()
            )
        elif isinstance(node, ast.ImportFrom):
            pytest.fail(f"{path}: relative import; write the room's name")
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_the_design_allows(room: str) -> None:
    modules = list((PACKAGE / room).rglob("*.py"))
    assert modules
    for path in modules:
        named = {name.split(".")[1] for name in imports(path) if name.startswith("pipelines.")}
        strangers = named - ALLOWED[room] - {room, "errors", "__version__"}
        assert not strangers, f"{path.relative_to(ROOT)} imports {strangers}"
        if room in PURE:
            assert not {name.split(".")[0] for name in imports(path)} & NOT_IN_PURE_ROOMS, path


def test_every_module_says_what_belongs_in_it() -> None:
    for path in PACKAGE.rglob("*.py"):
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path.relative_to(ROOT)


def test_no_file_names_a_package_registry() -> None:
    hosts = ["pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "deb.debian" + ".org"]
    for path in [*PACKAGE.rglob("*.py"), *ROOT.glob("*.*"), ROOT / "Makefile", ROOT / ".ci" / "run"]:
        if path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            assert not [host for host in hosts if host in text], path
