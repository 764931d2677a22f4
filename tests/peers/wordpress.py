"""A real WordPress on loopback: Debian's files in a folder of ours, PHP's built-in server, MariaDB on a socket.

`install_wordpress.sh` installs what it needs. Where that is absent, the tests that need it are skipped.
"""

import getpass
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.end_to_end.workplace import free_port

_FILES = Path("/usr/share/wordpress")
_HERE = Path(__file__).parent
_PROGRAMS = ("php", "mariadbd", "mariadb-install-db", "mariadb")
_CONFIGURATION = """<?php
define('DB_NAME', 'wordpress');
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:{socket}');
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('DISABLE_WP_CRON', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""


@dataclass(frozen=True)
class WordPress:
    """A running WordPress."""

    address: str
    root: Path

    def write(self, posts: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Write posts with their comments, as `wordpress_write.php` describes them; the numbers they got."""
        command = ["php", str(_HERE / "wordpress_write.php"), str(self.root), self.address]
        done = subprocess.run(
            command, input=json.dumps(posts), capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def get(self, path: str) -> httpx.Response:
        """A page of the site."""
        return httpx.get(self.address + path.lstrip("/"), timeout=30, follow_redirects=True)


@contextmanager
def wordpress(folder: Path) -> Iterator[WordPress]:
    """Start MariaDB and PHP, install WordPress, and stop everything at the end."""
    missing = [name for name in _PROGRAMS if shutil.which(name) is None]
    if missing or not _FILES.is_dir():
        pytest.skip(f"no WordPress here ({', '.join(missing) or _FILES}); run tests/peers/install_wordpress.sh as root")
    with ExitStack() as stack:
        socket = _start_database(folder, stack)
        root = folder / "site"
        shutil.copytree(_FILES, root, ignore=shutil.ignore_patterns("wp-config.php", "akismet"))
        shutil.copytree(_HERE / "wordpress_theme", root / "wp-content" / "themes" / "peer")
        (root / "wp-config.php").write_text(_CONFIGURATION.format(socket=socket), encoding="utf-8")
        address = f"http://127.0.0.1:{free_port()}/"
        installed = subprocess.run(
            ["php", str(_HERE / "wordpress_install.php"), str(root), address],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert installed.returncode == 0, installed.stdout + installed.stderr
        _start(["php", "-S", address.removeprefix("http://").rstrip("/"), "-t", str(root)], stack)
        _wait_until(lambda: _answers(address), "WordPress")
        yield WordPress(address, root)


def _start_database(folder: Path, stack: ExitStack) -> Path:
    data, socket = folder / "database", folder / "db.sock"
    subprocess.run(
        ["mariadb-install-db", "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal"],
        check=True,
        capture_output=True,
        timeout=120,
    )
    options = ["--skip-networking", "--innodb-flush-log-at-trx-commit=0", f"--user={getpass.getuser()}"]
    _start(["mariadbd", "--no-defaults", f"--datadir={data}", f"--socket={socket}", *options], stack)
    client = ["mariadb", "--no-defaults", f"--socket={socket}", "-u", "root", "-e", "create database wordpress"]
    _wait_until(lambda: subprocess.run(client, capture_output=True, check=False).returncode == 0, "MariaDB")
    return socket


def _start(command: list[str], stack: ExitStack) -> None:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stack.callback(process.wait, 60)
    stack.callback(process.terminate)


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=20).status_code < 500
    except httpx.TransportError:
        return False


def _wait_until(true: Any, what: str) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline, f"{what} did not start"
        time.sleep(0.2)
