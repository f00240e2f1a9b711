-- Payments and ledger have a database each: each fails alone and has its own logical decoding.
-- The registry stores its schemas in the third.
CREATE DATABASE jangbu_payment OWNER jangbu_owner;
CREATE DATABASE jangbu_ledger OWNER jangbu_owner;
CREATE DATABASE jangbu_registry OWNER jangbu_registry;
