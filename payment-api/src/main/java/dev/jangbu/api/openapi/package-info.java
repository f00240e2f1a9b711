/** Serves {@code openapi.yaml}, the contract of the HTTP API, and a page to read it. */
@NullMarked
package dev.jangbu.api.openapi;

import org.jspecify.annotations.NullMarked;
