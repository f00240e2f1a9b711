-- Writes the next mark, unless another instance has written one just now. Returns the newest mark in either case.
WITH newest AS (
    SELECT * FROM marks ORDER BY sequence DESC LIMIT 1
), written AS (
    INSERT INTO marks (sequence, epoch, acknowledged)
    SELECT coalesce(max(sequence), 0) + 1, coalesce(max(epoch), 0), greatest(max(acknowledged), :acknowledged)
      FROM newest
    HAVING coalesce(max(written_at) < now() - :pause_ms * interval '1 millisecond'
                    OR max(server_started_at) <> pg_postmaster_start_time(), true)
    ON CONFLICT DO NOTHING
    RETURNING *
), deleted AS (
    -- Those that Kafka may still have as the newest one stay.
    DELETE FROM marks WHERE sequence < (SELECT acknowledged - 1000 FROM written)
)
SELECT position.database, position.system_identifier, position.timeline, position.lsn,
       mark.epoch, mark.sequence, mark.nonce, mark.written_at, mark.is_new
  FROM (SELECT *, true AS is_new FROM written
        UNION ALL
        SELECT *, false FROM newest WHERE NOT EXISTS (SELECT FROM written)) AS mark,
       server_position AS position
