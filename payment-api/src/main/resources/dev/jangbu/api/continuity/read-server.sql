SELECT position.database, position.system_identifier, position.started_at, position.timeline, position.lsn,
       EXISTS (SELECT FROM marks WHERE sequence = $1 AND nonce = $2) AS has_expected_mark,
       EXISTS (SELECT FROM payments) AS has_payments,
       -- Half a minute: a mark that was acknowledged after Kafka was read must not count.
       (SELECT coalesce(max(acknowledged), 0) FROM marks WHERE written_at < now() - interval '30 seconds') AS acknowledged,
       (SELECT count(*) FROM unnest($3) AS request (id) WHERE NOT EXISTS (SELECT FROM outbox WHERE id = request.id))
           AS missing_requests
  FROM server_position AS position
