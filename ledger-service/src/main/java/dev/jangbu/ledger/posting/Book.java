package dev.jangbu.ledger.posting;

import org.apache.kafka.common.TopicPartition;

/** The state of one book that is assigned to this instance. Not thread-safe: only the posting thread uses it. */
final class Book {

    /** Only open books are read. The partitions of the others are paused. */
    enum State {
        /** The offsets must be read from PostgreSQL and Kafka first. */
        CLOSED,
        OPEN,
        /** Needs an operator. Other books continue. */
        STOPPED
    }

    private final TopicPartition partition;
    private State state = State.CLOSED;
    private long nextOffset;
    private long groupOffset;

    Book(TopicPartition partition) {
        this.partition = partition;
    }

    TopicPartition partition() {
        return partition;
    }

    /** The partition's number. */
    int number() {
        return partition.partition();
    }

    State state() {
        return state;
    }

    /** The first offset that is not in the database, as this instance left it. */
    long nextOffset() {
        return nextOffset;
    }

    /** The group's committed offset: the postings of all lower offsets are published. */
    long groupOffset() {
        return groupOffset;
    }

    void open(long nextOffset, long groupOffset) {
        this.nextOffset = nextOffset;
        this.groupOffset = groupOffset;
        this.state = State.OPEN;
    }

    void wroteTo(long offset) {
        nextOffset = Math.max(nextOffset, offset);
    }

    void publishedTo(long offset) {
        groupOffset = Math.max(groupOffset, offset);
    }

    void close() {
        state = State.CLOSED;
    }

    void stop() {
        state = State.STOPPED;
    }
}
