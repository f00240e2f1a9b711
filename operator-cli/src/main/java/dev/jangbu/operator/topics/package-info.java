/** The commands that read topics: {@code topics} and {@code tail}. */
@NullMarked
package dev.jangbu.operator.topics;

import org.jspecify.annotations.NullMarked;
