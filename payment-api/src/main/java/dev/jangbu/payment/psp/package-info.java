/** The port to payment service providers: what we ask and what they may answer. */
@NullMarked
package dev.jangbu.payment.psp;

import org.jspecify.annotations.NullMarked;
