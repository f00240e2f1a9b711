/** The command {@code demo}: payments through the public API. */
@NullMarked
package dev.jangbu.local.demo;

import org.jspecify.annotations.NullMarked;
