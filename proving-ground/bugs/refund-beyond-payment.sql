-- Database: payments

ALTER TABLE payment_lines
    DROP CONSTRAINT no_more_back_than_was_paid,
    DROP CONSTRAINT payment_lines_check1,
    DROP CONSTRAINT payment_lines_check2;
