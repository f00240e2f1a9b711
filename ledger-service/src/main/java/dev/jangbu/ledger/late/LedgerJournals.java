package dev.jangbu.ledger.late;

import dev.jangbu.contract.replay.PostedJournals;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Reads journals and posting progress from the service's own database. */
record LedgerJournals(JdbcClient jdbc) implements PostedJournals {

    @Override
    public Map<Integer, Long> nextOffsets() {
        return jdbc
                .sql("SELECT book, next_offset FROM books")
                .query((row, number) -> Map.entry(row.getInt("book"), row.getLong("next_offset")))
                .list()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    @Override
    public Optional<String> find(UUID settlementId) {
        return jdbc.sql("SELECT format('book %s, journal %s', book, no) FROM journals WHERE settlement_id = :id")
                .param("id", settlementId)
                .query(String.class)
                .optional();
    }

    @Override
    public boolean contains(UUID settlementId, int book, long no, byte[] hash) {
        return jdbc.sql(
                        "SELECT 1 FROM journals WHERE settlement_id = :id AND book = :book AND no = :no AND hash = :hash")
                .param("id", settlementId)
                .param("book", book)
                .param("no", no)
                .param("hash", hash)
                .query(Integer.class)
                .optional()
                .isPresent();
    }
}
