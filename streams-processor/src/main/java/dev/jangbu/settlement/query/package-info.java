/** Wallet reads over HTTP, from the local store or, by one forwarded call, from the instance that owns the key. */
@NullMarked
package dev.jangbu.settlement.query;

import org.jspecify.annotations.NullMarked;
