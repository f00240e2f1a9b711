/** Every change of status, as the database's triggers have written it down. */
@NullMarked
package dev.jangbu.payment.history;

import org.jspecify.annotations.NullMarked;
