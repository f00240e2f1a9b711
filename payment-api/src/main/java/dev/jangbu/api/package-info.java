/**
 * The front door of Jangbu: takes a payment, confirms it with the payment service provider while the buyer waits, and
 * commits the approval together with what is to be settled.
 *
 * <p>Begin with {@link dev.jangbu.api.payment.ConfirmPayment}, which is the whole way.
 */
@NullMarked
package dev.jangbu.api;

import org.jspecify.annotations.NullMarked;
