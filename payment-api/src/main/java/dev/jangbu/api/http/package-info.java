/** HTTP's own matters: keys, preferences, problems, and the reads that other services answer. */
@NullMarked
package dev.jangbu.api.http;

import org.jspecify.annotations.NullMarked;
