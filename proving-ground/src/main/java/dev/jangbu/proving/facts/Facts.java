package dev.jangbu.proving.facts;

import java.io.IOException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A stream of facts in ascending order of their keys. */
public interface Facts extends AutoCloseable {

    /** The next fact, or null at the end. */
    @Nullable
    Fact next() throws IOException, SQLException;

    @Override
    void close() throws IOException, SQLException;
}
