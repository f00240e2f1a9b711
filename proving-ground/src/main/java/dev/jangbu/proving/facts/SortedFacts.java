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
 * Sorts any number of cards in bounded memory, an external merge sort: what is added is sorted in runs of {@link #RUN_CHARS}
 * characters, each written to a file, and the files are merged while they are read. When there are {@link #MOST_RUNS} of them they
 * become one. So the heap holds one run while cards are added, and a buffer for each file while they are read: some ten
 * megabytes, however many cards there are. Equal cards become one that counts them.
 */
public final class SortedFacts implements AutoCloseable {

    /** Characters of keys and texts in one run; a card counts {@link #CARD_CHARS} more for its objects. */
    static final int RUN_CHARS = 8 * 1024 * 1024;

    static final int MOST_RUNS = 64;
    private static final int CARD_CHARS = 80;
    private static final int BUFFER_BYTES = 32 * 1024;

    private final Path directory;
    private final int runChars;
    private final int mostRuns;
    private final List<Path> runs = new ArrayList<>();
    private List<Fact> run = new ArrayList<>();
    private long chars;

    /** @param directory an existing one; the runs are written there and deleted by {@link #close} */
    public SortedFacts(Path directory) {
        this(directory, RUN_CHARS, MOST_RUNS);
    }

    SortedFacts(Path directory, int runChars, int mostRuns) {
        this.directory = directory;
        this.runChars = runChars;
        this.mostRuns = mostRuns;
    }

    /** Adds a card; a text of more than 20,000 characters is refused. */
    public void add(String key, String text) throws IOException {
        run.add(new Fact(key, text, 1));
        chars += key.length() + text.length() + CARD_CHARS;
        if (chars >= runChars) {
            spill();
        }
    }

    /** All cards in order. Nothing may be added afterwards. */
    public Facts sorted() throws IOException {
        if (!run.isEmpty()) {
            spill();
        }
        run = List.of();
        return new MergedRuns(runs);
    }

    private void spill() throws IOException {
        run.sort(Fact.ORDER);
        Path file = Files.createTempFile(directory, "run-", ".cards");
        runs.add(file);
        try (Writer writer = new Writer(file)) {
            for (Fact card : run) {
                writer.write(card);
            }
        }
        run.clear();
        chars = 0;
        if (runs.size() == mostRuns) {
            mergeAll();
        }
    }

    private void mergeAll() throws IOException {
        Path merged = Files.createTempFile(directory, "run-", ".cards");
        try (MergedRuns cards = new MergedRuns(runs);
                Writer writer = new Writer(merged)) {
            for (Fact card = cards.next(); card != null; card = cards.next()) {
                writer.write(card);
            }
        }
        close();
        runs.add(merged);
    }

    /** Deletes what was written. */
    @Override
    public void close() throws IOException {
        for (Path file : runs) {
            Files.deleteIfExists(file);
        }
        runs.clear();
    }

    /** Writes cards that come in order, equal ones once. */
    private static final class Writer implements AutoCloseable {

        private final DataOutputStream out;
        private @Nullable Fact waiting;

        Writer(Path file) throws IOException {
            this.out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES));
        }

        void write(Fact card) throws IOException {
            if (waiting != null && waiting.saysTheSameAs(card)) {
                waiting = waiting.and(card);
            } else {
                flush();
                waiting = card;
            }
        }

        private void flush() throws IOException {
            if (waiting != null) {
                out.writeUTF(waiting.key());
                out.writeUTF(waiting.text());
                out.writeLong(waiting.times());
            }
        }

        @Override
        public void close() throws IOException {
            flush();
            out.close();
        }
    }

    /** One file, read from its beginning; {@code head} is its next card. */
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
            } catch (EOFException end) {
                head = null;
                return;
            }
            head = new Fact(key, in.readUTF(), in.readLong());
        }

        Fact head() {
            if (head == null) {
                throw new IllegalStateException("a run that has ended is not in the queue");
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
            Fact card = pop();
            if (card == null) {
                return null;
            }
            while (!queue.isEmpty() && queue.element().head().saysTheSameAs(card)) {
                Fact same = pop();
                if (same != null) {
                    card = card.and(same);
                }
            }
            return card;
        }

        private @Nullable Fact pop() throws IOException {
            Run run = queue.poll();
            if (run == null) {
                return null;
            }
            Fact card = run.head();
            run.advance();
            if (run.head != null) {
                queue.add(run);
            }
            return card;
        }

        @Override
        public void close() throws IOException {
            for (Run run : open) {
                run.close();
            }
        }
    }
}
