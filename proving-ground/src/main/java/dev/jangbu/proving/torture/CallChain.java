package dev.jangbu.proving.torture;

import dev.jangbu.operator.installation.HttpApi.Response;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The acknowledged calls of an order or a payout. After a restore its client repeats those that may be lost, in order
 * and with the same keys, before it calls again. Thread-safe.
 */
final class CallChain {

    /** The calls of a client that is told of no restore. */
    static final CallChain NONE = new CallChain(new Restores());

    /** The client's own record. */
    interface Knowledge {

        /** An acknowledged answer. */
        void learn(Call call, Response answer);

        /** Forgets what a restore may lose, if it was learned since this {@link System#nanoTime()}. */
        void forget(long since);
    }

    private record Acknowledged(Call call, long at) {}

    private final Restores restores;
    private final Map<String, Acknowledged> calls = new LinkedHashMap<>();
    private final ReentrantLock repeating = new ReentrantLock();

    /** The number of the last restore whose losses are repeated. */
    private volatile int repeated;

    private volatile Knowledge knowledge = new Knowledge() {
        @Override
        public void learn(Call call, Response answer) {}

        @Override
        public void forget(long since) {}
    };

    CallChain(Restores restores) {
        this.restores = restores;
        this.repeated = restores.last().number();
    }

    void attach(Knowledge record) {
        knowledge = record;
    }

    /** Records a final or open answer. A refused call is over: its client does not repeat it. */
    void acknowledge(Call call, Response answer) {
        if (this == NONE) {
            return;
        }
        if (answer.status() < 300 || answer.status() == 402) {
            synchronized (calls) {
                calls.putIfAbsent(call.key(), new Acknowledged(call, System.nanoTime()));
            }
        }
        knowledge.learn(call, answer);
    }

    /** Whether a restore may have lost calls that are not repeated yet. */
    boolean isLost() {
        return repeated < restores.last().number();
    }

    /**
     * Repeats the calls that the last restore may have lost. Returns at once if there are none, else when all of them
     * have an answer.
     *
     * @param reviewer resolves a review that a call waits for
     * @return the number of repeated calls
     */
    int repeatLost(FlakyClient client, Restores.Reviewer reviewer) throws InterruptedException {
        if (!isLost()) {
            return 0;
        }
        int count = 0;
        repeating.lockInterruptibly();
        try {
            while (isLost()) {
                Restores.Restore restore = restores.last();
                knowledge.forget(restore.since());
                for (Call call : acknowledgedSince(restore.since())) {
                    Response answer = answer(client, reviewer, call);
                    synchronized (calls) {
                        calls.replace(call.key(), new Acknowledged(call, System.nanoTime()));
                    }
                    knowledge.learn(call, answer);
                    count++;
                }
                repeated = restore.number();
            }
        } finally {
            repeating.unlock();
        }
        return count;
    }

    private static Response answer(FlakyClient client, Restores.Reviewer reviewer, Call call)
            throws InterruptedException {
        Response answer = client.untilAnswered(call);
        while (AcknowledgedAnswers.isRetryable(answer)) {
            // An operation is in review. A charge and its refund that only the PSP has are decided by a person.
            reviewer.resolveReviews(call.paymentId());
            answer = client.untilAnswered(call);
        }
        return answer;
    }

    private List<Call> acknowledgedSince(long since) {
        List<Call> lost = new ArrayList<>();
        synchronized (calls) {
            for (Acknowledged each : calls.values()) {
                if (each.at() - since >= 0) {
                    lost.add(each.call());
                }
            }
        }
        return lost;
    }
}
