package dev.jangbu.ledger.book;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The reads of the book, as payment-api's edge forwards them. Internal: no authentication, loopback only. */
@RestController
@RequestMapping(path = "/ledger", produces = MediaType.APPLICATION_JSON_VALUE)
final class LedgerController {

    private final TrialBalance trialBalance;

    LedgerController(TrialBalance trialBalance) {
        this.trialBalance = trialBalance;
    }

    /**
     * The trial balance.
     *
     * @param at RFC 3339; absent: now
     * @throws MalformedTimeException 400 if {@code at} is no such time
     */
    @GetMapping("/trial-balance")
    Trial trialBalance(@RequestParam(name = "at", required = false) @Nullable String at) {
        return trialBalance.at(at == null ? null : time(at));
    }

    private static Instant time(String text) {
        try {
            OffsetDateTime time = OffsetDateTime.parse(text).withOffsetSameInstant(ZoneOffset.UTC);
            // RFC 3339 years have four digits; PostgreSQL does not reach as far as Java either.
            if (time.getYear() < 1 || time.getYear() > 9999) {
                throw new MalformedTimeException(text);
            }
            return time.toInstant();
        } catch (DateTimeException e) {
            throw new MalformedTimeException(text);
        }
    }
}
