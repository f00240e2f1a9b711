package dev.jangbu.settlement;

import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Random;
import java.util.UUID;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Writes a release's topology description and changelog bytes to {@code src/test/resources/released/<n>/}. Not a test;
 * run it by name: {@code mvn -pl streams-processor test -Dtest=ReleaseState}. The files are never edited. {@link
 * ReleasedStateTest} runs today's code on each release. See docs/topology-evolution.md.
 */
public class ReleaseState {

    public static final Instant NOW = Instant.parse("2026-03-01T09:00:00Z");

    /** A payment that was settled. */
    public static final UUID SETTLED = idAt(NOW, 1);
    /** A rejected payout of 5,000 from an empty wallet. */
    static final UUID REJECTED = idAt(NOW.plusMillis(1), 2);
    /** A payment from 30 days before, settled on a replay. */
    public static final UUID REPLAYED = idAt(NOW.minus(Duration.ofDays(30)), 3);
    /** The last request; it advances the clock to NOW + 1 h. */
    static final UUID LAST = idAt(NOW.plus(Duration.ofHours(1)), 4);
    /** A reference of three parts with two parts posted. */
    static final String INCOMPLETE = "01960000-0000-7000-8000-000000000001";
    /** Its posted parts. */
    static final UUID FIRST_PART = idAt(NOW, 5);

    static final UUID SECOND_PART = idAt(NOW, 6);

    @TempDir
    Path stateDir;

    @Test
    void write() throws IOException {
        Path directory = next(Path.of("src", "test", "resources", "released"));
        Files.createDirectories(directory);
        Files.writeString(
                directory.resolve("topology.txt"),
                SettlementDriver.topology(stateDir.resolve("shape")).describe().toString());
        StringBuilder changelogs = new StringBuilder();
        try (SettlementDriver settlement = new SettlementDriver(stateDir.resolve("state"), 1, NOW)) {
            run(settlement);
            settlement
                    .changelogs()
                    .forEach((store, records) -> records.forEach((key, value) -> changelogs.append("%s %s %s%n"
                            .formatted(
                                    store,
                                    HexFormat.of().formatHex(key.get()),
                                    HexFormat.of().formatHex(value)))));
        }
        Files.writeString(directory.resolve("changelogs.txt"), changelogs);
    }

    /** The release's requests. Balances: seller-a 11,400 − 100 KRW and 7 USD, seller-b −50 KRW. */
    private static void run(SettlementDriver settlement) {
        settlement.request(payment(SETTLED, "seller-a", "KRW", 12_000, 600), NOW);
        settlement.request(of(SettlementKind.PAYOUT, REJECTED, "seller-b", "KRW", 5_000, 0), NOW.plusMillis(1));
        settlement.request(payment(REPLAYED, "seller-a", "USD", 7, 0), NOW, replay());
        settlement.request(of(SettlementKind.PAYOUT, idAt(NOW, 7), "seller-a", "KRW", 100, 0), NOW);
        settlement.request(of(SettlementKind.REFUND, LAST, "seller-b", "KRW", 50, 0), NOW.plus(Duration.ofHours(1)));
        settlement.postings.pipeInput(INCOMPLETE, posted(FIRST_PART, 4), NOW);
        settlement.postings.pipeInput(INCOMPLETE, posted(SECOND_PART, 9), NOW.plusSeconds(1));
    }

    public static SettlementRequested payment(UUID id, String seller, String currency, long amount, long fee) {
        return of(SettlementKind.PAYMENT, id, seller, currency, amount, fee);
    }

    static SettlementRequested of(SettlementKind kind, UUID id, String seller, String currency, long amount, long fee) {
        return Requests.of(kind, id, amount)
                .setFee(fee)
                .setSellerId(seller)
                .setCurrency(currency)
                .setWalletId(seller + ":" + currency)
                .build();
    }

    static LedgerPosted posted(UUID settlementId, long journalNo) {
        return LedgerPosted.newBuilder()
                .setSettlementId(settlementId.toString())
                .setReferenceId(INCOMPLETE)
                .setReferenceParts(3)
                .setKind(SettlementKind.PAYMENT)
                .setBook(0)
                .setJournalNo(journalNo)
                .setHash(ByteBuffer.allocate(32))
                .setPostedAt(NOW)
                .build();
    }

    private static Headers replay() {
        Headers headers = new RecordHeaders();
        EventHeaders.add(headers, EventHeaders.REPLAY, "true");
        return headers;
    }

    static UUID idAt(Instant time, long seed) {
        return Requests.idAt(time, new Random(seed));
    }

    private static Path next(Path released) {
        for (int n = 1; ; n++) {
            Path directory = released.resolve(Integer.toString(n));
            if (Files.notExists(directory)) {
                return directory;
            }
        }
    }
}
