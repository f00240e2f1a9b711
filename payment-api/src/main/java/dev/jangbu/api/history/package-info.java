/** Every change of status, as the database's triggers have written it down. */
@NullMarked
package dev.jangbu.api.history;

import org.jspecify.annotations.NullMarked;
