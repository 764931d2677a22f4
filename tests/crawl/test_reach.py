import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.crawl.reach import is_public, written_out


@pytest.mark.parametrize(
    "address",
    [
        # This host, loopback, private, shared (CGNAT), link-local, protocol assignments, documentation, benchmarks.
        *("0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.0.9", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
        *("100.64.0.1", "100.127.255.254", "169.254.169.254", "192.0.0.8", "192.0.2.1", "198.51.100.7", "203.0.113.9"),
        *("198.18.0.1", "198.19.255.1", "192.88.99.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
        # The same in IPv6, and IPv4 in its disguises: mapped, compatible, NAT64, 6to4, Teredo.
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1", "100::1"),
        *("2001:db8::1", "3fff::1", "2001::1", "5f00::1", "64:ff9b:1::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1", "64:ff9b::127.0.0.1"),
        *("64:ff9b::c0a8:0101", "2002:7f00:1::1", "2002:c0a8:101::", "2001:0:4136:e378::1"),
        # No address at all.
        *("", "paper.test", "127.1", "2130706433", "0x7f000001", "0177.0.0.1"),
    ],
)
def test_what_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *(
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "223.255.0.1",
        ),
        *("2606:4700::1111", "2a00:1450::1", "2400:cb00::1", "::ffff:8.8.8.8", "64:ff9b::808:808"),
    ],
)
def test_what_is_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses())
def test_nothing_that_the_standard_library_calls_special_is_public(address: object) -> None:
    """A second account: `ipaddress` knows fewer of the special ranges, and IPv4 in disguise not at all."""
    special = ("is_loopback", "is_private", "is_link_local", "is_multicast", "is_unspecified", "is_reserved")
    disguised = str(address).startswith(("::ffff:", "64:ff9b::"))
    if not disguised and any(getattr(address, name) for name in special):
        assert not is_public(str(address))


def test_only_hosts_that_no_name_server_decides_are_excepted() -> None:
    seeds = [
        "http://127.0.0.1:8001/a",
        "https://localhost/",
        "http://[::1]/",
        "http://10.0.0.5:80/",
        "http://paper.test",
    ]
    assert written_out(seeds) == {("127.0.0.1", 8001), ("localhost", 443), ("::1", 80), ("10.0.0.5", 80)}
