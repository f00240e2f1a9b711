/** The port to payment service providers: what we ask and what they may answer. */
@NullMarked
package dev.jangbu.api.psp;

import org.jspecify.annotations.NullMarked;
