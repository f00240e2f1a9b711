/** The invariants, one class each, and {@link dev.jangbu.proving.audit.Audit}, which checks all of them. */
@NullMarked
package dev.jangbu.proving.audit;

import org.jspecify.annotations.NullMarked;
