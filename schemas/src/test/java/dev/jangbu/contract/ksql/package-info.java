/**
 * Holds the SQL in {@code ksql/} against the released schemas and the catalogue, without a ksqlDB: begin with {@link
 * dev.jangbu.contract.ksql.KsqlCheck}. It understands the statements that are used there, and refuses others.
 */
@NullMarked
package dev.jangbu.contract.ksql;

import org.jspecify.annotations.NullMarked;
