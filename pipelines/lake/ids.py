"""Identifiers: 128-bit BLAKE2b hashes in lower-case hex, and the canonical form of an address that they rest on."""

import re
from functools import lru_cache
from hashlib import blake2b

from w3lib.url import canonicalize_url

_TRACKING = re.compile(
    r"^(utm_|at_|mc_|pk_|piwik_|matomo_|hsa_|ga_|__twitter|fb_|wt\.|wt_|xtor|ref$|ref_|referrer$|fbclid$|gclid$|dclid$"
    r"|msclkid$|yclid$|igshid$|icid$|cmpid$|ncid$|ocid$|smid$|source$|src$|s_cid$|spm$|feature$|share$|amp$|outputtype$)",
    re.IGNORECASE,
)
_AMP_PATH = re.compile(r"(/amp/?|\.amp)$")


def digest(*parts: object) -> str:
    """The identifier of a tuple of parts: 32 hex digits; parts are told apart, so ("ab", "c") is not ("a", "bc")."""
    return blake2b("\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


@lru_cache(maxsize=65536)
def canonical_url(url: str) -> str:
    """An address as the one name of a story.

    Fragment, tracking parameters, `www.` and mobile host prefixes, AMP suffix and end slash go; the scheme becomes
    https, since sites answer both with one story. Never fetched, only compared and hashed.
    Returns the address stripped of white space when it cannot be parsed.
    """
    try:
        url = canonicalize_url(url.strip(), keep_blank_values=True)
        scheme, rest = url.split("://", 1)
    except ValueError:
        return url.strip()
    if scheme not in ("http", "https"):
        return url
    address, _, query = rest.partition("?")
    host, slash, path = address.partition("/")
    host = re.sub(r"^(www\d?|m|mobil|mobile|amp)\.(?=[^.]+\.)", "", host)
    host = host.removesuffix(":443" if scheme == "https" else ":80")
    path = _AMP_PATH.sub("", slash + path).rstrip("/")
    kept = "&".join(part for part in query.split("&") if part and not _TRACKING.match(part.partition("=")[0]))
    return f"https://{host}{path}" + (f"?{kept}" if kept else "")


def article_id(url: str) -> str:
    """The identifier of the story at an address: the digest of its canonical form."""
    return digest("article", canonical_url(url))


def key_id(secret: bytes) -> str:
    """A name for a secret that does not give it away: 8 hex digits."""
    return blake2b(secret, digest_size=4, person=b"yanyana-key-id").hexdigest()
