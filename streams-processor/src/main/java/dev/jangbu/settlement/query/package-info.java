/** Wallet reads over HTTP, from this instance's store or, by one hop, from that of the instance that owns the key. */
@NullMarked
package dev.jangbu.settlement.query;

import org.jspecify.annotations.NullMarked;
