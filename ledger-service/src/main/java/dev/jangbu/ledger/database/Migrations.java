package dev.jangbu.ledger.database;

import org.flywaydb.core.Flyway;

/** Brings the database to this version's tables and guards, as the role that owns them and is used for nothing else. */
public final class Migrations {

    private final String url;
    private final String ownerPassword;

    /**
     * @param postgres the server, host:port
     * @param ownerPassword of the role jangbu_owner
     */
    public Migrations(String postgres, String ownerPassword) {
        this(postgres, Database.NAME, ownerPassword);
    }

    /** @param name of another database than the service's */
    public Migrations(String postgres, String name, String ownerPassword) {
        this.url = Database.url(postgres, name);
        this.ownerPassword = ownerPassword;
    }

    /**
     * Runs what is missing; does nothing when nothing is. Instances that start together wait for one another.
     *
     * @throws org.flywaydb.core.api.FlywayException if the database is away, or differs from the history
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
