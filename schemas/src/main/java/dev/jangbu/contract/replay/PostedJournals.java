package dev.jangbu.contract.replay;

import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The journals of the ledger's database, and how far each book has posted. */
public interface PostedJournals {

    /** By book, the next offset of its partition of {@code ledger.entries} that ledger-service will post. */
    Map<Integer, Long> nextOffsets();

    /** The journal of a settlement, for instance {@code book 2, journal 17}; empty if there is none. */
    Optional<String> find(UUID settlementId);

    /** Whether a journal with this settlement, book, number and hash exists. */
    boolean contains(UUID settlementId, int book, long no, byte[] hash);
}
