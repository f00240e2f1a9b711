/**
 * Replays dead letters, each after the proof that it was never processed. Used by operators' commands and by
 * ledger-service, which does it for requests beyond the deduplication horizon.
 */
@NullMarked
package dev.jangbu.contract.replay;

import org.jspecify.annotations.NullMarked;
