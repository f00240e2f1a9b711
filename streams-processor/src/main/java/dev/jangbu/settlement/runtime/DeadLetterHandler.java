package dev.jangbu.settlement.runtime;

import dev.jangbu.contract.DeadLetters;
import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.Topics;
import dev.jangbu.settlement.completion.CompletionProcessor;
import dev.jangbu.settlement.metrics.SettlementMetrics;
import dev.jangbu.settlement.record.UnprocessableRecordException;
import dev.jangbu.settlement.wallet.WalletProcessor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProcessingExceptionHandler;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles exceptions of the processors.
 *
 * <ul>
 *   <li>{@link UnprocessableRecordException}: sends the record unchanged to the dead letters, in the transaction that
 *       commits its offset, and continues with the next record.
 *   <li>Any other exception (a registry that does not answer, a bug): fails the task, which aborts the transaction.
 *       {@link FailurePolicy} then decides.
 * </ul>
 *
 * <p>Kafka Streams creates it from its class.
 */
public final class DeadLetterHandler implements ProcessingExceptionHandler {

    /** The configuration key of the {@link SettlementMetrics}. */
    static final String METRICS = "jangbu.settlement.metrics";

    private static final Logger log = LoggerFactory.getLogger(DeadLetterHandler.class);

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
        String reason = unprocessable.reason().name();
        String detail = unprocessable.getMessage();
        log.error(
                "Dead letter: {}-{} offset {}, {}: {}",
                context.topic(),
                context.partition(),
                context.offset(),
                reason,
                detail);
        String processor = Topics.SETTLEMENT_REQUESTS.name().equals(context.topic())
                ? WalletProcessor.NAME
                : CompletionProcessor.NAME;
        metrics.deadLetter(processor, reason);
        ProducerRecord<byte[], byte[]> letter = DeadLetters.record(
                context.sourceRawKey(),
                context.sourceRawValue(),
                context.headers(),
                context.topic(),
                context.partition(),
                context.offset(),
                context.timestamp(),
                processor,
                detail);
        EventHeaders.add(letter.headers(), DeadLetters.CAUSE, reason);
        return Response.resume(List.of(letter));
    }
}
