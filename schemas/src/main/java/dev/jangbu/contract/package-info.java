/**
 * What the services agree on: the topics, the Avro records on them (generated from {@code src/main/avro}), the wire
 * format, and the headers. Begin with {@link dev.jangbu.contract.Topics}.
 */
@NullMarked
package dev.jangbu.contract;

import org.jspecify.annotations.NullMarked;
