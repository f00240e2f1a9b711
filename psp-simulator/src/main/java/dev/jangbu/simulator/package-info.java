/**
 * A payment service provider for development and tests: Toss Payments' public HTTP API, a durable record of charges and
 * cancels, and faults on request.
 */
@NullMarked
package dev.jangbu.simulator;

import org.jspecify.annotations.NullMarked;
