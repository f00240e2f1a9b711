/** Idempotency keys: a repeated call gets the stored response instead of being executed again. */
@NullMarked
package dev.jangbu.api.idempotency;

import org.jspecify.annotations.NullMarked;
