/** Replays settlement requests that came too late for the deduplication of the settlement topology. */
@NullMarked
package dev.jangbu.ledger.late;

import org.jspecify.annotations.NullMarked;
