package dev.jangbu.testsupport;

import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A real PostgreSQL server for the tests of one JVM, with the roles, databases and privileges of every deployment. Starts at
 * first use with empty databases, ends with the JVM.
 *
 * <p>A committed transaction survives {@link #restart()} and a kill of the server, but not a crash of the machine (no
 * fsync). A test that does not need this can run {@code ALTER DATABASE … SET synchronous_commit = off}.
 */
public final class TestPostgres {

    /** The password of every role. */
    public static final String PASSWORD = "secret";

    public static final String SUPERUSER = "postgres";
    public static final String OWNER = "jangbu_owner";

    private static final Path FOLDER = createFolder("jangbu-test-postgres-");
    private static EmbeddedPostgres server = start(FreePorts.next());

    static {
        AtJvmEnd.run(TestPostgres::stop);
        script("10-roles.sql").forEach(TestPostgres::execute);
        script("20-databases.sql").forEach(TestPostgres::execute);
        script("30-privileges.sql").forEach(TestPostgres::execute);
        execute("""
                DO $$ DECLARE role name; BEGIN
                  FOR role IN SELECT rolname FROM pg_roles WHERE rolcanlogin LOOP
                    EXECUTE format('ALTER ROLE %I PASSWORD %L', role, '$password');
                  END LOOP;
                END $$""".replace("$password", PASSWORD));
    }

    private TestPostgres() {}

    /** host:port of the server. */
    public static String address() {
        return "127.0.0.1:" + server.getPort();
    }

    /** JDBC URL of a database, without a role. */
    public static String url(String database) {
        return "jdbc:postgresql://" + address() + "/" + database;
    }

    /** A new connection to a database as one of the roles. */
    public static Connection connect(String database, String role) throws SQLException {
        return DriverManager.getConnection(url(database), role, PASSWORD);
    }

    /** Runs statements as the superuser in the database {@code postgres}, each in its own transaction. */
    public static void execute(String... statements) {
        try (Connection connection = connect("postgres", SUPERUSER);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Creates an empty database of the owner. */
    public static void create(String database) {
        execute("CREATE DATABASE " + database + " OWNER " + OWNER);
    }

    /** Creates an empty database with the owner and the privileges of a deployed one, for instance jangbu_payment. */
    public static void create(String database, String deployed) {
        statementsOf(deployed, "20-databases.sql", "30-privileges.sql")
                .map(sql -> sql.replaceFirst("(?i)DATABASE " + deployed, "DATABASE " + database))
                .forEach(TestPostgres::execute);
    }

    /** Replaces a deployed database by an empty one; its connections are cut. */
    public static void recreate(String deployed) {
        drop(deployed);
        create(deployed, deployed);
    }

    /** Drops a database if it exists; its connections are cut. */
    public static void drop(String database) {
        execute("DROP DATABASE IF EXISTS " + database + " WITH (FORCE)");
    }

    /** Saves the content of a database under another name; its connections are cut. */
    public static void save(String database, String copy) {
        drop(copy);
        execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + database + "'",
                "CREATE DATABASE " + copy + " OWNER " + OWNER + " TEMPLATE " + database);
    }

    /** Replaces a deployed database by a copy that {@link #save} made; its connections are cut. */
    public static void restore(String deployed, String copy) {
        drop(deployed);
        execute("CREATE DATABASE " + deployed + " OWNER " + OWNER + " TEMPLATE " + copy);
        // A template passes on neither owner nor privileges of the database.
        statementsOf(deployed, "30-privileges.sql").forEach(TestPostgres::execute);
    }

    /** Runs the migrations of a folder, V1__….sql first, as the owner. For tests of modules that have no Flyway. */
    public static void migrate(String database, Path migrations) {
        try (Stream<Path> files = Files.list(migrations);
                Connection connection = connect(database, OWNER);
                Statement statement = connection.createStatement()) {
            for (Path file : files.filter(file -> file.toString().endsWith(".sql"))
                    .sorted(Comparator.comparingInt(TestPostgres::version))
                    .toList()) {
                statement.execute(Files.readString(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Stops the server, which ends all sessions, and starts it on the same port with the committed data. */
    public static void restart() {
        restart(() -> {});
    }

    /** Copies the data directory while the server is stopped; starts it again. For {@link #restoreFiles}. */
    public static Path backUpFiles() {
        Path copy = createFolder("jangbu-test-backup-");
        restart(() -> copy(FOLDER, copy));
        return copy;
    }

    /** Replaces the data directory by an earlier copy of it, and restarts the server on the same port and timeline. */
    public static void restoreFiles(Path copy) {
        restart(() -> {
            TemporaryFolder.delete(FOLDER);
            copy(copy, FOLDER);
        });
    }

    /** Restarts the server as a standby and promotes it: the same data on a new timeline, as after a failover. */
    public static void promote() {
        restart(() -> Files.createFile(FOLDER.resolve("standby.signal")));
        execute("SELECT pg_promote()");
    }

    private interface FileChange {
        void run() throws IOException;
    }

    private static void restart(FileChange whileStopped) {
        stop();
        try {
            whileStopped.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server = start(server.getPort());
    }

    /** Keeps the permissions: PostgreSQL refuses a data directory that others can read. */
    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(
                        file,
                        to.resolve(from.relativize(file).toString()),
                        StandardCopyOption.COPY_ATTRIBUTES,
                        StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /** The server's log, one JSON object a line. */
    public static String log() {
        try (Connection connection = connect("postgres", SUPERUSER);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_read_file(pg_current_logfile('jsonlog'))")) {
            row.next();
            return row.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** On disk: the log that PostgreSQL writes ahead grows to a gigabyte, which is much for a tmpfs. */
    private static Path createFolder(String prefix) {
        try {
            Path folder = Files.createTempDirectory(prefix);
            AtJvmEnd.run(() -> await("the server's last files are deleted")
                    .ignoreExceptions()
                    .until(() -> {
                        TemporaryFolder.delete(folder);
                        return true;
                    }));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static EmbeddedPostgres start(int port) {
        try {
            return EmbeddedPostgres.builder()
                    .setPort(port)
                    .setDataDirectory(FOLDER)
                    .setCleanDataDirectory(false)
                    .setServerConfig("wal_level", "logical")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("logging_collector", "on")
                    .setServerConfig("log_destination", "jsonlog")
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL does not start", e);
        }
    }

    private static void stop() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // At the end of the JVM, EmbeddedPostgres's own shutdown hook may already be stopping it; close() does not
        // wait.
        await("PostgreSQL has stopped")
                .atMost(Duration.ofSeconds(60))
                .until(() -> Files.notExists(FOLDER.resolve("postmaster.pid")));
    }

    /** The statements of scripts that name a database. */
    private static Stream<String> statementsOf(String database, String... scripts) {
        return Stream.of(scripts)
                .flatMap(name -> script(name).stream())
                .filter(sql -> sql.matches("(?si).*\\bDATABASE " + database + "\\b.*"));
    }

    /** The statements of a script. PostgreSQL refuses CREATE DATABASE if it is sent together with others. */
    private static List<String> script(String name) {
        try (InputStream in = TestPostgres.class.getResourceAsStream("postgres/" + name)) {
            String text = new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
            return Arrays.stream(text.replaceAll("(?m)^--.*$", "").split(";", -1))
                    .map(String::strip)
                    .filter(sql -> !sql.isEmpty())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int version(Path file) {
        String name = file.getFileName().toString();
        return Integer.parseInt(name.substring(1, name.indexOf('_')));
    }
}
