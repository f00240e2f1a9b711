-- Bug: the trigger that judges a payment's transitions and writes its history is gone
-- Harm: any status could follow any other, and nobody could say how a payment came to where it is
-- Scenario: load
-- Caught: legal-history
-- Database: payments

DROP TRIGGER payment_transition ON payments;
