"""Keys tell commenters of one site apart, and nothing else."""

import hmac
from hashlib import sha256

from pipelines.comments.pseudonym import author_key
from pipelines.lake.comment import identity


def test_the_account_comes_before_the_name() -> None:
    account = identity("isso", account="5", name="Ada")
    name = identity("isso", account=None, name="Ada")
    assert account is not None
    assert name is not None
    assert (account.source, name.source) == ("id", "name")
    assert account.text != name.text


def test_who_gives_neither_is_nobody() -> None:
    assert identity("isso", account=None, name=None) is None
    assert identity("isso", account="", name=" \u00ad ") is None


def test_one_name_in_two_spellings_of_unicode_is_one_writer() -> None:
    assert identity("isso", account=None, name="Gu\u0308l") == identity("isso", account=None, name=" G\u00fcl")


def test_a_name_that_is_no_text_is_no_end_of_a_thread() -> None:
    who = identity("isso", account=None, name="Ada\ud800")
    assert who is not None
    assert author_key(b"s", "news", who.text)


def test_site_platform_and_kind_each_make_another_writer() -> None:
    keys = set()
    for site in ("a", "b"):
        for platform in ("isso", "ghost"):
            for who in (identity(platform, account="5", name=None), identity(platform, account=None, name="5")):
                assert who is not None
                keys.add(author_key(b"s", site, who.text))
    assert len(keys) == 8


def test_the_key_is_hmac_sha256() -> None:
    assert author_key(b"s", "a", "b") == hmac.new(b"s", b"a\x1fb", sha256).hexdigest()
