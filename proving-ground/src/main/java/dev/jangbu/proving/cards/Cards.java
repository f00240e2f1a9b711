package dev.jangbu.proving.cards;

import java.io.IOException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Cards in ascending order of their keys, one after the other. */
public interface Cards extends AutoCloseable {

    /** The next card, or null at the end. */
    @Nullable
    Card next() throws IOException, SQLException;

    @Override
    void close() throws IOException, SQLException;
}
