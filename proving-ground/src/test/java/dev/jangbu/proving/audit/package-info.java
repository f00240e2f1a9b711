/** Tests that the audit detects planted violations, each in a copy of a running stack's data. */
@NullMarked
package dev.jangbu.proving.audit;

import org.jspecify.annotations.NullMarked;
