package dev.jangbu.proving.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.proving.facts.InstallationFacts;
import dev.jangbu.proving.facts.SqlFile;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The SQL of the invariants on facts of one settled payment, refund and payout. */
class SqlInvariantTest {

    private Connection connection;
    private Statement facts;

    @BeforeEach
    void createFacts() throws SQLException {
        connection = DriverManager.getConnection("jdbc:duckdb:");
        facts = connection.createStatement();
        facts.execute(SqlFile.read(InstallationFacts.class, "facts.sql").text());
        facts.execute(
                SqlFile.read(SqlInvariantTest.class, "settled-payment.sql").text());
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    @Test
    void theFactsHold() throws SQLException {
        for (Invariant invariant : Audit.all()) {
            if (invariant instanceof SqlInvariant) {
                Violations violations = check(invariant.name());
                assertThat(violations.first()).as(invariant.name()).isEmpty();
                assertThat(violations.unchecked()).as(invariant.name()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            OneChargePerPayment    | DELETE FROM psp_charges                                 | is COMPLETED and was never charged
            OneChargePerPayment    | DELETE FROM payments                                    | no payment has the charge key-1: [order-1 10000 KRW 4000]
            OneChargePerPayment    | UPDATE payments SET status = 'DECLINED'                 | is DECLINED and was charged
            OneChargePerPayment    | UPDATE psp_charges SET amount = 1                       | is for order-1 10000 KRW and the PSP charged order-1 1 KRW
            OneChargePerPayment    | UPDATE psp_charges SET cancelled = 1                    | the PSP cancelled 1, the refunds have 4000 approved and 0 undecided
            OneChargePerPayment    | INSERT INTO psp_charges SELECT * FROM psp_charges       | more than once: 2 times [order-1 10000 KRW 4000]
            OneChargePerPayment    | INSERT INTO payments SELECT * FROM payments             | more than one payment has the charge key-1
            RefundsAddUp           | UPDATE payment_lines SET refunded_fee = 201             | a fee of 201 refunded; its refunds have 4000, 0 and 200
            RefundsAddUp           | UPDATE refunds SET amount = 1                           | is of 1 and its lines sum to 4000
            OutboxMatchesApprovals | DELETE FROM outbox WHERE request LIKE 'REFUND%'         | the outbox has nothing
            OutboxMatchesApprovals | INSERT INTO outbox SELECT * FROM outbox                 | the outbox has 2 times [
            OutboxMatchesApprovals | UPDATE outbox SET wallet_id = 'other:KRW'               | for other:KRW holds the request
            OutboxMatchesApprovals | UPDATE outbox SET error = 'poison'                      | cannot be read: poison
            OutboxMatchesApprovals | UPDATE settlements SET name_b = 'another' WHERE kind = 'PAYMENT' | line 1, has no outbox row with the id of its name
            OutboxIsPublished      | DELETE FROM requests                                    | is not on the topic
            OutboxIsPublished      | UPDATE requests SET content = 'x'                       | the topic has [x]
            OutboxIsPublished      | DELETE FROM outbox                                      | not among the dead letters: [a request with the id
            SettledOnce            | UPDATE settlements SET fee = 499 WHERE kind = 'PAYMENT' | approved are [PAYMENT of 1 a:KRW platform:fees CREDIT 499 psp:toss:receivable DEBIT 10000 seller:a:payable CREDIT 9501], booked are [
            SettledOnce            | DELETE FROM journals                                    | booked are nothing
            SettledOnce            | DELETE FROM outbox                                      | has no outbox row
            SettledOnce            | INSERT INTO entries SELECT * FROM entries               | changed its wallet 2 times: 2 times [a:KRW]
            SettledOnce            | DELETE FROM entries                                     | has no entry in Kafka
            PayoutsAreCovered      | UPDATE journals SET balance_after = -5                  | leaves -5 in the wallet
            PayoutsAreCovered      | UPDATE payouts SET expected_version = 7                 | expects version 7 of the wallet and made version 3
            Balanced               | UPDATE lines SET amount = amount + 1 WHERE side = 'DEBIT' | is off by 1 KRW in 3 lines
            Balanced               | UPDATE balances SET debits = debits + 1                 | lines sum to
            Balanced               | DELETE FROM lines                                       | has no lines
            Balanced               | DELETE FROM journals                                    | have no journal
            WalletsMatchTheBook    | UPDATE wallets SET balance = '1'                        | a:KRW: wallet 1 of 3 entries, ledger 4700, Kafka 4700 of 3 entries
            WalletsMatchTheBook    | DELETE FROM entries                                     | a:KRW has [4700] in the ledger and no entry in Kafka
            WalletsMatchTheBook    | UPDATE wallets SET status = 404                         | a:KRW cannot be read: 404
            GapFree                | UPDATE journals SET wallet_version = 9 WHERE no = 3     | a:KRW version 9 (balance 4700) follows version 2 (balance 5700), moved by -1000
            GapFree                | UPDATE journals SET balance_after = 1 WHERE no = 1      | version 1 (balance 1) follows version 0 (balance 0), moved by 9500
            GapFree                | DELETE FROM journals WHERE no = 2                       | book 0: journal 3 follows 1
            GapFree                | INSERT INTO wrong_hashes VALUES (0, 2)                  | the hash of journal 2 is not that of its bytes
            GapFree                | UPDATE books SET last_no = 4                            | book 0 has the head 4 (33), and its last journal is 3 (33)
            GapFree                | UPDATE lines SET no = 8                                 | and its journal at 0/1
            GapFree                | DELETE FROM postings                                    | its postings have nothing
            OneCompletion          | INSERT INTO completions SELECT * FROM completions       | was completed 2 times: 2 times [PAYMENT COMPLETED 1]
            OneCompletion          | DELETE FROM completions                                 | is PAYMENT COMPLETED 1 without a completion
            OneCompletion          | UPDATE payments SET status = 'APPROVED'                 | was completed and its state is another: [PAYMENT COMPLETED 1]
            OneCompletion          | UPDATE completions SET parts = 2                        | and its completion has [PAYMENT COMPLETED 2]
            OneCompletion          | UPDATE completions SET position = '0:9'                 | is in the books at [0:1] and its completion has [0:9]
            LegalHistory           | UPDATE history SET from_status = 'READY' WHERE version = 3 | READY>APPROVED is no legal transition, in [BEGIN>READY, READY>EXECUTING, READY>APPROVED, APPROVED>COMPLETED]
            LegalHistory           | UPDATE history SET previous_status = 'X' WHERE version = 2 | does not begin at X
            LegalHistory           | UPDATE payments SET status = 'APPROVED'                 | is APPROVED and its history ends in COMPLETED
            LegalHistory           | DELETE FROM history                                     | ([PAYMENT COMPLETED]) has no history
            LegalHistory           | DELETE FROM payments                                    | has a history and does not exist
            LegalHistory           | UPDATE history SET kind = 'PAYOUT'                      | is a PAYMENT and its history is that of a PAYOUT
            MoneyIsConserved       | UPDATE lines SET amount = amount - 1                    | the ledger has
            RebuiltFromKafka       | UPDATE entries SET journal = 'x' WHERE no = 1           | rebuilt [book 0 journal 1 x], stored [book 0 journal 1
            RebuiltFromKafka       | DELETE FROM journals WHERE no = 3                       | stored nothing
            RebuiltFromKafka       | DELETE FROM entries WHERE no = 3                        | no entry in Kafka
            """)
    void aViolationIsFound(String invariant, String change, String evidence) throws SQLException {
        facts.execute(change);

        Violations violations = check(invariant);

        assertThat(violations.first().toString()).contains(evidence);
        assertThat(violations.count()).isPositive();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            OutboxIsPublished | DELETE FROM requests                        | CONNECTOR
            SettledOnce       | DELETE FROM journals                        | LEDGER
            GapFree           | DELETE FROM postings                        | LEDGER
            OneCompletion     | UPDATE payments SET status = 'APPROVED'     | PAYMENT_API
            MoneyIsConserved  | UPDATE payouts SET status = 'REQUESTED'     | PAYMENT_API
            RebuiltFromKafka  | DELETE FROM journals                        | LEDGER
            """)
    void missingDataIsNoViolationWhileAStageThatProducesItIsBusy(String invariant, String change, String stage)
            throws SQLException {
        facts.execute(change);
        long otherwise = check(invariant).count();
        facts.execute("INSERT INTO busy_stages VALUES ('" + stage + "')");

        assertThat(check(invariant).count()).isLessThan(otherwise);
    }

    @Test
    void dataThatMustNotExistIsAViolationAlsoWhileAStageIsBusy() throws SQLException {
        facts.execute("INSERT INTO busy_stages VALUES ('LEDGER')");
        facts.execute("INSERT INTO postings SELECT * FROM postings");

        assertThat(check("GapFree").count()).isEqualTo(3);
    }

    @Test
    void expiredDataIsNotMissed() throws SQLException {
        facts.execute("UPDATE clock SET now_ms = now_ms + 31 * 24 * 3600 * 1000::BIGINT");
        facts.execute("DELETE FROM outbox");
        facts.execute("DELETE FROM requests");
        facts.execute("DELETE FROM completions");

        for (String invariant :
                new String[] {"OutboxMatchesApprovals", "OutboxIsPublished", "SettledOnce", "OneCompletion"}) {
            assertThat(check(invariant).first()).as(invariant).isEmpty();
        }
    }

    @Test
    void allViolationsAreCountedAndTheFirstAreShown() throws SQLException {
        facts.execute(
                "INSERT INTO completions SELECT uuid(), 'PAYMENT', 'COMPLETED', NULL, 1, NULL FROM range(50), range(2)");
        facts.execute("INSERT INTO postings SELECT uuid(), 0, 1, 'PAYMENT', uuid(), 1, '' FROM range(50)");

        Violations violations = check("GapFree");

        assertThat(violations.count()).isEqualTo(50);
        assertThat(violations.first()).hasSize(20);
    }

    @Test
    void aRestoredPaymentMayTakeTransitionsThatTheDatabaseHasLost() throws SQLException {
        facts.execute("DELETE FROM history WHERE kind = 'PAYMENT' AND version = 2");
        facts.execute("UPDATE history SET from_status = 'READY', previous_status = 'READY'"
                + " WHERE kind = 'PAYMENT' AND version = 3");
        assertThat(check("LegalHistory").count()).isEqualTo(1);

        facts.execute("UPDATE history SET cause = 'restored' WHERE kind = 'PAYMENT' AND version = 3");

        assertThat(check("LegalHistory").first()).isEmpty();
    }

    @Test
    void unreadableRecordsAreDeadLetters() throws SQLException {
        facts.execute("INSERT INTO unreadable VALUES ('ledger.postings', 'key 12', 'ledger.postings-0@7')");
        assertThat(check("GapFree").first())
                .containsExactly("not among the dead letters: [the unreadable record ledger.postings-0@7] (key 12)");

        facts.execute("INSERT INTO dead_letters VALUES ('key 12')");
        assertThat(check("GapFree").first()).isEmpty();
    }

    @Test
    void chargesThatCannotBeListedAreReportedAsUnchecked() throws SQLException {
        facts.execute("UPDATE psp SET is_listed = false");
        facts.execute("DELETE FROM psp_charges");

        Violations violations = check("OneChargePerPayment");

        assertThat(violations.first()).isEmpty();
        assertThat(violations.unchecked().toString()).contains("JANGBU_SIMULATOR is not set");
    }

    private Violations check(String name) throws SQLException {
        Violations violations = new Violations();
        for (Invariant invariant : Audit.all()) {
            if (invariant.name().equals(name) && invariant instanceof SqlInvariant sql) {
                sql.check(facts, violations);
            }
        }
        return violations;
    }
}
