package dev.jangbu.proving.facts;

import java.io.IOException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Facts in ascending order of their keys, one after the other. */
public interface Facts extends AutoCloseable {

    /** The next card, or null at the end. */
    @Nullable
    Fact next() throws IOException, SQLException;

    @Override
    void close() throws IOException, SQLException;
}
