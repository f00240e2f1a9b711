/**
 * Test fixtures of every module, one of each kind: broker, PostgreSQL server, schema registry, HTTP client, child process,
 * free port, temporary folder and architecture rules.
 *
 * <p>The broker and the PostgreSQL server start at first use, once per JVM, and end with it.
 */
@NullMarked
package dev.jangbu.testsupport;

import org.jspecify.annotations.NullMarked;
