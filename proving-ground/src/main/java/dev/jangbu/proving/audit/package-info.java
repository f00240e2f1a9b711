/** The invariants, each a class with its own name and evidence; {@link dev.jangbu.proving.audit.Audit} checks them all. */
@NullMarked
package dev.jangbu.proving.audit;

import org.jspecify.annotations.NullMarked;
