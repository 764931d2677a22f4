-- For the operator: every page that yielded nothing, and every response that was an error, with its reason.
CREATE VIEW marts.parse_failures AS
SELECT
    captures.site, captures.url, captures.captured_at, captures.status,
    coalesce(pages.outcome, 'error response') AS outcome,
    coalesce(pages.reason, 'HTTP status ' || captures.status) AS reason,
    captures.body_bytes, captures.segment, captures."offset", pages.extractor_version, captures.capture_id
FROM core.captures
LEFT JOIN core.pages ON pages.capture_id = captures.capture_id
WHERE pages.outcome IN ('empty', 'failed') OR (pages.capture_id IS NULL AND captures.status >= 400);

COMMENT ON VIEW marts.parse_failures IS 'Every page that yielded neither story nor teasers, and every error response, with its reason and where the archive holds it.';
COMMENT ON COLUMN marts.parse_failures.site IS 'Site name';
COMMENT ON COLUMN marts.parse_failures.url IS 'Address that was requested';
COMMENT ON COLUMN marts.parse_failures.captured_at IS 'When the response arrived [UTC]';
COMMENT ON COLUMN marts.parse_failures.status IS 'HTTP status code [code]';
COMMENT ON COLUMN marts.parse_failures.outcome IS 'empty (read, nothing found), failed (could not be read) or error response (no page)';
COMMENT ON COLUMN marts.parse_failures.reason IS 'Why it yielded nothing';
COMMENT ON COLUMN marts.parse_failures.body_bytes IS 'Length of the decoded body [bytes]';
COMMENT ON COLUMN marts.parse_failures.segment IS 'WARC segment in the archive that holds the response';
COMMENT ON COLUMN marts.parse_failures."offset" IS 'Where the record starts in the segment [bytes]';
COMMENT ON COLUMN marts.parse_failures.extractor_version IS 'Version of the extraction that read the page';
COMMENT ON COLUMN marts.parse_failures.capture_id IS 'The capture; joins core.captures [32 hex digits]';
