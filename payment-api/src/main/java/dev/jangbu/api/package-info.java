/**
 * The public HTTP API of Jangbu. Creates payments, confirms them with the payment service provider (PSP) while the
 * client waits, and commits each approval together with its settlement requests.
 *
 * <p>Start reading at {@link dev.jangbu.api.payment.ConfirmPayment}, the path of a confirmation.
 */
@NullMarked
package dev.jangbu.api;

import org.jspecify.annotations.NullMarked;
