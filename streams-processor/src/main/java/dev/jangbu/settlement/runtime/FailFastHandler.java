package dev.jangbu.settlement.runtime;

import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.errors.DeserializationExceptionHandler;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProductionExceptionHandler;

/**
 * Where nothing may be skipped, whatever the reason: the transaction is aborted and {@link FailurePolicy} decides between
 * trying again and stopping.
 *
 * <ul>
 *   <li>Reading. Poison does not fail here ({@link dev.jangbu.settlement.Reading}), so what does is the registry, or a bug.
 *   <li>Writing. A wallet without its entry, a completion or a dead letter that got lost: each would be money or evidence
 *       gone. A record too large or refused by the broker stops the desk; what may pass is retried by the producer first.
 * </ul>
 *
 * <p>Made by Kafka Streams, from its class.
 */
public final class FailLoudly implements DeserializationExceptionHandler, ProductionExceptionHandler {

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

    @Override
    @SuppressWarnings("rawtypes") // As Kafka Streams declares it: what could not be serialized is of no type.
    public ProductionExceptionHandler.Response handleSerializationError(
            ErrorHandlerContext context,
            ProducerRecord record,
            Exception exception,
            SerializationExceptionOrigin origin) {
        return ProductionExceptionHandler.Response.fail();
    }
}
