/** Operations at the PSP, which payments and refunds are: attempts under leases, and the recording of their outcomes. */
@NullMarked
package dev.jangbu.api.operation;

import org.jspecify.annotations.NullMarked;
