/**
 * The API's description of itself (OpenAPI 3.1), and a page to read it on. Paths, types, scopes and problems come from the
 * code; words, limits and examples from {@code openapi/words.yaml}, which may speak only of what the code has.
 */
@NullMarked
package dev.jangbu.api.openapi;

import org.jspecify.annotations.NullMarked;
