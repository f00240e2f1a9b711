package dev.jangbu.proving.facts;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Sorts any number of facts in bounded memory, by an external merge sort:
 *
 * <ul>
 *   <li>Added facts are sorted in runs of {@link #RUN_CHARS} characters; each run is written to a file.
 *   <li>{@link #MAX_RUNS} files are merged into one.
 *   <li>The files are merged while they are read. Equal facts become one with the sum of their counts.
 * </ul>
 *
 * <p>The heap holds one run while facts are added, and one buffer per file while they are read: some ten megabytes,
 * however many facts there are.
 */
public final class SortedFacts implements AutoCloseable {

    /** Characters of keys and texts in one run; each fact counts {@link #FACT_OVERHEAD_CHARS} more for its objects. */
    static final int RUN_CHARS = 8 * 1024 * 1024;

    static final int MAX_RUNS = 64;
    private static final int FACT_OVERHEAD_CHARS = 80;
    private static final int BUFFER_BYTES = 32 * 1024;

    private final Path directory;
    private final int runChars;
    private final int maxRuns;
    private final List<Path> runs = new ArrayList<>();
    private List<Fact> run = new ArrayList<>();
    private long chars;

    /** @param directory an existing directory; the runs are written there and deleted by {@link #close} */
    public SortedFacts(Path directory) {
        this(directory, RUN_CHARS, MAX_RUNS);
    }

    SortedFacts(Path directory, int runChars, int maxRuns) {
        this.directory = directory;
        this.runChars = runChars;
        this.maxRuns = maxRuns;
    }

    /** Adds a fact. A text of more than 65,535 bytes is refused with an exception when its run is written. */
    public void add(String key, String text) throws IOException {
        run.add(new Fact(key, text, 1));
        chars += key.length() + text.length() + FACT_OVERHEAD_CHARS;
        if (chars >= runChars) {
            spill();
        }
    }

    /** All facts in order. No fact may be added afterwards. */
    public Facts sorted() throws IOException {
        if (!run.isEmpty()) {
            spill();
        }
        run = List.of();
        return new MergedRuns(runs);
    }

    private void spill() throws IOException {
        run.sort(Fact.ORDER);
        Path file = Files.createTempFile(directory, "run-", ".facts");
        runs.add(file);
        try (Writer writer = new Writer(file)) {
            for (Fact fact : run) {
                writer.write(fact);
            }
        }
        run.clear();
        chars = 0;
        if (runs.size() == maxRuns) {
            mergeAll();
        }
    }

    private void mergeAll() throws IOException {
        Path merged = Files.createTempFile(directory, "run-", ".facts");
        try (MergedRuns facts = new MergedRuns(runs);
                Writer writer = new Writer(merged)) {
            for (Fact fact = facts.next(); fact != null; fact = facts.next()) {
                writer.write(fact);
            }
        }
        close();
        runs.add(merged);
    }

    /** Deletes the files. */
    @Override
    public void close() throws IOException {
        for (Path file : runs) {
            Files.deleteIfExists(file);
        }
        runs.clear();
    }

    /** Writes facts that come in order; equal facts are written once, with the sum of their counts. */
    private static final class Writer implements AutoCloseable {

        private final DataOutputStream out;
        private @Nullable Fact pending;

        Writer(Path file) throws IOException {
            this.out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES));
        }

        void write(Fact fact) throws IOException {
            if (pending != null && pending.hasSameContent(fact)) {
                pending = pending.plusCountOf(fact);
            } else {
                flush();
                pending = fact;
            }
        }

        private void flush() throws IOException {
            if (pending != null) {
                out.writeUTF(pending.key());
                out.writeUTF(pending.text());
                out.writeLong(pending.count());
            }
        }

        @Override
        public void close() throws IOException {
            flush();
            out.close();
        }
    }

    /** One file, read from its beginning; {@code head} is its next fact. */
    private static final class Run implements AutoCloseable {

        private final DataInputStream in;
        private @Nullable Fact head;

        Run(Path file) throws IOException {
            this.in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES));
            advance();
        }

        void advance() throws IOException {
            String key;
            try {
                key = in.readUTF();
            } catch (EOFException e) {
                head = null;
                return;
            }
            head = new Fact(key, in.readUTF(), in.readLong());
        }

        Fact head() {
            if (head == null) {
                throw new IllegalStateException("A run at its end is in the queue");
            }
            return head;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }

    private static final class MergedRuns implements Facts {

        private final List<Run> open = new ArrayList<>();
        private final PriorityQueue<Run> queue = new PriorityQueue<>(Comparator.comparing(Run::head, Fact.ORDER));

        MergedRuns(List<Path> files) throws IOException {
            try {
                for (Path file : files) {
                    Run run = new Run(file);
                    open.add(run);
                    queue.add(run);
                }
            } catch (IOException e) {
                close();
                throw e;
            }
        }

        @Override
        public @Nullable Fact next() throws IOException {
            Fact fact = pop();
            if (fact == null) {
                return null;
            }
            while (!queue.isEmpty() && queue.element().head().hasSameContent(fact)) {
                Fact same = pop();
                if (same != null) {
                    fact = fact.plusCountOf(same);
                }
            }
            return fact;
        }

        private @Nullable Fact pop() throws IOException {
            Run run = queue.poll();
            if (run == null) {
                return null;
            }
            Fact fact = run.head();
            run.advance();
            if (run.head != null) {
                queue.add(run);
            }
            return fact;
        }

        @Override
        public void close() throws IOException {
            for (Run run : open) {
                run.close();
            }
        }
    }
}
