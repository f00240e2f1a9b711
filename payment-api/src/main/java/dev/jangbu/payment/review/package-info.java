/** What a person decides: outcomes that no machine can find out. */
@NullMarked
package dev.jangbu.payment.review;

import org.jspecify.annotations.NullMarked;
