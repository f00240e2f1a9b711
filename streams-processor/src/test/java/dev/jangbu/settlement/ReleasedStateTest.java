package dev.jangbu.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.SettlementCompleted;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.settlement.completion.CompletionProcessor;
import dev.jangbu.settlement.wallet.Wallet;
import dev.jangbu.testsupport.TemporaryFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.Bytes;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Today's code works on the state of each release, written by {@link ReleaseState}. */
public class ReleasedStateTest {

    private static final Path RELEASED = Path.of("src", "test", "resources", "released");
    private static final Instant LATER = ReleaseState.NOW.plus(Duration.ofHours(2));

    @TempDir(factory = TemporaryFolder.class)
    Path stateDir;

    static List<Path> releases() throws IOException {
        try (Stream<Path> directories = Files.list(RELEASED)) {
            return directories.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("releases")
    void everyStoreTopicAndSubTopologyOfTheReleaseStillExists(Path release) throws IOException {
        String released = Files.readString(release.resolve("topology.txt"));
        String today = SettlementDriver.topology(stateDir).describe().toString();

        // A store is found by its name in its sub-topology; renamed or moved, it would be empty.
        assertThat(stores(today)).containsAll(stores(released));
        assertThat(topics(today)).containsAll(topics(released));
    }

    @ParameterizedTest
    @MethodSource("releases")
    void decisionsOfTheReleaseHoldAndItsWorkContinues(Path release) throws IOException {
        try (SettlementDriver settlement = new SettlementDriver(stateDir, 1, LATER)) {
            settlement.restore(changelogs(release));

            assertThat(settlement.wallets())
                    .containsExactlyInAnyOrderEntriesOf(Map.of(
                            "seller-a:KRW", new Wallet(11_300, 2, ReleaseState.NOW),
                            "seller-a:USD", new Wallet(7, 1, ReleaseState.NOW),
                            "seller-b:KRW", new Wallet(-50, 1, ReleaseState.NOW.plus(Duration.ofHours(1)))));
            assertThat(settlement.entryCount()).as("entries").isEqualTo(4);

            // Requests decided by the release are duplicates: applied, rejected, or applied on a replay.
            settlement.request(ReleaseState.payment(ReleaseState.SETTLED, "seller-a", "KRW", 12_000, 600), LATER);
            settlement.request(
                    ReleaseState.of(SettlementKind.PAYOUT, ReleaseState.REJECTED, "seller-b", "KRW", 5_000, 0), LATER);
            settlement.request(ReleaseState.payment(ReleaseState.REPLAYED, "seller-a", "USD", 7, 0), LATER);
            assertThat(settlement.entries.isEmpty()).isTrue();
            assertThat(settlement.completions.isEmpty()).isTrue();
            assertThat(settlement.deadLetters.isEmpty()).isTrue();

            // The clock continues at its stored value, an hour after NOW.
            Instant horizon = ReleaseState.NOW.plus(Duration.ofHours(1)).minus(Duration.ofHours(48));
            settlement.request(late(horizon.minusSeconds(1)), LATER);
            assertThat(settlement.deadLetters.readValuesToList()).hasSize(1);
            settlement.request(late(horizon.plusSeconds(1)), LATER);
            assertThat(settlement.entries.readValuesToList())
                    .extracting(LedgerEntry::getWalletVersion, LedgerEntry::getBalanceAfter)
                    .containsExactly(Tuple.tuple(3L, 11_301L));
            assertThat(settlement.entryCount()).as("entries").isEqualTo(5);

            // The third part completes the reference; a repetition of the second does not.
            settlement.postings.pipeInput(
                    ReleaseState.INCOMPLETE, ReleaseState.posted(ReleaseState.SECOND_PART, 9), LATER);
            assertThat(settlement.completions.isEmpty()).isTrue();
            settlement.postings.pipeInput(
                    ReleaseState.INCOMPLETE, ReleaseState.posted(ReleaseState.idAt(LATER, 8), 11), LATER);
            assertThat(settlement.completions.readValuesToList())
                    .extracting(SettlementCompleted::getReferenceId)
                    .containsExactly(ReleaseState.INCOMPLETE);
            assertThat(settlement.size(CompletionProcessor.POSTED_PARTS)).isZero();
        }
    }

    private static SettlementRequested late(Instant time) {
        return ReleaseState.payment(ReleaseState.idAt(time, 9), "seller-a", "KRW", 1, 0);
    }

    /** Store → key → value of a release. */
    public static Map<String, Map<Bytes, byte[]>> changelogs(Path release) throws IOException {
        Map<String, Map<Bytes, byte[]>> changelogs = new TreeMap<>();
        for (String line : Files.readAllLines(release.resolve("changelogs.txt"))) {
            String[] record = line.split(" ", 3);
            changelogs
                    .computeIfAbsent(record[0], store -> new TreeMap<>())
                    .put(
                            Bytes.wrap(HexFormat.of().parseHex(record[1])),
                            HexFormat.of().parseHex(record[2]));
        }
        return changelogs;
    }

    /** {@code sub-topology/store} of a description. */
    private static Set<String> stores(String description) {
        Set<String> stores = new TreeSet<>();
        String subTopology = "";
        for (String line : description.lines().toList()) {
            if (line.strip().startsWith("Sub-topology:")) {
                subTopology = line.strip();
            }
            for (String store : matches("stores: \\[([^]]+)]", line)) {
                stores.add(subTopology + "/" + store);
            }
        }
        return stores;
    }

    private static List<String> matches(String pattern, String line) {
        return Pattern.compile(pattern)
                .matcher(line)
                .results()
                .flatMap(match -> Stream.of(match.group(1).split(", ")))
                .toList();
    }

    private static Set<String> topics(String description) {
        return description
                .lines()
                .flatMap(line -> matches("topics?: \\[?([a-z.-]+)", line).stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
