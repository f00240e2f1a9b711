-- Bug: rows of the outbox are deleted long before their time
-- Harm: the requests to the wallets could neither be proved nor published again
-- Scenario: load
-- Caught: outbox-is-published, outbox-matches-approvals, settled-once
-- Database: payments
-- When: after the load

DELETE FROM outbox WHERE id IN (SELECT id FROM outbox ORDER BY id LIMIT 3);
