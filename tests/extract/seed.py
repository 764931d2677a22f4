"""The seed page: a Turkish portal's story in the two generations of its markup, with stories written for these tests.

The same story, cards and boxes stand in both; only the markup around them differs.
"""

import re
from html import escape
from typing import Literal, NamedTuple

URL = "https://www.haberler.com/guncel/marmara-da-yeni-feribot-hatti-icin-imzalar-atildi-haberi-15012345-haberi/"
TITLE = "Marmara'da yeni feribot hattı için imzalar atıldı"
LEAD = "İki liman arasındaki yolculuğu kırk dakikaya indirecek feribot hattının ilk seferi ilkbaharda yapılacak."
PARAGRAPHS = (
    "BRÜKSEL, 3 Aralık (Xinhua) -- Marmara Denizi'nin iki yakasını bağlayacak yeni feribot hattının anlaşması, liman"
    " işletmelerinin temsilcilerinin katıldığı törenle imzalandı.",
    "Törende konuşan proje müdürü, hattın günde on iki sefer yapacağını ve her seferde dört yüz yolcu taşıyacağını"
    " söyledi. Biletlerin fiyatı ocak ayında açıklanacak.",
    "Balıkçılar ise yeni iskelenin avlanma alanlarını daraltacağından endişe ediyor. Belediye, bilirkişi raporunun"
    " şubat ayında yayımlanacağını duyurdu.",
)


class Card(NamedTuple):
    full: str
    sharpened: str


CARDS = (
    Card("İskele kazısında iki bin yıllık amforalar bulundu", "Kazıda şaşırtan buluntu!"),
    Card("Kış lastiği takmayan sürücülere uygulanacak ceza belli oldu", "Sürücüler dikkat: ceza cep yakacak"),
    Card("Ünlü oyuncu köyünde yapılan sade bir törenle evlendi", "Gizli düğünden ilk kareler"),
    Card("Çiğ süt fiyatına yılın üçüncü artışı geldi", "Süte bir zam daha"),
    Card("Lodos nedeniyle deniz seferlerinin tamamı iptal edildi", "İDO seferlerine lodos engeli"),
    Card("Kayıp kedi Pamuk sekiz ay sonra evinin yolunu buldu", "Pamuk'un inanılmaz dönüşü"),
    Card("Maden ocağında mahsur kalan dört işçi kurtarıldı", "Madenden mucize haber"),
    Card("Emekli ikramiyesi için Meclis'e yeni teklif sunuldu", "Emekliye müjde mi geliyor?"),
    Card("Okullarda aynı anda deprem tatbikatı yapıldı", "Ziller bu kez tatbikat için çaldı"),
    Card("Yoğun siste on araç birbirine girdi", "Otoyolda can pazarı"),
    Card("Genç kaleci sezon sonuna kadar kiralık gönderildi", "Transferde flaş gelişme"),
    Card("ISPARTA'da gül hasadı bu yıl erken başladı", "Isparta'da erken hasat"),
)
# Thirteen slots: the story of the fourth card stands in the list a second time.
SLOTS = (*CARDS[:9], CARDS[3], *CARDS[9:])
UPDATED = "2023-12-03T14:02:00+03:00"
LIMIT_TEXT = "500 karakter"
DISCLAIMER = (
    "Yorumlar, yorumu yazan kişilerin görüşleridir; yazılanlardan site sorumlu tutulamaz. Hakaret içeren yorumlar"
    " yayınlanmaz."
)


def address(card: Card) -> str:
    """A card's target: such a site makes the slug from the full headline."""
    ascii_letters = card.full.translate(str.maketrans("çğıöşüİÇĞÖŞÜ'", "cgiosuiCGOSU ")).lower()
    slug = "-".join(re.findall(r"[a-z0-9]+", ascii_letters))
    return f"https://www.haberler.com/guncel/{slug}-{15000000 + CARDS.index(card)}-haberi/"


def seed_page(generation: Literal["older", "newer"]) -> str:
    """The seed page as HTML, in the older markup or in the newer one."""
    return _older() if generation == "older" else _newer()


def _document(body: str) -> str:
    return f"""<!DOCTYPE html>
<html lang="tr">
<head>
<meta charset="utf-8">
<title>{escape(TITLE)} - Haberler</title>
<meta property="og:title" content="{escape(TITLE)}">
<meta property="og:type" content="article">
<meta property="og:description" content="{escape(LEAD)}">
<link rel="canonical" href="{URL}">
</head>
<body>
<div id="bildirim" class="notification-prompt"><p>Son dakika gelişmelerini kaçırmamak için bildirimlere izin verin.</p>
<button>Daha Sonra</button><button>İzin Ver</button></div>
<nav><ul><li><a href="/">Ana Sayfa</a></li><li><a href="/guncel/">Güncel</a></li><li><a href="/spor/">Spor</a></li>
<li><a href="/magazin/">Magazin</a></li></ul></nav>
{body}
<footer><a href="/kunye/">Künye</a> <a href="/iletisim/">İletişim</a> <p>Her hakkı saklıdır.</p></footer>
</body>
</html>
"""


def _shares() -> str:
    return f"""<div class="share-row">
<a id="share-facebook" href="https://www.facebook.com/sharer/sharer.php?u={URL}" title="Facebook'ta paylaş"></a>
<a id="share-twitter" href="https://twitter.com/intent/tweet?url={URL}" title="X'te paylaş"></a>
<a id="share-whatsapp" href="https://api.whatsapp.com/send?text={URL}" title="WhatsApp'ta paylaş"></a>
<a id="share-google-news" href="https://news.google.com/publications/example?hl=tr" title="Google News'te abone ol"></a>
</div>"""


def _paragraphs() -> str:
    first, second, third = (f"<p>{escape(text)}</p>" for text in PARAGRAPHS)
    return f"""{first}
<div id="inpage_reklam"><p>Reklam alanı: bu kutunun içindeki uzun cümle haberin metnine ait değildir.</p></div>
{second}
<div id="detay_native_desktop"><a href="https://reklam.example.com/kampanya">Bu kampanya kaçmaz</a></div>
{third}"""


def _comment_box() -> str:
    return f"""<form id="yorumForm" action="/yorum-ekle/" method="post">
<textarea name="yorum" maxlength="500" placeholder="Yorumunuzu yazın ({LIMIT_TEXT})"></textarea>
<button type="submit">Gönder</button>
<p class="disclaimer">{DISCLAIMER}</p>
</form>"""


def _older() -> str:
    cards = "\n".join(
        f'<li><a href="{address(card)}" title="{escape(card.full)}">'
        f'<img src="/r/{n}.jpg" alt="{escape(card.full)}"><span>{escape(card.sharpened)}</span></a></li>'
        for n, card in enumerate(SLOTS)
    )
    return _document(f"""<div id="sayfa">
<header class="hbptHead"><h2 class="hbptHead_h2"><a href="/guncel/">Güncel</a></h2><h1>{escape(TITLE)}</h1>
<div class="hbptDate">Güncelleme: 03.12.2023 14:02</div></header>
{_shares()}
<p class="haber_spotu">{escape(LEAD)}</p>
<div id="icerikAlani"><div class="hbptMain hbptContent haber_metni">
{_paragraphs()}
<div class="hbContainer"><p>Bu kutuda bültenimize abone olmanız için yazılmış uzunca bir çağrı metni duruyor.</p></div>
</div></div>
<div class="editorSade">Kaynak: Xinhua / Güncel</div>
<div class="hbptTagDate"><a href="/feribot/" title="Feribot">Feribot</a>
<a href="/marmara/" title="Marmara">Marmara</a></div>
<div id="yorumAlan"><h3>Yorumlar</h3>{_comment_box()}</div>
<div class="hbRelated"><h3>İlgili Haberler</h3><ul>
{cards}
</ul></div>
</div>""")


def _newer() -> str:
    cards = "\n".join(
        f'<div class="new3card"><a href="{address(card)}" title="{escape(card.full)}">'
        f'<img data-src="/r/{n}.webp" alt="{escape(card.full)}">'
        f'<div class="new3card-body"><h3>{escape(card.sharpened)}</h3></div></a></div>'
        for n, card in enumerate(SLOTS)
    )
    return _document(f"""<main>
<div class="breadcrumb"><a href="/">Haberler</a> <a href="/guncel/">Güncel</a> <span>{escape(TITLE)}</span></div>
<h1 id="title">{escape(TITLE)}</h1>
<div class="date-row"><time datetime="">Güncelleme: 03.12.2023 14:02</time></div>
{_shares()}
<h2 class="spot">{escape(LEAD)}</h2>
<div class="news-icerik">
{_paragraphs()}
<div class="orderFlex"><p>Bu kutuda bültenimize abone olmanız için yazılmış uzunca bir çağrı metni duruyor.</p></div>
<div class="editorSade">Kaynak: Xinhua / Güncel</div>
</div>
<div class="news-tags"><a href="/feribot/">Feribot</a> <a href="/marmara/">Marmara</a></div>
<div id="yorum_blok"><h3>Yorumlar</h3>{_comment_box()}</div>
<section class="new3news-related"><h2>İlgili Haberler</h2>
{cards}
</section>
</main>""")
