/** The facts that the audit compares: copies of an installation's data in a DuckDB database of the audit's process. */
@org.jspecify.annotations.NullMarked
package dev.jangbu.proving.facts;
