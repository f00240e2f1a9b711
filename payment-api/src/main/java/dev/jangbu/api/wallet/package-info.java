/** The sellers' wallets, as the streams-processor shows them. */
@NullMarked
package dev.jangbu.api.wallet;

import org.jspecify.annotations.NullMarked;
