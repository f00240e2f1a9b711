/** Completes operations at the payment service provider whose outcome is open. */
@NullMarked
package dev.jangbu.api.recovery;

import org.jspecify.annotations.NullMarked;
