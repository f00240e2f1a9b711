/** Files of results, with which an interrupted command continues. */
@NullMarked
package dev.jangbu.proving.results;

import org.jspecify.annotations.NullMarked;
