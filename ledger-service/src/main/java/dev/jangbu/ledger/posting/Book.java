package dev.jangbu.ledger.posting;

import org.apache.kafka.common.TopicPartition;

/** A book that is assigned to this instance, as the posting thread knows it. Not for other threads. */
final class Book {

    /** A book is read only while it is open; otherwise its partition is paused. */
    enum State {
        /** Its offsets have to be looked up (again) before it may be read. */
        CLOSED,
        OPEN,
        /** Cannot go on without a person; other books can. */
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

    /** The book's number is its partition's. */
    int number() {
        return partition.partition();
    }

    State state() {
        return state;
    }

    /** The first offset that the database has not seen, as this instance left it. */
    long nextOffset() {
        return nextOffset;
    }

    /** The group's committed offset: the postings of everything below it are sent. */
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
