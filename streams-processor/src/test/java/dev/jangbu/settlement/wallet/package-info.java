/** Tests. */
@NullMarked
package dev.jangbu.settlement.wallet;

import org.jspecify.annotations.NullMarked;
