package dev.jangbu.ledger.query;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * The reads of the book, as payment-api's edge forwards them; addresses in answers are below what it says in
 * {@code X-Forwarded-Prefix}. Internal: no authentication, loopback only. A parameter that is missing or not of its form
 * is 422 {@code invalid-field}.
 */
@RestController
final class LedgerController {

    private static final String JSON = MediaType.APPLICATION_JSON_VALUE;

    private final Accounts accounts;
    private final AccountLines lines;
    private final Journals journals;
    private final TrialBalances trialBalance;
    private final WalletStatement statement;

    LedgerController(
            Accounts accounts,
            AccountLines lines,
            Journals journals,
            TrialBalances trialBalance,
            WalletStatement statement) {
        this.accounts = accounts;
        this.lines = lines;
        this.journals = journals;
        this.trialBalance = trialBalance;
        this.statement = statement;
    }

    /** The accounts that have moved, as they stand now, by code and currency. */
    @GetMapping(path = "/ledger/accounts", produces = JSON)
    ResponseEntity<Page<Account>> accounts(
            @RequestParam(required = false) @Nullable String limit,
            @RequestParam(required = false) @Nullable String cursor,
            HttpServletRequest request) {
        return list(accounts.page(RequestParameters.limit(limit), cursor), request);
    }

    /** One account, now or at a time. 404 if it has never moved in that currency. */
    @GetMapping(path = "/ledger/accounts/{code}", produces = JSON)
    Account account(
            @PathVariable String code,
            @RequestParam(required = false) @Nullable String currency,
            @RequestParam(required = false) @Nullable String at) {
        return accounts.find(code, RequestParameters.currency(currency), RequestParameters.at(at));
    }

    /** Its lines, newest first, each with the balance after it. 404 as for the account. */
    @GetMapping(path = "/ledger/accounts/{code}/lines", produces = JSON)
    ResponseEntity<Page<AccountLine>> lines(
            @PathVariable String code,
            @RequestParam(required = false) @Nullable String currency,
            @RequestParam(required = false) @Nullable String limit,
            @RequestParam(required = false) @Nullable String cursor,
            HttpServletRequest request) {
        int atMost = RequestParameters.limit(limit);
        return list(lines.page(accounts.find(code, RequestParameters.currency(currency), null), atMost, cursor), request);
    }

    /** The journal of a settlement. 404 if it is not posted, or rejected. */
    @GetMapping(path = "/ledger/journals/{settlementId}", produces = JSON)
    JournalView journal(@PathVariable String settlementId) {
        return journals.find(settlementId);
    }

    /** The trial balance, now or at a time. */
    @GetMapping(path = "/ledger/trial-balance", produces = JSON)
    TrialBalance trialBalance(@RequestParam(required = false) @Nullable String at) {
        return trialBalance.at(RequestParameters.at(at));
    }

    /** What moved a seller's wallet, newest first; empty for a wallet without entries. */
    @GetMapping(path = "/wallets/{sellerId}/entries", produces = JSON)
    ResponseEntity<Page<WalletEntry>> entries(
            @PathVariable String sellerId,
            @RequestParam(required = false) @Nullable String currency,
            @RequestParam(required = false) @Nullable String limit,
            @RequestParam(required = false) @Nullable String cursor,
            HttpServletRequest request) {
        return list(
                statement.page(RequestParameters.sellerId(sellerId), RequestParameters.currency(currency), RequestParameters.limit(limit), cursor),
                request);
    }

    /** With the address of the next page (RFC 8288), relative to the server, which may be known by other names. */
    private static <T> ResponseEntity<Page<T>> list(Page<T> page, HttpServletRequest request) {
        HttpHeaders headers = new HttpHeaders();
        if (page.nextCursor() != null) {
            String next = UriComponentsBuilder.fromPath(request.getRequestURI())
                    .query(Objects.requireNonNullElse(request.getQueryString(), ""))
                    .replaceQueryParam("cursor", page.nextCursor())
                    .build(true)
                    .toUriString();
            headers.set(HttpHeaders.LINK, "<" + next + ">; rel=\"next\"");
        }
        return ResponseEntity.ok().headers(headers).body(page);
    }
}
