package dev.jangbu.settlement.torture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jangbu.settlement.torture.LedgerStandIn.Seen;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * A client that reads wallets through any instance, all the time, each with the position of a posting that it knows of. What
 * it gets must have that posting in it, or be a 503 that says why and when to ask again.
 */
final class WalletReader implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<Instance> instances;
    private final AtomicReference<LedgerStandIn> ledger;
    private final Random random;
    private final AtomicInteger answers = new AtomicInteger();
    private final Map<String, Integer> refusals = Collections.synchronizedMap(new TreeMap<>());
    private final List<String> violations = Collections.synchronizedList(new ArrayList<>());
    private final Thread thread = new Thread(this::run, "wallet reader");
    private volatile boolean closing;

    WalletReader(List<Instance> instances, LedgerStandIn ledger, long seed) {
        this.instances = instances;
        this.ledger = new AtomicReference<>(ledger);
        this.random = new Random(seed);
        thread.start();
    }

    int answers() {
        return answers.get();
    }

    /** The 503s, by what they said. */
    Map<String, Integer> refusals() {
        return refusals;
    }

    List<String> violations() {
        return violations;
    }

    private void run() {
        while (!closing) {
            List<Seen> known = ledger.get().latest();
            if (known.isEmpty()) {
                LockSupport.parkNanos(1_000_000);
                continue;
            }
            Seen seen = known.get(random.nextInt(known.size()));
            Instance instance = instances.get(random.nextInt(instances.size()));
            int before = instance.disturbances();
            try {
                // A client that hammers would only slow down what it waits for.
                Thread.sleep(10);
                judge(seen, instance.get(path(seen)));
            } catch (InterruptedException e) {
                return;
            } catch (IOException e) {
                refusals.merge("(no answer: " + e.getClass().getSimpleName() + ")", 1, Integer::sum);
                // Dead, frozen or starting: each changes the count, but for the time in between; then it must be
                // unready.
                if (!closing && isReady(instance) && !answersNow(instance, seen) && instance.disturbances() == before) {
                    violations.add("no answer, twice, from an instance that is ready: " + e);
                }
            }
        }
    }

    private void judge(Seen seen, HttpResponse<String> answer) throws IOException {
        JsonNode body = JSON.readTree(answer.body());
        if (answer.statusCode() == 200) {
            answers.incrementAndGet();
            if (body.path("version").asLong() < seen.walletVersion()) {
                violations.add("read behind its position: " + seen + ", got " + body);
            }
        } else if (answer.statusCode() == 503
                && answer.headers().firstValue("Retry-After").isPresent()
                && body.path("code").asText().equals("restoring")
                && !body.path("detail").asText().isBlank()) {
            refusals.merge(body.path("detail").asText().replaceAll("\\d+", "n"), 1, Integer::sum);
        } else {
            violations.add("answered " + answer.statusCode() + " " + body);
        }
    }

    private static String path(Seen seen) {
        String seller = seen.walletId().substring(0, seen.walletId().indexOf(':'));
        return "/wallets/" + seller + "?currency=KRW&position=" + seen.position();
    }

    private static boolean answersNow(Instance instance, Seen seen) {
        try {
            return instance.get(path(seen)).statusCode() > 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private static boolean isReady(Instance instance) {
        try {
            return instance.get("/actuator/health/readiness").statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() throws InterruptedException {
        closing = true;
        thread.join();
    }
}
