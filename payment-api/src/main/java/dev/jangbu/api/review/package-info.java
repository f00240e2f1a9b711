/** What a person decides: outcomes that no machine can find out. */
@NullMarked
package dev.jangbu.api.review;

import org.jspecify.annotations.NullMarked;
