/**
 * Checks a running stack from outside: over HTTP, SQL with the auditor's role, Kafka, and the contracts. It knows
 * nothing of the services' internals, so it does not share their mistakes.
 */
@NullMarked
package dev.jangbu.proving;

import org.jspecify.annotations.NullMarked;
