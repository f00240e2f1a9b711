/**
 * The contract between the services: topics, Avro records (generated from {@code src/main/avro}), wire format, headers,
 * problem codes, and validation rules of shared fields. Start with {@link dev.jangbu.contract.Topics}.
 */
@NullMarked
package dev.jangbu.contract;

import org.jspecify.annotations.NullMarked;
