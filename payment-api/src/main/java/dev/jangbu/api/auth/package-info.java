/** Authentication and authorisation: API keys, their scopes, the filter in front of every call, and the rate limit. */
@NullMarked
package dev.jangbu.api.auth;

import org.jspecify.annotations.NullMarked;
