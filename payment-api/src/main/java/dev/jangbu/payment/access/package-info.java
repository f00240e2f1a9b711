/** Who may call what: API keys, their scopes, and the door that every call passes. */
@NullMarked
package dev.jangbu.payment.access;

import org.jspecify.annotations.NullMarked;
