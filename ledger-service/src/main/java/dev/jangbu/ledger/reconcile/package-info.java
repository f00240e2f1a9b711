/** Reconciliation of a payment service provider's settlement files with its receivable account. */
@NullMarked
package dev.jangbu.ledger.reconcile;

import org.jspecify.annotations.NullMarked;
