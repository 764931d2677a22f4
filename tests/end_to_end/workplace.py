"""A data folder and a sites.toml of its own, and the command line over them as a process of its own."""

import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from pipelines.settings import ROOT

DEMO_PORTS = (8761, 8762, 8763, 8764)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass(frozen=True)
class Workplace:
    """A data folder and a sites.toml of its own, and the command line over them."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def environment(self) -> dict[str, str]:
        ours = {
            "YANYANA_DATA": str(self.data),
            "YANYANA_SITES": str(self.folder / "sites.toml"),
            "DAGSTER_HOME": str(self.data / "dagster"),
        }
        return {**os.environ, **ours}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "pipelines.cli", *arguments]
        return subprocess.Popen(
            command, cwd=ROOT, env=self.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def yanyana(self, *arguments: str, fails: bool = False, remarks: bool = False) -> str:
        """Run a command to its end; its standard output, or its standard error where that is asked for or it fails."""
        process = self.start(*arguments)
        output, errors = process.communicate(timeout=180)
        assert (process.returncode != 0) == fails, f"{arguments} ended with {process.returncode}:\n{output}\n{errors}"
        return errors if fails or remarks else output


def workplace(folder: Path) -> Workplace:
    """A workplace whose demo sites stand on free ports."""
    text = (ROOT / "data" / "sites.toml").read_text(encoding="utf-8")
    for port in DEMO_PORTS:
        text = text.replace(f":{port}/", f":{free_port()}/")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sites.toml").write_text(text, encoding="utf-8")
    return Workplace(folder)
