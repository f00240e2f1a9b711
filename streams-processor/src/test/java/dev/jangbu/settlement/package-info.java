/** Tests of the topology. */
@NullMarked
package dev.jangbu.settlement;

import org.jspecify.annotations.NullMarked;
