package dev.jangbu.ledger.database;

import org.flywaydb.core.Flyway;

/** Migrates a ledger database, as the role jangbu_owner. */
public final class Migrations {

    private final String url;
    private final String ownerPassword;

    /**
     * @param postgres the server, host:port
     * @param name the database
     * @param ownerPassword of the role jangbu_owner
     */
    public Migrations(String postgres, String name, String ownerPassword) {
        // A migration may take long, but not without an answer forever.
        this.url = Database.url(postgres, name) + "?connectTimeout=3&socketTimeout=900&tcpKeepAlive=true";
        this.ownerPassword = ownerPassword;
    }

    /**
     * Runs pending migrations. Concurrent instances wait for each other.
     *
     * @throws org.flywaydb.core.api.FlywayException if the database fails, or its history differs
     */
    public void run() {
        Flyway.configure()
                .dataSource(url, "jangbu_owner", ownerPassword)
                .locations("classpath:db/migration")
                .cleanDisabled(true)
                .load()
                .migrate();
    }
}
