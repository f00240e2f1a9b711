/** Forwards reads of wallets and the ledger to the services that keep them. */
@NullMarked
package dev.jangbu.api.gateway;

import org.jspecify.annotations.NullMarked;
