/** Hears that a payment is in the wallets and in the book, and tells whoever waits for it. */
@NullMarked
package dev.jangbu.api.completion;

import org.jspecify.annotations.NullMarked;
