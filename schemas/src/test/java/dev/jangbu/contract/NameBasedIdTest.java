package dev.jangbu.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class NameBasedIdTest {

    /** Computed with another program: sha256sum over the bytes that the class doc describes. */
    @Test
    void anIdIsTheSha256OfItsCanonicalName() {
        assertThat(NameBasedId.ofPayment("default", "key-1", 0))
                .isEqualTo(UUID.fromString("0a1a5d71-a434-80c0-8b1e-54b6ce3818c8"));
        assertThat(NameBasedId.ofChargedLine("toss", "tgen_1", "line-é"))
                .isEqualTo(UUID.fromString("35346ecb-b021-871e-8c07-13cd73645cd2"));
    }

    @Test
    void anIdIsAUuidOfVersion8() {
        for (int generation = 0; generation < 1_000; generation++) {
            UUID id = NameBasedId.ofPayment("default", "key", generation);
            assertThat(id.version()).isEqualTo(8);
            assertThat(id.variant()).isEqualTo(2);
        }
    }

    @Test
    void namesThatDifferInKindOrInTheBordersOfTheirPartsHaveDifferentIds() {
        UUID refund = NameBasedId.ofRefund("a", "b");
        Set<UUID> ids = new HashSet<>(List.of(
                refund,
                NameBasedId.ofRefund("ab", ""),
                NameBasedId.ofRefund("", "ab"),
                NameBasedId.ofPayout("a", "b"),
                NameBasedId.ofPayoutSettlement("a", "b"),
                NameBasedId.ofPayment("a", "b", 0),
                NameBasedId.ofPayment("a", "b", 1),
                NameBasedId.ofPayment("a", "b0", 1),
                NameBasedId.ofChargedLine("a", "b", ""),
                NameBasedId.ofCanceledLine("a", "b", ""),
                NameBasedId.ofDecidedLine(refund, "b")));
        assertThat(ids).hasSize(11);
    }
}
