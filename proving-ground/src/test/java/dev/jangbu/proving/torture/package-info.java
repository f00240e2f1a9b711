/** Tests of what a torture is made of, and a short one as a whole. */
@NullMarked
package dev.jangbu.proving.torture;

import org.jspecify.annotations.NullMarked;
