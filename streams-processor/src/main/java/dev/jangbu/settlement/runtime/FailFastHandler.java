package dev.jangbu.settlement.runtime;

import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.errors.DeserializationExceptionHandler;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProductionExceptionHandler;

/**
 * Fails the task on every deserialization and production exception. The transaction is aborted, and {@link
 * FailurePolicy} retries or stops.
 *
 * <ul>
 *   <li>Deserialization: poison does not fail here ({@link dev.jangbu.settlement.record.Decoded}); a failure is the
 *       registry's, or a bug.
 *   <li>Production: a skipped record would be a lost entry, completion or dead letter. The producer retries transient
 *       errors first; a record that is too large or refused by the broker fails the task. So does, by Kafka's default,
 *       one that can't be serialized.
 * </ul>
 *
 * <p>Kafka Streams creates it from its class.
 */
public final class FailFastHandler implements DeserializationExceptionHandler, ProductionExceptionHandler {

    @Override
    public void configure(Map<String, ?> settings) {
        // Nothing to configure.
    }

    @Override
    public DeserializationExceptionHandler.Response handleError(
            ErrorHandlerContext context, ConsumerRecord<byte[], byte[]> record, Exception exception) {
        return DeserializationExceptionHandler.Response.fail();
    }

    @Override
    public ProductionExceptionHandler.Response handleError(
            ErrorHandlerContext context, ProducerRecord<byte[], byte[]> record, Exception exception) {
        return ProductionExceptionHandler.Response.fail();
    }
}
