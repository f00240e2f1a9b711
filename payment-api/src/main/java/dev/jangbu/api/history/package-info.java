/** The history of status changes, which database triggers write. */
@NullMarked
package dev.jangbu.api.history;

import org.jspecify.annotations.NullMarked;
