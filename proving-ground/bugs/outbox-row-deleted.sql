-- Bug: rows of the outbox are deleted long before their time
-- Harm: nobody could prove any more what the wallets were asked to do, nor send it again
-- Scenario: load
-- Caught: outbox-is-published, outbox-matches-approvals, settled-once
-- Database: payments
-- When: after the load

DELETE FROM outbox WHERE id IN (SELECT id FROM outbox ORDER BY id LIMIT 3);
