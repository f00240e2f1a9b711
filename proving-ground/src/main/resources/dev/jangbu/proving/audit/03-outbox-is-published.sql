-- Each outbox row is on the topic with identical bytes; every other record of the topic is a dead letter
--
-- A row is an outbox row that is not on the topic, or differs there, or a record that should be a dead letter.

SELECT concat('the outbox row ', id, ' is not on the topic') AS violation
  FROM outbox
  ANTI JOIN requests ON requests.settlement_id = outbox.id
 WHERE NOT may_be_deleted(occurred_at_ms, 14) AND NOT awaited(['CONNECTOR'])
 ORDER BY id;

-- A request may be on the topic repeatedly, with the same bytes.
WITH found AS MATERIALIZED (
    SELECT count(*) AS total, min(id, 20) AS ids
      FROM (SELECT DISTINCT o.id
              FROM outbox o
              JOIN requests r ON r.settlement_id = o.id
             WHERE r.content <> o.content)),
stated AS (
    SELECT o.id, o.content, r.content AS text, count(*) AS times
      FROM outbox o
      SEMI JOIN (SELECT unnest(ids) AS id FROM found) shown USING (id)
      JOIN requests r ON r.settlement_id = o.id
     GROUP BY o.id, o.content, r.content)
SELECT concat('settlement ', id, ': the outbox has [', content, '], the topic has ',
              quoted(min({'text': text, 'times': times}, 20))) AS violation,
       (SELECT total FROM found) AS total
  FROM stated
 GROUP BY id, content
 ORDER BY id;

SELECT concat('not among the dead letters: [a request with the id ', r.settlement_id, ', which is not in the outbox] (',
              r.content, ')') AS violation
  FROM requests r
  ANTI JOIN outbox o ON o.id = r.settlement_id
  ANTI JOIN dead_letters d ON d.content = r.content
 WHERE NOT may_be_deleted(r.occurred_at_ms, 7) AND NOT awaited(['WALLET_PROCESSOR'])
 ORDER BY r.settlement_id;

SELECT violation
  FROM unreadable_without_dead_letter('settlement.requests')
 WHERE NOT awaited(['WALLET_PROCESSOR']);
