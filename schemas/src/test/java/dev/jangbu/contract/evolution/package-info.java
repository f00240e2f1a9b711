/**
 * What the records may become: {@link dev.jangbu.contract.evolution.Evolution} judges a change, {@link
 * dev.jangbu.contract.evolution.ReleasedSchemas} holds what is out there. See {@code docs/schema-evolution.md}.
 */
@NullMarked
package dev.jangbu.contract.evolution;

import org.jspecify.annotations.NullMarked;
