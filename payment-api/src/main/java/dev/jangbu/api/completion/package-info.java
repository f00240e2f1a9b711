/**
 * Consumes completions: marks payments and refunds COMPLETED and payouts BOOKED or REJECTED, and wakes waiting clients.
 */
@NullMarked
package dev.jangbu.api.completion;

import org.jspecify.annotations.NullMarked;
