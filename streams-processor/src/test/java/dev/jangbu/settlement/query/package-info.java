/** Tests. */
@NullMarked
package dev.jangbu.settlement.query;

import org.jspecify.annotations.NullMarked;
