package dev.jangbu.ledger.query;

import static dev.jangbu.ledger.query.RequestParameters.AT;
import static dev.jangbu.ledger.query.RequestParameters.CURRENCY;
import static dev.jangbu.ledger.query.RequestParameters.CURSOR;
import static dev.jangbu.ledger.query.RequestParameters.LIMIT;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.Objects;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * The read API of the ledger. Internal: no authentication, loopback only; payment-api forwards requests.
 *
 * <ul>
 *   <li>Links in answers start with the forwarded {@code X-Forwarded-Prefix}.
 *   <li>A parameter that is missing, unknown, repeated or malformed is 422 {@code invalid-field}.
 * </ul>
 */
@RestController
final class LedgerController {

    private static final String JSON = MediaType.APPLICATION_JSON_VALUE;

    private final Accounts accounts;
    private final AccountLines lines;
    private final Journals journals;
    private final TrialBalances trialBalances;
    private final WalletStatement statement;
    private final Finality finality;

    LedgerController(
            Accounts accounts,
            AccountLines lines,
            Journals journals,
            TrialBalances trialBalances,
            WalletStatement statement,
            Finality finality) {
        this.accounts = accounts;
        this.lines = lines;
        this.journals = journals;
        this.trialBalances = trialBalances;
        this.statement = statement;
        this.finality = finality;
    }

    /** Accounts with at least one line, as of now, ordered by code and currency. */
    @GetMapping(path = "/ledger/accounts", produces = JSON)
    ResponseEntity<Page<Account>> accounts(HttpServletRequest request) {
        RequestParameters parameters = RequestParameters.of(request, LIMIT, CURSOR);
        return list(accounts.page(parameters.limit(), parameters.cursor()), request);
    }

    /** One account, now or at a point in time. 404 if it has no line in that currency. */
    @GetMapping(path = "/ledger/accounts/{code}", produces = JSON)
    Account account(@PathVariable String code, HttpServletRequest request) {
        RequestParameters parameters = RequestParameters.of(request, CURRENCY, AT);
        String currency = parameters.currency();
        Instant at = parameters.at();
        if (at == null) {
            return accounts.find(code, currency, null);
        }
        Finality.State state = finality.at(at);
        return accounts.find(code, currency, at).with(state);
    }

    /** Lines of an account, newest first, each with the balance after it. 404 as for the account. */
    @GetMapping(path = "/ledger/accounts/{code}/lines", produces = JSON)
    ResponseEntity<Page<AccountLine>> lines(@PathVariable String code, HttpServletRequest request) {
        RequestParameters parameters = RequestParameters.of(request, CURRENCY, LIMIT, CURSOR);
        int limit = parameters.limit();
        Account account = accounts.find(code, parameters.currency(), null);
        return list(lines.page(account, limit, parameters.cursor()), request);
    }

    /** The journal of a settlement. 404 if it is rejected or not posted yet. */
    @GetMapping(path = "/ledger/journals/{settlementId}", produces = JSON)
    JournalView journal(@PathVariable String settlementId, HttpServletRequest request) {
        RequestParameters.of(request);
        return journals.find(settlementId);
    }

    /** The trial balance, now or at a point in time. */
    @GetMapping(path = "/ledger/trial-balance", produces = JSON)
    TrialBalance trialBalance(HttpServletRequest request) {
        Instant at = RequestParameters.of(request, AT).at();
        if (at == null) {
            return trialBalances.at(null);
        }
        Finality.State state = finality.at(at);
        return trialBalances.at(at).with(state);
    }

    /** Entries of a seller's wallet, newest first. Empty if the wallet has none. */
    @GetMapping(path = "/wallets/{sellerId}/entries", produces = JSON)
    ResponseEntity<Page<WalletEntry>> entries(@PathVariable String sellerId, HttpServletRequest request) {
        RequestParameters parameters = RequestParameters.of(request, CURRENCY, LIMIT, CURSOR);
        String seller = RequestParameters.sellerId(sellerId);
        return list(statement.page(seller, parameters.currency(), parameters.limit(), parameters.cursor()), request);
    }

    /** Adds the {@code Link} to the next page (RFC 8288) as a path: the server may have other host names. */
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
