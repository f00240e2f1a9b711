/**
 * Schema evolution: {@link dev.jangbu.contract.evolution.Evolution} checks a change, {@link
 * dev.jangbu.contract.evolution.ReleasedSchemas} has the released versions. See {@code docs/schema-evolution.md}.
 */
@NullMarked
package dev.jangbu.contract.evolution;

import org.jspecify.annotations.NullMarked;
