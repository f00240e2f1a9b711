/**
 * The OpenAPI 3.1 document and the documentation page. Paths, types, scopes and problems come from the code;
 * descriptions, limits and examples from {@code openapi/overlay.yaml}, which may only refer to paths and members that
 * the code has.
 */
@NullMarked
package dev.jangbu.api.openapi;

import org.jspecify.annotations.NullMarked;
