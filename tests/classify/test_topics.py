"""Topics from sections, addresses and words; hard or soft."""

from pathlib import Path

import pytest

from pipelines.classify import topics
from pipelines.classify.topics import TOPICS, Topic, TopicError
from pipelines.classify.words import in_words

KNOWN = topics.sections({})


def section(text: str) -> str | None:
    topic = topics.from_section(text, KNOWN)
    return topic and topic.slug


def url(address: str) -> str | None:
    topic = topics.from_url(address, KNOWN)
    return topic and topic.slug


def test_every_topic_has_a_hardness() -> None:
    assert set(topics.hardness()) == set(TOPICS)


def test_every_table_names_topics_only_and_a_section_word_stands_once() -> None:
    table = topics._table("sections.toml")["topics"]
    assert set(table) == set(TOPICS)
    of_key: dict[str, set[str]] = {}
    for slug, words in table.items():
        for word in words:
            of_key.setdefault(topics.section_key(word), set()).add(slug)
    assert {key: slugs for key, slugs in of_key.items() if len(slugs) > 1} == {}
    for language in ("tr", "en", "de", "es", "fr"):
        assert set(topics._table("topic_words.toml")[language]) == set(TOPICS)
        assert topics._topic_words(language)["phrase"].is_unique().all()


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("EKONOMİ", "economy-business-finance"),
        ("Kültür-Sanat", "arts-culture-entertainment-media"),
        ("kultur sanat", "arts-culture-entertainment-media"),
        ("Sağlık", "health"),
        ("Politik", "politics-government"),
        ("Économie", "economy-business-finance"),
        ("Deportes", "sport"),
        ("Esteri", None),
        ("Gündem", None),
        ("World", None),
    ],
)
def test_section_words_of_many_languages(text: str, slug: str | None) -> None:
    assert section(text) == slug


def test_the_last_telling_part_of_a_breadcrumb_counts() -> None:
    found = topics.from_section("Ana Sayfa › Ekonomi › Spor", KNOWN)
    assert found is not None
    assert (found.slug, found.source) == ("sport", "breadcrumb")
    assert section("Ana Sayfa > Gündem") is None


@pytest.mark.parametrize(
    ("address", "slug"),
    [
        ("https://haber.example/ekonomi/yeni-kopru-acildi-123-haberi/", "economy-business-finance"),
        ("https://haber.example/haber/sa%C4%9Fl%C4%B1k/yeni-asi", "health"),
        ("https://paper.example/news/world/sport/a-story?section=politics#weather", "sport"),
        ("https://spor.haber.example/yeni-transfer-1", "sport"),
        ("https://sport.example/a-story", None),
        ("https://haber.example/spor-salonu-acildi", None),
        ("https://haber.example", None),
        ("/ekonomi/", None),
        ("not an address", None),
        ("", None),
    ],
)
def test_addresses_tell_by_segment_or_subdomain(address: str, slug: str | None) -> None:
    assert url(address) == slug


def test_a_sites_own_words_come_first_even_when_long() -> None:
    own = topics.sections(
        {
            "Yaşam": "human-interest",
            "Spor": "lifestyle-leisure",
            "Büyükşehirden Bütün Haberler Köşesi Arşivi": "society",
        }
    )
    assert topics.from_section("YAŞAM", own) == Topic("human-interest", KNOWN.probability["section"], "section")
    in_slug = topics.from_url("https://a.example/buyuksehirden-butun-haberler-kosesi-arsivi/x-1", own)
    assert in_slug is not None
    assert in_slug.slug == "society"
    overridden = topics.from_url("https://a.example/spor/x-1", own)
    assert overridden is not None
    assert overridden.slug == "lifestyle-leisure"
    with pytest.raises(TopicError, match=r"'Spor'.*'sports'.*sport, weather"):
        topics.sections({"Spor": "sports"})


def test_headline_words_tell_a_topic_only_when_one_leads() -> None:
    words = in_words(["Merkez bankası faiz kararını açıkladı", "Mahkeme maçı erteletti", "Mavi kapı"], "tr")
    told = topics.from_words(words, "tr")
    assert {row: topic.slug for row, topic in told.items()} == {0: "economy-business-finance"}
    assert told[0].source == "rules"
    assert (
        topics.from_words(in_words(["Central bank raises interest rates"], "en"), "en")[0].slug
        == "economy-business-finance"
    )
    assert topics.from_words(words, None) == topics.from_words(words, "de") == {}


def test_a_longer_lead_is_a_surer_topic() -> None:
    words = in_words(["Galatasaray kazandı", "Galatasaray derbi maçında kazandı"], "tr")
    told = topics.from_words(words, "tr")
    assert told[0].probability < told[1].probability < 1


def test_hard_is_the_tables_value_weighted_by_the_topics_probability() -> None:
    table = dict.fromkeys(TOPICS, 0.0) | {"sport": 1.0, "health": 0.5}
    assert topics.hard(Topic("sport", 0.8, "section"), table) == pytest.approx(0.8 + 0.2 * 0.5 / 16)
    assert topics.hard(Topic("labour", 1.0, "section"), table) == 0


def test_the_shipped_table_sets_politics_apart_from_sport() -> None:
    table = topics.hardness()
    assert min(table[slug] for slug in ("politics-government", "conflict-war-peace", "economy-business-finance")) > 0.8
    assert max(table[slug] for slug in ("sport", "human-interest", "lifestyle-leisure")) < 0.2


def test_an_analysts_table_is_read_and_mistakes_are_named(tmp_path: Path) -> None:
    def write(values: dict) -> None:
        lines = [f'"{slug}" = {value}' for slug, value in values.items()]
        (tmp_path / "own.toml").write_text("\n".join(["[hardness]", *lines]), "utf-8")

    good = dict.fromkeys(TOPICS, 0.25)
    write(good)
    assert topics.read_hardness(tmp_path / "own.toml") == good
    for values, message in (
        (good | {"sports": 1}, "'sports'"),
        (good | {"sport": 2}, "sport the hardness 2"),
        (good | {"sport": "true"}, "sport the hardness True"),
        ({slug: 0.5 for slug in TOPICS if slug != "labour"}, "no hardness for labour"),
    ):
        write(values)
        with pytest.raises(TopicError, match=message) as caught:
            topics.read_hardness(tmp_path / "own.toml")
        assert "own.toml" in str(caught.value)
    (tmp_path / "own.toml").write_text("hard = ", "utf-8")
    with pytest.raises(TopicError, match="TOML"):
        topics.read_hardness(tmp_path / "own.toml")
    (tmp_path / "own.toml").write_text("hard = 1", "utf-8")
    with pytest.raises(TopicError, match=r"no \[hardness\] table"):
        topics.read_hardness(tmp_path / "own.toml")
    with pytest.raises(TopicError, match="absent"):
        topics.read_hardness(tmp_path / "absent.toml")


def story(title: str, text: str, language: str, told: Topic | None = None) -> Topic | None:
    titles, texts = (in_words([each], language) for each in (title, f"{title} {text}"))
    return topics.from_story(titles, texts, language, [told])[0]


def test_a_storys_words_tell_what_its_headline_leaves_open() -> None:
    text = "Merkez bankası faiz kararını açıkladı, enflasyon ve dolar piyasaları etkiledi."
    told = story("Beklenen karar geldi", text, "tr")
    assert told is not None
    assert (told.slug, told.source) == ("economy-business-finance", "text")
    assert story("Beklenen gün geldi", "Herkes bekliyordu.", "tr") is None
    assert story("Beklenen gün geldi", "Dolar ve hakem konuşuldu.", "tr") is None


def test_a_section_decides_where_words_are_few_and_yields_where_they_are_many() -> None:
    told = Topic("society", 0.88, "section")
    assert story("Beklenen gün geldi", "Göçmen herkes dolar bekliyordu.", "tr", told) == ("society", 0.96, "section")
    many = story("Merkez bankası faizi artırdı", "Enflasyon, dolar, borsa ve piyasalar: banka anlattı.", "tr", told)
    assert many is not None
    assert (many.slug, many.source) == ("economy-business-finance", "text")


def test_a_story_in_a_language_without_words_keeps_what_its_page_told() -> None:
    told = Topic("society", 0.88, "section")
    assert story("Blå dør", "Politiet kom.", "da", told) == told
    assert story("Blå dør", "Politiet kom.", "da") is None
