-- question: Which headlines travel most, and for how long are they seen?
SELECT site, headline, topic, clickbait, hosts, captures, first_seen, hours_seen
FROM marts.travelling_headlines
ORDER BY hosts DESC, captures DESC, headline_id
LIMIT 50;
