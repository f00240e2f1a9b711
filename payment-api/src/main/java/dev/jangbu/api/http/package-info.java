/**
 * HTTP concerns shared by all endpoints: request validation, JSON, paging, problems (RFC 9457), preferences, tracing.
 */
@NullMarked
package dev.jangbu.api.http;

import org.jspecify.annotations.NullMarked;
