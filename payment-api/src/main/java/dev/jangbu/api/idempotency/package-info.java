/** Idempotency keys: a call that is repeated is answered again, not done again. */
@NullMarked
package dev.jangbu.api.idempotency;

import org.jspecify.annotations.NullMarked;
