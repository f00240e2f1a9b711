/** Payments and refunds as operations at the PSP: attempts under leases, and the recording of their outcomes. */
@NullMarked
package dev.jangbu.api.operation;

import org.jspecify.annotations.NullMarked;
