package dev.jangbu.settlement.runtime;

import dev.jangbu.contract.DeadLetters;
import dev.jangbu.contract.Topics;
import dev.jangbu.settlement.SettlementMetrics;
import dev.jangbu.settlement.SettlementTopology;
import dev.jangbu.settlement.UnprocessableRecordException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProcessingExceptionHandler;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells poison from trouble, once per record, in its turn. A record that can't be read, or can never be processed, goes to the
 * dead letters as it came, in the transaction that commits its offset, and the next record follows. Anything else (a
 * registry that doesn't answer, a bug) fails the task, which aborts the transaction; {@link FailurePolicy} says what comes then.
 *
 * <p>Made by Kafka Streams, from its class.
 */
public final class PoisonToDeadLetters implements ProcessingExceptionHandler {

    /** The setting that holds the {@link SettlementMetrics}. */
    static final String METRICS = "jangbu.settlement.metrics";

    private static final Logger log = LoggerFactory.getLogger(PoisonToDeadLetters.class);

    private SettlementMetrics metrics;

    @Override
    public void configure(Map<String, ?> settings) {
        metrics = (SettlementMetrics) Objects.requireNonNull(settings.get(METRICS), METRICS + " is not set");
    }

    @Override
    public Response handleError(ErrorHandlerContext context, Record<?, ?> record, Exception exception) {
        if (!(exception instanceof UnprocessableRecordException unprocessable)) {
            return Response.fail();
        }
        return Response.resume(List.of(deadLetter(
                context,
                context.sourceRawKey(),
                context.sourceRawValue(),
                context.headers(),
                unprocessable.why().name(),
                unprocessable.getMessage())));
    }

    private ProducerRecord<byte[], byte[]> deadLetter(
            ErrorHandlerContext context,
            byte @Nullable [] key,
            byte @Nullable [] value,
            Headers headers,
            String why,
            @Nullable String reason) {
        String by = Topics.SETTLEMENT_REQUESTS.name().equals(context.topic())
                ? SettlementTopology.WALLET_DESK
                : SettlementTopology.COMPLETION_DESK;
        log.error(
                "Dead letter: {}-{} offset {}, {}: {}",
                context.topic(),
                context.partition(),
                context.offset(),
                why,
                reason);
        metrics.deadLetter(by, why);
        return DeadLetters.record(
                key,
                value,
                headers,
                context.topic(),
                context.partition(),
                context.offset(),
                context.timestamp(),
                by,
                reason);
    }
}
