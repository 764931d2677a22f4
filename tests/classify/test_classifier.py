"""The way into the room: order, nulls, sources, and what the CLI prints."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.classify import TOPICS, ClassifyError, TopicError, classifier, classify, describe, model_version


def test_labels_come_in_the_order_of_the_headlines() -> None:
    headlines = ["Why this matters", "İşte yeni karar", "Pourquoi ?", "Why this matters"]
    labels = classify(headlines, ["en", "tr", "fr", "en"])
    assert [label.headline for label in labels] == headlines
    assert [label.language for label in labels] == ["en", "tr", "fr", "en"]
    assert labels[0] == labels[3]
    assert labels == [
        classify([headline], label.language)[0] for headline, label in zip(headlines, labels, strict=True)
    ]


@settings(deadline=None)  # the first example unpacks weights and tables
@given(
    st.lists(
        st.tuples(
            st.text(), st.sampled_from([None, "tr", "en", "de", "tr-TR"]), st.text() | st.none(), st.text() | st.none()
        )
    )
)
def test_any_text_gets_probabilities_or_nulls(rows: list[tuple[str, str | None, str | None, str | None]]) -> None:
    headlines, languages, urls, sections = (list(column) for column in zip(*rows, strict=True)) if rows else ([],) * 4
    for label in classify(headlines, languages, urls=urls, sections=sections, explain=True):
        assert (label.clickbait is None) == (label.sensational is None)
        assert all(value is None or 0 <= value <= 1 for value in (label.clickbait, label.sensational, label.hard))
        assert label.topic is None or label.topic in TOPICS
        assert (
            len({value is None for value in (label.topic, label.topic_probability, label.topic_source, label.hard)})
            == 1
        )


def test_section_comes_before_address_and_address_before_the_weights() -> None:
    headline = "Galatasaray derbi maçını kazandı"
    address = "https://haber.example/ekonomi/galatasaray-1"
    told = [
        classify([headline], "tr", urls=[url], sections=[section])[0]
        for url, section in ((address, "Magazin"), (address, "Gündem"), (None, None))
    ]
    assert [(label.topic, label.topic_source) for label in told] == [
        ("human-interest", "section"),
        ("economy-business-finance", "url"),
        ("sport", "model"),
    ]


def test_a_storys_text_tells_of_its_topic_only() -> None:
    text = "Merkez bankası faiz kararını açıkladı; enflasyon, dolar ve borsa etkilendi."
    bare, whole = (classify(["Beklenen karar geldi"], "tr", texts=[told])[0] for told in (None, text))
    assert (whole.topic, whole.topic_source) == ("economy-business-finance", "text")
    assert (whole.clickbait, whole.sensational) == (bare.clickbait, bare.sensational)


def test_a_site_and_an_analyst_have_the_last_word() -> None:
    own = classify(["Mavi kapı"], "tr", sections=["Gündem"], section_topics={"gundem": "politics-government"})[0]
    assert own.topic == "politics-government"
    soft = classify(["Mavi kapı"], "tr", sections=["Siyaset"], hardness=dict.fromkeys(TOPICS, 0.0))[0]
    assert soft.hard == 0
    with pytest.raises(TopicError, match="labour"):
        classify(["Mavi kapı"], hardness={slug: 0.0 for slug in TOPICS if slug != "labour"})


def test_unknown_is_null_and_never_a_guess() -> None:
    label = classify(["Blå dør"], "da")[0]
    assert (label.topic, label.topic_probability, label.topic_source, label.hard) == (None, None, None, None)
    silent = classify(["?!…"], "tr")[0]
    assert (silent.clickbait, silent.sensational, silent.topic, silent.hard) == (None, None, None, None)


def test_a_language_nobody_read_is_marked_experimental() -> None:
    turkish, danish = classify(["Kim kazandı?", "Hvem vandt?"], ["tr", "da"])
    assert turkish.calibrated_on > 100
    assert turkish.model_version == model_version()
    assert danish.calibrated_on == 0
    assert danish.model_version == f"{model_version()}-experimental"


def test_language_is_stated_or_guessed() -> None:
    assert [label.language for label in classify(["Köprü için yeni ihale", "Mavi"], None)] == ["tr", None]
    assert classify(["Köprü için yeni ihale"], "tr_TR")[0] == classify(["Köprü için yeni ihale"], "tr")[0]


def test_the_object_the_cli_prints() -> None:
    label = classify(["İşte o köprü!"], "tr", sections=["Ekonomi"], explain=True)[0]
    printed = json.loads(json.dumps(describe(label)))
    names = "headline language clickbait sensational topic topic_probability topic_source hard model_version"
    assert list(printed) == names.split()
    explained = describe(label, explain=True)
    assert list(explained) == [*printed, "cues"]
    assert explained["cues"][0].startswith("işte: ")
    assert classify(["İşte o köprü!"], "tr")[0].cues == ()


def test_sequences_of_another_length_are_refused() -> None:
    with pytest.raises(ClassifyError, match="urls has 1 entries for 2 headlines"):
        classify(["a", "b"], urls=["https://a.example/"])
    with pytest.raises(ClassifyError, match="language has 3"):
        classify(["a", "b"], ["tr", "tr", "tr"])
    with pytest.raises(ClassifyError, match="sections has 0"):
        classify(["a", "b"], sections=[])


def test_hard_of_the_weights_is_their_whole_distribution_weighted() -> None:
    headlines = ["Meclis bütçeyi görüştü", "Mavi kapı"]
    for slug in ("politics-government", "sport"):
        only = dict.fromkeys(TOPICS, 0.0) | {slug: 1.0}
        for label in classify(headlines, "tr", hardness=only):
            assert label.hard is not None
            assert label.topic_probability is not None
            if label.topic == slug:
                assert label.hard == pytest.approx(label.topic_probability)
            else:
                assert label.hard <= label.topic_probability
    everything = classify(headlines, "tr", hardness=dict.fromkeys(TOPICS, 1.0))
    assert [label.hard for label in everything] == pytest.approx([1, 1])


def test_the_version_tells_of_tables_and_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = model_version()
    other = tmp_path / "linear.npz"
    other.write_bytes(classifier.WEIGHTS.read_bytes() + b"0")
    monkeypatch.setattr(classifier, "WEIGHTS", other)
    model_version.cache_clear()
    assert model_version() != before
    model_version.cache_clear()
