/** Finishes at the payment service provider what was begun there and whose outcome is not known. */
@NullMarked
package dev.jangbu.api.recovery;

import org.jspecify.annotations.NullMarked;
