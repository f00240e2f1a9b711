-- Bug: the trigger that guards transitions of payments and writes their history is missing
-- Harm: any status could follow any other, and no history would explain it
-- Scenario: load
-- Caught: legal-history
-- Database: payments

DROP TRIGGER payment_transition ON payments;
