/** The interface to payment service providers: calls and their results. */
@NullMarked
package dev.jangbu.api.psp;

import org.jspecify.annotations.NullMarked;
