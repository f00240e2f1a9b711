/** What every store does with rows. */
@NullMarked
package dev.jangbu.payment.database;

import org.jspecify.annotations.NullMarked;
