-- question: Which headlines are sharpened most between their full wording and the card that readers click?
SELECT site, compared, full_headline, shown_headline, words_dropped, words_added, sharpening, captures
FROM marts.sharpened_headlines
ORDER BY sharpening DESC, captures DESC, target_id
LIMIT 50;
