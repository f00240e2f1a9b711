/** Who may call what: API keys, their scopes, and the door that every call passes. */
@NullMarked
package dev.jangbu.api.auth;

import org.jspecify.annotations.NullMarked;
