/** Tests of torture's parts, and a short torture run. */
@NullMarked
package dev.jangbu.proving.torture;

import org.jspecify.annotations.NullMarked;
