package dev.jangbu.settlement.torture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jangbu.settlement.torture.LedgerStandIn.Posting;
import dev.jangbu.testsupport.TestHttpClient.Response;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Reads wallets continuously through all instances, each with the position of a posting. Every answer must include the
 * posting, or be a 503 with a reason and Retry-After.
 */
final class WalletClient implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<Instance> instances;
    private final LedgerStandIn ledger;
    private final Random random;
    private final AtomicInteger answers = new AtomicInteger();
    private final Map<String, Integer> unavailable = Collections.synchronizedMap(new TreeMap<>());
    private final List<String> violations = Collections.synchronizedList(new ArrayList<>());
    private final Thread thread = new Thread(this::run, "wallet reader");
    private volatile boolean closing;

    WalletClient(List<Instance> instances, LedgerStandIn ledger, long seed) {
        this.instances = instances;
        this.ledger = ledger;
        this.random = new Random(seed);
        thread.start();
    }

    int answers() {
        return answers.get();
    }

    /** The 503s, by their detail. */
    Map<String, Integer> unavailable() {
        return unavailable;
    }

    List<String> violations() {
        return violations;
    }

    private void run() {
        while (!closing) {
            List<Posting> postings = ledger.latest();
            if (postings.isEmpty()) {
                LockSupport.parkNanos(1_000_000);
                continue;
            }
            Posting posting = postings.get(random.nextInt(postings.size()));
            Instance instance = instances.get(random.nextInt(instances.size()));
            int before = instance.faults();
            try {
                // Limits the load on the instances.
                Thread.sleep(10);
                check(posting, instance.get(path(posting)));
            } catch (InterruptedException e) {
                return;
            } catch (IOException e) {
                unavailable.merge("(no answer: " + e.getClass().getSimpleName() + ")", 1, Integer::sum);
                // A killed, frozen or starting instance does not answer. Otherwise it must be unready.
                if (!closing && isReady(instance) && !answersNow(instance, posting) && instance.faults() == before) {
                    violations.add("a ready instance did not answer twice: " + e);
                }
            }
        }
    }

    private void check(Posting posting, Response answer) throws IOException {
        JsonNode body = JSON.readTree(answer.body());
        if (answer.status() == 200) {
            answers.incrementAndGet();
            if (body.path("version").asLong() < posting.walletVersion()) {
                violations.add("read behind its position: " + posting + ", got " + body);
            }
        } else if (answer.status() == 503
                && answer.header("Retry-After").isPresent()
                && body.path("code").asText().equals("restoring")
                && !body.path("detail").asText().isBlank()) {
            unavailable.merge(body.path("detail").asText().replaceAll("\\d+", "n"), 1, Integer::sum);
        } else {
            violations.add("answered " + answer.status() + " " + body);
        }
    }

    private static String path(Posting posting) {
        String seller = posting.walletId().substring(0, posting.walletId().indexOf(':'));
        return "/wallets/" + seller + "?currency=KRW&position=" + posting.position();
    }

    private static boolean answersNow(Instance instance, Posting posting) {
        try {
            return instance.get(path(posting)).status() > 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isReady(Instance instance) {
        try {
            return instance.get("/actuator/health/readiness").status() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() throws InterruptedException {
        closing = true;
        thread.join();
    }
}
