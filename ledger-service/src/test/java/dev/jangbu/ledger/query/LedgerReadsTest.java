package dev.jangbu.ledger.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.contract.Side;
import dev.jangbu.ledger.TestService;
import dev.jangbu.ledger.journal.Entry;
import dev.jangbu.ledger.journal.JournalHash;
import dev.jangbu.ledger.journal.Line;
import dev.jangbu.ledger.journal.RandomEntries;
import dev.jangbu.ledger.posting.BookFiller;
import dev.jangbu.testsupport.TestHttpClient;
import dev.jangbu.testsupport.TestHttpClient.Response;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every read of the ledger over HTTP, compared with a replay of a seeded history of entries in Java. */
final class LedgerReadsTest {

    private static final long SEED = Long.getLong("jangbu.seed", 20_260_131);
    private static final int BOOKS = 3;
    private static final TestHttpClient SERVICE = TestService.client();
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
            .build();
    private static final Pattern NEXT = Pattern.compile("<([^>]+)>; rel=\"next\"");

    private static final RandomEntries HISTORY = new RandomEntries(SEED, BOOKS, 12);
    private static final List<Entry> ENTRIES = new ArrayList<>();

    private static BookFiller books;

    @BeforeAll
    static void givenAHistory() {
        System.out.println("Seed " + SEED);
        TestService.freshDatabase();
        books = new BookFiller();
        post(HISTORY.next(1_500));
    }

    @AfterAll
    static void end() {
        books.close();
    }

    @Test
    void balancesAtAPointInTimeEqualAReplay() throws Exception {
        Random random = new Random(SEED);
        List<AccountKey> accounts = List.copyOf(replay(Instant.MAX).keySet());
        for (int i = 0; i < 40; i++) {
            Instant at = randomTime(random);
            Map<AccountKey, Sums> expected = replay(at);

            assertThat(trial(SERVICE.get("/ledger/trial-balance?at=" + at).body()))
                    .as("trial balance at %s, seed %d", at, SEED)
                    .isEqualTo(expected);
            AccountKey account = accounts.get(random.nextInt(accounts.size()));
            JsonNode one = json("/ledger/accounts/" + account.code() + "?currency=" + account.currency() + "&at=" + at);
            assertThat(sums(one))
                    .as("%s at %s, seed %d", account, at, SEED)
                    .isEqualTo(expected.getOrDefault(account, Sums.NOTHING));
            assertThat(one.get("asOf").asString()).isEqualTo(at.toString());
        }
    }

    @Test
    void presentBalancesEqualAReplay() throws Exception {
        Map<AccountKey, Sums> expected = replay(Instant.MAX);

        assertThat(trial(SERVICE.get("/ledger/trial-balance").body())).isEqualTo(expected);
        Map<AccountKey, Sums> listed = new TreeMap<>(AccountKey.ORDER);
        for (JsonNode account : readAll("/ledger/accounts?limit=5")) {
            listed.put(key(account), sums(account));
        }
        assertThat(listed).isEqualTo(expected);
        for (AccountKey account : expected.keySet()) {
            assertThat(sums(json("/ledger/accounts/" + account.code() + "?currency=" + account.currency())))
                    .isEqualTo(expected.get(account));
        }
    }

    @Test
    void anAccountHasItsKindAndItsBalanceOnItsNormalSide() throws Exception {
        Map<AccountKey, Sums> expected = replay(Instant.MAX);
        JsonNode receivable = json("/ledger/accounts/psp:toss:receivable?currency=KRW");
        JsonNode fees = json("/ledger/accounts/platform:fees?currency=KRW");

        Sums receivableSums = expected.get(new AccountKey("psp:toss:receivable", "KRW"));
        assertThat(receivable.get("kind").asString()).isEqualTo("ASSET");
        assertThat(receivable.get("balance").bigIntegerValue())
                .isEqualTo(receivableSums.debits().subtract(receivableSums.credits()));
        Sums feeSums = expected.get(new AccountKey("platform:fees", "KRW"));
        assertThat(fees.get("kind").asString()).isEqualTo("REVENUE");
        assertThat(fees.get("balance").bigIntegerValue())
                .isEqualTo(feeSums.credits().subtract(feeSums.debits()));
    }

    @Test
    void linesOfAnAccountAreNewestFirstWithTheBalanceAfterEach() throws Exception {
        for (AccountKey account : List.of(
                new AccountKey("platform:fees", "KRW"),
                new AccountKey("psp:toss:receivable", "USD"),
                new AccountKey("seller:seller-3:payable", "KRW"))) {
            List<String> expected = linesOf(account);

            List<String> listed = new ArrayList<>();
            for (JsonNode line :
                    readAll("/ledger/accounts/" + account.code() + "/lines?limit=37&currency=" + account.currency())) {
                listed.add(line.get("settlementId").asString() + " "
                        + line.get("side").asString() + " "
                        + line.get("amount").asString() + " "
                        + line.get("balanceAfter").asString() + " "
                        + line.get("book").asString() + " "
                        + line.get("recordedAt").asString());
            }

            assertThat(listed).as("%s, seed %d", account, SEED).isEqualTo(expected.reversed());
        }
    }

    @Test
    void journalsPostedDuringPagingDoNotChangeTheList() throws Exception {
        String path = "/ledger/accounts/platform:fees/lines?limit=50&currency=KRW";
        List<String> expected = linesOf(new AccountKey("platform:fees", "KRW")).reversed();
        Response page = SERVICE.get(path);
        List<JsonNode> listed = new ArrayList<>(data(page));
        while (next(page) != null) {
            post(HISTORY.next(25)); // some are recorded earlier: the clock of the history steps back
            page = SERVICE.get(next(page));
            listed.addAll(data(page));
        }

        assertThat(listed).hasSameSizeAs(expected);
        BigInteger balance = listed.getFirst().get("balanceAfter").bigIntegerValue();
        for (JsonNode line : listed) {
            assertThat(line.get("balanceAfter").bigIntegerValue()).isEqualTo(balance);
            BigInteger amount = line.get("amount").bigIntegerValue();
            balance = balance.subtract(line.get("side").asString().equals("CREDIT") ? amount : amount.negate());
        }
        assertThat(balance).isZero();
    }

    @Test
    void aStatementListsTheWalletsEntriesNewestFirst() throws Exception {
        List<String> expected = ENTRIES.stream()
                .filter(entry -> entry.walletId().equals("seller-5:KRW"))
                .map(entry -> "%s %s %s %d %d %d %d"
                        .formatted(
                                entry.settlementId(),
                                entry.kind(),
                                entry.referenceId(),
                                RandomEntries.net(entry.lines(), "seller:seller-5:payable"),
                                entry.balanceAfterMinor(),
                                entry.walletVersion(),
                                HISTORY.book(entry)))
                .toList();

        List<String> listed = new ArrayList<>();
        for (JsonNode entry : readAll("/wallets/seller-5/entries?currency=KRW&limit=7")) {
            listed.add("%s %s %s %s %s %s %s"
                    .formatted(
                            entry.get("settlementId").asString(),
                            entry.get("kind").asString(),
                            entry.get("referenceId").asString(),
                            entry.get("amount").asString(),
                            entry.get("balanceAfter").asString(),
                            entry.get("version").asString(),
                            entry.get("book").asString()));
        }

        assertThat(listed).hasSizeGreaterThan(14).isEqualTo(expected.reversed());
        JsonNode unknown = json("/wallets/unknown/entries?currency=KRW");
        assertThat(unknown.get("data")).isEmpty();
        assertThat(unknown.get("nextCursor").isNull()).isTrue();
    }

    @Test
    void aJournalHasItsLinesItsNumberAndItsHash() throws Exception {
        Entry entry = ENTRIES.get(700);

        JsonNode journal = json("/ledger/journals/" + entry.settlementId());

        assertThat(journal.get("walletId").asString()).isEqualTo(entry.walletId());
        assertThat(journal.get("balanceAfter").asLong()).isEqualTo(entry.balanceAfterMinor());
        assertThat(journal.get("recordedAt").asString())
                .isEqualTo(entry.recordedAt().toString());
        assertThat(journal.get("lines")
                        .valueStream()
                        .map(line -> new Line(
                                line.get("account").asString(),
                                Side.valueOf(line.get("side").asString()),
                                line.get("amount").asLong())))
                .containsExactlyElementsOf(entry.lines());
        byte[] previous = HexFormat.of().parseHex(journal.get("previousHash").asString());
        assertThat(journal.get("hash").asString())
                .isEqualTo(HexFormat.of()
                        .formatHex(JournalHash.of(
                                previous,
                                journal.get("book").asInt(),
                                journal.get("journalNo").asLong(),
                                entry)));
    }

    @Test
    void linksStartWithTheForwardedPrefix() throws Exception {
        Response page = SERVICE.get("/ledger/accounts?limit=2", "X-Forwarded-Prefix", "/v1");
        assertThat(next(page)).startsWith("/v1/ledger/accounts?limit=2&cursor=");
        Response unknown = SERVICE.get("/ledger/accounts/platform:none?currency=KRW", "X-Forwarded-Prefix", "/v1");
        assertThat(JSON.readTree(unknown.body()).get("instance").asString())
                .isEqualTo("/v1/ledger/accounts/platform:none");
    }

    @Test
    void invalidParametersAreAnsweredWithAProblemThatNamesTheField() throws Exception {
        String cursor = json("/ledger/accounts?limit=2").get("nextCursor").asString();
        Map<String, String> wrong = Map.ofEntries(
                Map.entry("/ledger/trial-balance?at=yesterday", "at"),
                Map.entry("/ledger/trial-balance?at=2026-01-01", "at"),
                Map.entry("/ledger/trial-balance?at=%2B99999-01-01T00:00:00Z", "at"),
                Map.entry("/ledger/trial-balance?at=%D9%A2026-01-01T00:00:00Z", "at"),
                Map.entry("/ledger/accounts?limit=%D9%A5", "limit"),
                Map.entry("/ledger/accounts?limit=0", "limit"),
                Map.entry("/ledger/accounts?limit=101", "limit"),
                Map.entry("/ledger/accounts?limit=many", "limit"),
                Map.entry("/ledger/accounts?cursor=bogus", "cursor"),
                Map.entry("/ledger/accounts?cursor=%21", "cursor"),
                Map.entry("/ledger/accounts/platform:fees", "currency"),
                Map.entry("/ledger/accounts/platform:fees?currency=krw", "currency"),
                Map.entry("/ledger/accounts/platform:fees?currency=KRW&at=x", "at"),
                Map.entry("/ledger/accounts/platform:fees/lines", "currency"),
                Map.entry("/ledger/accounts/platform:fees/lines?currency=KRW&cursor=" + cursor, "cursor"),
                Map.entry("/wallets/seller-1/entries", "currency"),
                Map.entry("/wallets/seller-1/entries?currency=KRW&limit=-1", "limit"),
                Map.entry("/wallets/seller-1/entries?currency=KRW&cursor=" + cursor, "cursor"),
                Map.entry("/wallets/no%20seller/entries?currency=KRW", "sellerId"));
        wrong.forEach((path, field) -> assertThat(problem(path, 422, "invalid-field")
                        .get("errors")
                        .get(0)
                        .get("field")
                        .asString())
                .as(path)
                .isEqualTo(field));
        assertThat(problem("/ledger/trial-balance?at=2026-01-01T00:00:00+09:00", 422, "invalid-field")
                        .get("detail")
                        .asString())
                .contains("%2B");
        for (String path : new String[] {
            "/ledger/accounts/seller:unknown:payable?currency=KRW",
            "/ledger/accounts/platform:fees?currency=JPY",
            "/ledger/accounts/platform:fees/lines?currency=JPY",
            "/ledger/journals/0199d1f2-0000-7000-8000-000000000000",
            "/ledger/journals/x",
            "/ledger/nothing"
        }) {
            assertThat(problem(path, 404, "not-found").get("title").asString()).isEqualTo("Not found");
        }
    }

    @Test
    void unknownAndRepeatedParametersAreRefusedOnEveryPath() {
        String id = ENTRIES.getFirst().settlementId().toString();
        Map<String, String> allowedByPath = Map.of(
                "/ledger/accounts?limit=5",
                "it takes limit, cursor",
                "/ledger/accounts/platform:fees?currency=KRW",
                "it takes currency, at",
                "/ledger/accounts/platform:fees/lines?currency=KRW",
                "it takes currency, limit, cursor",
                "/ledger/journals/" + id + "?",
                "it takes none",
                "/ledger/trial-balance?at=2026-01-01T00:00:00Z",
                "it takes at",
                "/wallets/seller-1/entries?currency=KRW",
                "it takes currency, limit, cursor");
        allowedByPath.forEach((path, allowed) -> {
            JsonNode problem = problem(path + "&colour=red&%3Cb%3E=1&colour=blue", 422, "invalid-field");
            assertThat(problem.get("errors")
                            .valueStream()
                            .map(error -> error.get("field").asString() + " "
                                    + error.get("detail").asString()))
                    .as(path)
                    .containsExactlyInAnyOrder(
                            "colour is not a parameter of this resource: " + allowed,
                            "a parameter is not a parameter of this resource: " + allowed);
        });
        for (String path : new String[] {
            "/ledger/accounts?limit=5&limit=6",
            "/ledger/accounts/platform:fees?currency=KRW&currency=USD",
            "/ledger/accounts/platform:fees/lines?currency=KRW&currency=KRW",
            "/ledger/trial-balance?at=2026-01-01T00:00:00Z&at=2026-01-02T00:00:00Z",
            "/ledger/trial-balance?at=",
            "/wallets/seller-1/entries?currency=KRW&currency=USD"
        }) {
            JsonNode error = problem(path, 422, "invalid-field").get("errors").get(0);
            assertThat(error.get("field").asString()).as(path).isIn("limit", "currency", "at");
            assertThat(error.get("detail").asString()).isEqualTo("must be given once, with a value");
        }
    }

    @Test
    void aQueryThatIsNotUtf8IsMalformed() {
        problem("/ledger/accounts?limit=%FF", 400, "malformed-request");
        problem("/ledger/journals/x?y=%FF", 400, "malformed-request");
    }

    /** The recording time of a random entry, or a millisecond before or after it. */
    private static Instant randomTime(Random random) {
        Instant recorded = ENTRIES.get(random.nextInt(ENTRIES.size())).recordedAt();
        return recorded.plusMillis(random.nextInt(3) - 1L);
    }

    private static void post(List<Entry> entries) {
        books.post(entries, HISTORY::book);
        ENTRIES.addAll(entries);
    }

    private record AccountKey(String code, String currency) {
        static final Comparator<AccountKey> ORDER =
                Comparator.comparing(AccountKey::code).thenComparing(AccountKey::currency);
    }

    private record Sums(BigInteger debits, BigInteger credits) {
        static final Sums NOTHING = new Sums(BigInteger.ZERO, BigInteger.ZERO);

        Sums plus(Line line) {
            BigInteger amount = BigInteger.valueOf(line.amountMinor());
            return line.side() == Side.DEBIT
                    ? new Sums(debits.add(amount), credits)
                    : new Sums(debits, credits.add(amount));
        }
    }

    private static Map<AccountKey, Sums> replay(Instant at) {
        Map<AccountKey, Sums> sums = new TreeMap<>(AccountKey.ORDER);
        for (Entry entry : ENTRIES) {
            if (!entry.recordedAt().isAfter(at)) {
                for (Line line : entry.lines()) {
                    sums.merge(
                            new AccountKey(line.account(), entry.currency()),
                            Sums.NOTHING.plus(line),
                            (before, unused) -> before.plus(line));
                }
            }
        }
        return sums;
    }

    /** The expected lines of an account, oldest first, with the balance after each. */
    private static List<String> linesOf(AccountKey account) {
        boolean debitIsPlus = account.code().startsWith("psp:");
        Map<UUID, Integer> place = new HashMap<>();
        ENTRIES.forEach(entry -> place.put(entry.settlementId(), place.size()));
        List<String> lines = new ArrayList<>();
        long balance = 0;
        for (Entry entry : ENTRIES.stream()
                .filter(entry -> entry.currency().equals(account.currency()))
                .sorted(Comparator.comparing(Entry::recordedAt)
                        .thenComparing(HISTORY::book)
                        .thenComparing(entry -> place.get(entry.settlementId())))
                .toList()) {
            for (Line line : entry.lines()) {
                if (line.account().equals(account.code())) {
                    balance += (line.side() == Side.DEBIT) == debitIsPlus ? line.amountMinor() : -line.amountMinor();
                    lines.add(entry.settlementId() + " " + line.side() + " " + line.amountMinor() + " " + balance + " "
                            + HISTORY.book(entry) + " " + entry.recordedAt());
                }
            }
        }
        return lines;
    }

    private static Map<AccountKey, Sums> trial(String body) {
        Map<AccountKey, Sums> sums = new TreeMap<>(AccountKey.ORDER);
        for (JsonNode currency : JSON.readTree(body).get("currencies")) {
            assertThat(currency.get("debits")).isEqualTo(currency.get("credits"));
            for (JsonNode account : currency.get("accounts")) {
                sums.put(key(account), sums(account));
            }
        }
        return sums;
    }

    private static AccountKey key(JsonNode account) {
        return new AccountKey(
                account.get("code").asString(), account.get("currency").asString());
    }

    private static Sums sums(JsonNode account) {
        return new Sums(
                account.get("debits").bigIntegerValue(), account.get("credits").bigIntegerValue());
    }

    /** All items of a list, following the Link headers. */
    private static List<JsonNode> readAll(String path) {
        List<JsonNode> all = new ArrayList<>();
        String next = path;
        while (next != null) {
            Response page = SERVICE.get(next);
            assertThat(page.status()).as(page.body()).isEqualTo(200);
            all.addAll(data(page));
            next = next(page);
            JsonNode cursor = JSON.readTree(page.body()).get("nextCursor");
            assertThat(next == null ? cursor.isNull() : next.contains("cursor=" + cursor.asString()))
                    .isTrue();
        }
        return all;
    }

    private static List<JsonNode> data(Response page) {
        return JSON.readTree(page.body()).get("data").valueStream().toList();
    }

    private static String next(Response page) {
        Matcher link = NEXT.matcher(page.header("Link").orElse(""));
        return link.matches() ? link.group(1) : null;
    }

    private static JsonNode json(String path) {
        Response answer = SERVICE.get(path);
        assertThat(answer.status()).as(path + " " + answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private static JsonNode problem(String path, int status, String code) {
        Response answer = SERVICE.get(path);
        assertThat(answer.status()).as(path + " " + answer.body()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).hasValue("application/problem+json");
        JsonNode problem = JSON.readTree(answer.body());
        assertThat(problem.get("code").asString()).isEqualTo(code);
        assertThat(problem.get("type").asString()).isEqualTo("urn:jangbu:problem:" + code);
        assertThat(problem.get("detail").asString()).isNotBlank();
        return problem;
    }
}
