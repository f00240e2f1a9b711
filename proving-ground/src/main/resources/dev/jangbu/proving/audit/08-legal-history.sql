-- Every history consists of legal transitions, each from the state of the previous one, and ends in the current state
--
-- A row is a change of status that is not allowed, or a payment, refund or payout that its history does not explain.

CREATE OR REPLACE TEMP VIEW states AS
SELECT id, 'PAYMENT' AS kind, status FROM payments
UNION ALL SELECT id, 'REFUND', status FROM refunds
UNION ALL SELECT id, 'PAYOUT', status FROM payouts;

-- BEGIN stands before the first status.
CREATE OR REPLACE TEMP VIEW legal AS
SELECT kind, unnest(string_split(arrows, ' ')) AS transition
  FROM (VALUES
    ('PAYMENT', 'BEGIN>READY READY>EXECUTING READY>ACCEPTED READY>CANCELED READY>EXPIRED'),
    ('PAYMENT', 'ACCEPTED>EXECUTING ACCEPTED>CANCELED ACCEPTED>EXPIRED'),
    ('PAYMENT', 'EXECUTING>APPROVED EXECUTING>DECLINED EXECUTING>UNKNOWN EXECUTING>REVIEW'),
    ('PAYMENT', 'UNKNOWN>APPROVED UNKNOWN>DECLINED UNKNOWN>REVIEW'),
    ('PAYMENT', 'REVIEW>APPROVED REVIEW>DECLINED APPROVED>COMPLETED'),
    ('REFUND', 'BEGIN>EXECUTING EXECUTING>APPROVED EXECUTING>FAILED EXECUTING>UNKNOWN EXECUTING>REVIEW'),
    ('REFUND', 'UNKNOWN>APPROVED UNKNOWN>FAILED UNKNOWN>REVIEW'),
    ('REFUND', 'REVIEW>APPROVED REVIEW>FAILED APPROVED>COMPLETED'),
    ('PAYOUT', 'BEGIN>REQUESTED REQUESTED>BOOKED REQUESTED>REJECTED')) AS v (kind, arrows);

-- Of a database that was restored from Kafka and the PSP.
CREATE OR REPLACE TEMP VIEW restored AS
SELECT kind, unnest(string_split(arrows, ' ')) AS transition
  FROM (VALUES
    ('PAYMENT', 'BEGIN>APPROVED READY>APPROVED ACCEPTED>APPROVED EXPIRED>APPROVED CANCELED>APPROVED DECLINED>APPROVED'),
    ('PAYMENT', 'EXPIRED>EXECUTING EXECUTING>CANCELED UNKNOWN>CANCELED REVIEW>CANCELED'),
    ('REFUND', 'BEGIN>APPROVED FAILED>APPROVED')) AS v (kind, arrows);

SELECT concat(resource_id, ' has a history of two kinds') AS violation
  FROM (SELECT resource_id FROM history GROUP BY resource_id HAVING min(hash(kind)) <> max(hash(kind)))
 ORDER BY resource_id;

SELECT concat(id, ' ([', kind, ' ', status, ']) has no history') AS violation
  FROM states
  ANTI JOIN (SELECT resource_id FROM history WHERE is_last) ends ON ends.resource_id = states.id
 ORDER BY id;

SELECT concat(resource_id, ' has a history and does not exist: [', kind, ']') AS violation
  FROM history
  ANTI JOIN states ON states.id = history.resource_id
 WHERE is_last
 ORDER BY resource_id;

SELECT concat(s.id, ' is a ', s.kind, ' and its history is that of a ', h.kind) AS violation
  FROM states s
  JOIN history h ON h.resource_id = s.id
 WHERE h.is_last AND h.kind <> s.kind
 ORDER BY s.id;

CREATE OR REPLACE TEMP VIEW illegal AS
SELECT h.kind, h.resource_id, h.version, from_status || '>' || to_status || ' is no legal transition' AS text
  FROM history h
  ANTI JOIN legal l ON l.kind = h.kind AND l.transition = h.from_status || '>' || h.to_status
  ANTI JOIN restored r ON h.cause LIKE 'restored%' AND r.kind = h.kind
                       AND r.transition = h.from_status || '>' || h.to_status
UNION ALL
SELECT kind, resource_id, version, from_status || '>' || to_status || ' does not begin at ' || previous_status
  FROM history
 WHERE from_status <> previous_status;

-- The first 20, each with the whole history.
WITH shown AS MATERIALIZED (
    SELECT *, (SELECT count(*) FROM illegal) AS total FROM illegal ORDER BY resource_id, version LIMIT 20),
whole AS (
    SELECT resource_id, list(from_status || '>' || to_status ORDER BY version)::VARCHAR AS transitions
      FROM history
      SEMI JOIN shown USING (resource_id)
     GROUP BY resource_id)
SELECT concat(kind, ' ', resource_id, ': ', text, ', in ', transitions) AS violation, total
  FROM shown
  JOIN whole USING (resource_id)
 ORDER BY resource_id, version;

SELECT concat(s.kind, ' ', s.id, ' is ', s.status, ' and its history ends in ', h.to_status) AS violation
  FROM states s
  JOIN history h ON h.resource_id = s.id AND h.kind = s.kind
 WHERE h.is_last AND h.to_status <> s.status
 ORDER BY s.id;
