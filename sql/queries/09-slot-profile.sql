-- question: Does clickbait stand higher in the list beside hard news?
SELECT site, kind, slot, hosts_hard, hosts_soft, clickbait_hard, clickbait_soft, difference
FROM marts.slot_profile
WHERE hosts_hard >= 2 AND hosts_soft >= 2
ORDER BY site, kind, slot;
