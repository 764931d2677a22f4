-- question: Does more clickbait stand beside hard news than beside other stories, and how sure can one be?
-- One row a site and outcome, `all` for every site together. Read the verdict first: it says when nothing can be told.
-- marts.contrasts has more: what was left out, odds ratios, what the classifier's errors do to the difference.
SELECT
    site, outcome, hosts_hard, hosts_soft, share_hard, share_soft, difference, difference_low, difference_high, q, verdict
FROM marts.contrasts
WHERE kind = 'all'
ORDER BY site <> 'all', site, outcome;
