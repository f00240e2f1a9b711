-- Two databases for payments and the book, so that each fails and is decoded alone; the registry keeps its schemas in a third.
CREATE DATABASE jangbu_payment OWNER jangbu_owner;
CREATE DATABASE jangbu_ledger OWNER jangbu_owner;
CREATE DATABASE jangbu_registry OWNER jangbu_registry;
