-- How a headline changes on its way to the reader's click: the fuller wording against the one the teaser shows.
-- `card`: full headline and displayed text of one teaser. `article`: the title above the story and the teaser's text.
-- Words are compared as written, because no lower() in SQL folds the Turkish I as the keys do.
CREATE VIEW marts.sharpened_headlines AS
WITH teasers AS (
    SELECT
        items.site, items.target_id, items.headline_id, items.display_id,
        coalesce(items.display_id, items.headline_id) AS shown_id,
        items.capture_id, captures.captured_at
    FROM core.items
    JOIN core.captures ON captures.capture_id = items.capture_id
),
titles AS (
    SELECT DISTINCT site, article_id, headline_id FROM core.articles
),
pairs AS (
    SELECT
        site, target_id, 'card' AS compared, headline_id AS full_id, display_id AS shown_id, capture_id, captured_at
    FROM teasers
    UNION ALL
    SELECT
        teasers.site, teasers.target_id, 'article', titles.headline_id, teasers.shown_id,
        teasers.capture_id, teasers.captured_at
    FROM teasers
    JOIN titles ON titles.site = teasers.site AND titles.article_id = teasers.target_id
),
counted AS (
    SELECT
        site, target_id, compared, full_id, shown_id,
        count(DISTINCT capture_id) AS captures, min(captured_at) AS first_seen, max(captured_at) AS last_seen
    FROM pairs
    WHERE full_id <> shown_id
    GROUP BY ALL
),
worded AS (
    SELECT
        counted.*, plain.headline AS full_headline, sharp.headline AS shown_headline,
        plain.clickbait AS full_clickbait, sharp.clickbait AS shown_clickbait,
        regexp_extract_all(plain.headline, '[\p{L}\p{N}''’]+') AS full_words,
        regexp_extract_all(sharp.headline, '[\p{L}\p{N}''’]+') AS shown_words
    FROM counted
    JOIN core.headlines AS plain ON plain.headline_id = counted.full_id
    JOIN core.headlines AS sharp ON sharp.headline_id = counted.shown_id
)
SELECT
    site, target_id, compared, full_headline, shown_headline, full_clickbait, shown_clickbait,
    shown_clickbait - full_clickbait AS sharpening,
    list_filter(full_words, lambda word: NOT list_contains(shown_words, word)) AS words_dropped,
    list_filter(shown_words, lambda word: NOT list_contains(full_words, word)) AS words_added,
    captures, first_seen, last_seen
FROM worded;

COMMENT ON VIEW marts.sharpened_headlines IS 'Two wordings of one story side by side: the fuller one, and the one a teaser shows, with the words that changed.';
COMMENT ON COLUMN marts.sharpened_headlines.site IS 'Site name';
COMMENT ON COLUMN marts.sharpened_headlines.target_id IS 'The story; joins core.articles.article_id where it was captured [32 hex digits]';
COMMENT ON COLUMN marts.sharpened_headlines.compared IS 'card (full headline and displayed text of one teaser) or article (title above the story and text of a teaser)';
COMMENT ON COLUMN marts.sharpened_headlines.full_headline IS 'The fuller wording';
COMMENT ON COLUMN marts.sharpened_headlines.shown_headline IS 'The wording the teaser shows';
COMMENT ON COLUMN marts.sharpened_headlines.full_clickbait IS 'Clickbait probability of the fuller wording [0–1]';
COMMENT ON COLUMN marts.sharpened_headlines.shown_clickbait IS 'Clickbait probability of the shown wording [0–1]';
COMMENT ON COLUMN marts.sharpened_headlines.sharpening IS 'shown_clickbait − full_clickbait [−1–1]';
COMMENT ON COLUMN marts.sharpened_headlines.words_dropped IS 'Words of the fuller wording that the teaser leaves out';
COMMENT ON COLUMN marts.sharpened_headlines.words_added IS 'Words that only the teaser has';
COMMENT ON COLUMN marts.sharpened_headlines.captures IS 'Captures in which the teaser stood so [captures]';
COMMENT ON COLUMN marts.sharpened_headlines.first_seen IS 'First of them [UTC]';
COMMENT ON COLUMN marts.sharpened_headlines.last_seen IS 'Last of them [UTC]';
