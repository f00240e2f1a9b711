/**
 * What makes a topology a service: its settings, its life from the first look at Kafka to leaving the group, what a
 * failure does, and its health.
 */
@NullMarked
package dev.jangbu.settlement.runtime;

import org.jspecify.annotations.NullMarked;
