"""Archive and lake in object storage: a real S3 server on loopback, and what goes wrong before it."""

import os
import signal
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipelines.lake import store
from pipelines.lake.files import replacing, rewriting
from pipelines.lake.parts import Lake, frame, part_of
from pipelines.lake.schema import EXTRACTED, SHARES
from pipelines.lake.store import ObjectPath, Place, StorageError, on_disk, place
from pipelines.settings import ROOT, SettingsError, load
from tests.object_storage import Storage, environment_of

DAY = date(2026, 3, 1)
NAMES = ["day=1/a.warc.gz", "day=1/b@2.warc", "day=2/a.warc.gz", "day=2/deep/c.json", "top.json"]
PATTERNS = ["day=*", "*", "*.json", "day=*/*.warc*", "day=1/*", "day=1/b@*.warc", "*/a.warc.gz", "day=3/*", "nothing*"]


def written(root: Place) -> Place:
    for name in NAMES:
        with replacing(root / name) as temporary:
            temporary.write_bytes(name.encode() * 1000)
    return root


def shares(network: str) -> dict:
    frames = {table.name: frame(table, []) for table in EXTRACTED}
    row = {"capture_id": "c", "site": "s", "network": network, "url": "u"}
    return frames | {"shares": frame(SHARES, [{name: row.get(name) for name in SHARES.schema}])}


def networks(lake: Lake) -> list[str]:
    return lake.scan(SHARES).collect()["network"].to_list()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that takes a second's silence for a failure, and gives up after two repetitions."""
    monkeypatch.setattr(store, "_SILENCE", timedelta(seconds=1))
    monkeypatch.setattr(store, "MAX_RETRIES", 2)


def test_objects_are_found_and_read_as_files_are(storage: Storage, tmp_path: Path) -> None:
    folder, bucket = written(tmp_path), written(storage.bucket / "some" / "prefix")
    written(storage.bucket / "some" / "prefix-of-another")
    for pattern in PATTERNS:
        found = [sorted(str(path).removeprefix(f"{root}/") for path in root.glob(pattern)) for root in (folder, bucket)]
        if "/" in pattern:
            found[0] = [name for name in found[0] if (tmp_path / name).is_file()]
        assert found[0] == found[1], pattern
    assert [p.name for p in sorted(bucket.rglob("*.gz"))] == [p.name for p in sorted(folder.rglob("*.gz"))]
    for root in (folder, bucket):
        path = root / "day=1" / "a.warc.gz"
        assert (path.name, path.stem, path.parent.name) == ("a.warc.gz", "a.warc", "day=1")
        assert path.exists()
        assert not (root / "day=1" / "x").exists()
        with path.open("rb") as file:
            assert file.read(5) == b"day=1"
            file.seek(-2, os.SEEK_END)
            assert file.read() == b"gz"
            assert file.tell() == path.stat().st_size
        path.unlink()
        with pytest.raises(FileNotFoundError, match=r"a\.warc\.gz"):
            path.open("rb")


def test_programs_that_read_files_get_files(storage: Storage, tmp_path: Path) -> None:
    bucket = written(storage.bucket)
    parts = [bucket / name for name in NAMES]
    with on_disk(parts, tmp_path) as files:
        assert [file.read_bytes()[: len(name)].decode() for file, name in zip(files, NAMES, strict=True)] == NAMES
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("action", ["fail", "stall", "drop"])
def test_what_fails_for_a_moment_is_tried_again(storage: Storage, tmp_path: Path, action: str) -> None:
    large = tmp_path / "large"
    large.write_bytes(os.urandom(6 * 2**20))  # beyond what is put in one piece
    path = storage.bucket / "day=1" / "large"
    for method in ("PUT", "POST", "GET"):
        storage.goes_wrong(method, "day", action, times=2 if action == "fail" else 1)  # type: ignore[arg-type]
    path.put(large)
    with path.open("rb") as file:
        assert file.read() == large.read_bytes()
    assert [each.name for each in storage.bucket.glob("day=1/*")] == ["large"]
    assert not any(fault.times for fault in storage.faults), "nothing went wrong"


@pytest.mark.usefixtures("impatient")
def test_what_goes_on_failing_says_where_and_what_to_do(storage: Storage, tmp_path: Path) -> None:
    path = storage.bucket / "archive" / "x"
    with replacing(path) as temporary:
        temporary.write_text("old")
    storage.goes_wrong("PUT", "archive", "fail", times=3)
    with (
        pytest.raises(StorageError, match=rf"{path}: .*AWS_ENDPOINT_URL.*what was written stays"),
        replacing(path) as new,
    ):
        new.write_text("new")
    assert storage.asked("PUT", "archive/x") == 4, "the first, one that failed, and the two repetitions"
    with path.open("rb") as file:
        assert file.read() == b"old"
    storage.goes_wrong("GET", "list-type", "deny")
    with pytest.raises(StorageError, match=rf"{storage.bucket.bucket}.*AWS_ACCESS_KEY_ID.*AccessDenied"):
        list(storage.bucket.glob("archive/*"))
    with pytest.raises(StorageError, match="no bucket nowhere; create it, or correct YANYANA_ARCHIVE"):
        list(ObjectPath("nowhere", "x").glob("day=*"))


def test_a_segment_that_is_rewritten_is_not_changed_by_two(storage: Storage) -> None:
    path = storage.bucket / "day=1" / "s.warc.gz"
    with replacing(path) as temporary:
        temporary.write_text("1")
    with rewriting(path) as (file, temporary):
        assert file.read() == b"1"
    with rewriting(path) as (file, temporary):
        temporary.write_bytes(file.read() + b"2")
    [listed] = storage.bucket.glob("day=1/*")

    def rewrite_what_another_rewrites() -> None:
        with rewriting(listed) as (_, temporary):
            temporary.write_text("mine")
            with replacing(path) as other:
                other.write_text("another's")

    with pytest.raises(StorageError, match="changed by another process"):
        rewrite_what_another_rewrites()
    with path.open("rb") as file:
        assert file.read() == b"another's"


def test_a_lake_in_a_bucket_is_one_in_a_folder(storage: Storage, tmp_path: Path) -> None:
    for root in (tmp_path, storage.bucket / "lake"):
        lake = Lake(root)
        assert networks(lake) == []
        lake.write_segment(shares("x"), part="s", day=DAY, made_by="v1")
        before = lake.parts(SHARES)
        storage.goes_wrong("GET", "shares", "fail", times=2)
        assert (networks(lake), lake.days(SHARES), lake.made_by(SHARES, part="s", day=DAY)) == (["x"], [DAY], "v1")
        lake.write_segment(shares("y"), part="s", day=DAY, made_by="v2")
        assert (networks(lake), lake.made_by(SHARES, part="s", day=DAY)) == (["y"], "v2")
        assert all(path.exists() for path in before), "whoever was told of them reads on"
        assert lake.sweep() == 0
        assert lake.sweep(stale_after=-5) == len(EXTRACTED) + 1, "with the manifest"
        assert not any(path.exists() for path in before)
        assert networks(lake) == ["y"]
        lake.write(SHARES, shares("z")["shares"], part="s", day=DAY, made_by="v2")
        assert (networks(lake), len(lake.parts(SHARES))) == (["z"], 1)
        assert {part_of(path) for path in lake.parts(SHARES)} == {("s", DAY)}


def test_parts_from_before_there_were_manifests_count_until_they_are_replaced(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.write(SHARES, shares("old")["shares"], part="s", day=DAY, made_by="v1")
    assert networks(lake) == ["old"]
    lake.write_segment(shares("new"), part="s", day=DAY, made_by="v2")
    assert networks(lake) == ["new"]
    assert lake.sweep(stale_after=-5) == 1
    assert networks(lake) == ["new"]


_WRITE = """
import sys
from datetime import date
from pipelines.lake.parts import Lake
from pipelines.lake.store import place
from tests.lake.test_store import shares
Lake(place(sys.argv[1])).write_segment(shares(sys.argv[2]), part="s", day=date(2026, 3, 1), made_by=sys.argv[2])
"""


def killed_before_its_manifest(storage: Storage, lake: Lake, version: str) -> None:
    held = storage.goes_wrong("PUT", "manifests", "hold")
    process = subprocess.Popen(
        [sys.executable, "-c", _WRITE, str(lake.root), version], cwd=ROOT, env=environment_of(storage)
    )
    assert held.met.wait(120)
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_a_crash_between_part_and_manifest_shows_nothing_and_the_next_run_repairs_it(storage: Storage) -> None:
    lake = Lake(storage.bucket / "lake")
    killed_before_its_manifest(storage, lake, "v1")
    assert list(lake.root.rglob("*.parquet")), "parts were written"
    assert all(lake.parts(table) == [] for table in EXTRACTED)
    assert lake.made_by(SHARES, part="s", day=DAY) is None
    lake.write_segment(shares("v1"), part="s", day=DAY, made_by="v1")
    assert networks(lake) == ["v1"]
    killed_before_its_manifest(storage, lake, "v2")
    assert networks(lake) == ["v1"], "what the version before read is read on, and nothing of the new one"
    assert all(len(lake.parts(table)) == 1 for table in EXTRACTED)
    assert lake.sweep(stale_after=-5) == len(EXTRACTED)
    assert networks(lake) == ["v1"]
    lake.write_segment(shares("v2"), part="s", day=DAY, made_by="v2")
    assert networks(lake) == ["v2"]


def test_settings_say_what_is_wrong_with_a_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("YANYANA_DATA", str(tmp_path))
    assert (load().archive, load().lake, load().staging) == (
        tmp_path / "archive",
        tmp_path / "lake",
        tmp_path / "archive",
    )
    for name in ("AWS_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("YANYANA_ARCHIVE", "s3://news/archive")
    with pytest.raises(SettingsError, match=r"YANYANA_ARCHIVE: .*AWS_REGION"):
        load()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "storage:9000")
    with pytest.raises(SettingsError, match=r"YANYANA_ARCHIVE: .*AWS_ENDPOINT_URL is 'storage:9000'"):
        load()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9000")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "half")
    with pytest.raises(SettingsError, match="AWS_SECRET_ACCESS_KEY"):
        load()
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "and half")
    assert load().archive == ObjectPath("news", "archive") == place("s3://news/archive/")
    assert load().staging == tmp_path / "staging"
    monkeypatch.setenv("YANYANA_LAKE", "gs://news/lake")
    with pytest.raises(SettingsError, match=r"YANYANA_LAKE: .*neither a folder nor s3://"):
        load()
