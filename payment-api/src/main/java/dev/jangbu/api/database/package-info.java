/** Shared database code: group commit, parameter binding, row mapping, connection validation. */
@NullMarked
package dev.jangbu.api.database;

import org.jspecify.annotations.NullMarked;
