/**
 * Checks the SQL in {@code ksql/} against the released schemas and the catalogue, without ksqlDB. Start with {@link
 * dev.jangbu.contract.ksql.KsqlCheck}. It supports the statements used there and refuses others.
 */
@NullMarked
package dev.jangbu.contract.ksql;

import org.jspecify.annotations.NullMarked;
