-- question: Does more clickbait stand beside hard news than beside other stories, and how sure can one be?
-- One row a site, `all` for every site together. Read the verdict first: it says when nothing can be told.
SELECT
    site, outcome, hosts_hard, hosts_soft, hosts_unknown, n_exposures, exposures_site_wide,
    share_hard, share_soft, difference, difference_low, difference_high, p, q, odds_ratio, i2, corrected_difference,
    tipping_point, verdict
FROM marts.contrasts
WHERE kind = 'all'
ORDER BY site <> 'all', site, outcome;
