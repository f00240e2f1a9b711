/** What every store does with rows. */
@NullMarked
package dev.jangbu.api.database;

import org.jspecify.annotations.NullMarked;
