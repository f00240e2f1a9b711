/** Payments: status, store, and one class for each operation. */
@NullMarked
package dev.jangbu.api.payment;

import org.jspecify.annotations.NullMarked;
