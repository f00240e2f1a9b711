/** Runs the topology as a service: settings, start and close, failure handling, health and client metrics. */
@NullMarked
package dev.jangbu.settlement.runtime;

import org.jspecify.annotations.NullMarked;
