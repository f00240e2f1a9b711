/** Reconciliation: what a payment service provider settles against what the book says that it owes us. */
@NullMarked
package dev.jangbu.ledger.reconcile;

import org.jspecify.annotations.NullMarked;
