/**
 * Compares the SQL in {@code ksql/} with the released schemas and the catalogue, without ksqlDB. Start with {@link
 * dev.jangbu.contract.ksql.KsqlCheck}.
 */
@NullMarked
package dev.jangbu.contract.ksql;

import org.jspecify.annotations.NullMarked;
