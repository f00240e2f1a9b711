/** How state stores are built. */
@NullMarked
package dev.jangbu.settlement.state;

import org.jspecify.annotations.NullMarked;
