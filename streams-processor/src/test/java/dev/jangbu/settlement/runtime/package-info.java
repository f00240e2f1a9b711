/** Tests. */
@NullMarked
package dev.jangbu.settlement.runtime;

import org.jspecify.annotations.NullMarked;
