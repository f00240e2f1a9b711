package dev.jangbu.settlement;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import dev.jangbu.testsupport.HouseRules;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The dependencies of the settlement: no database, no PSP, and no Spring in topology and processors. */
@Tag("gate")
class ArchitectureTest {

    private static final JavaClasses OWN = HouseRules.ownClasses();

    @Test
    void theSettlementDependsOnNoDatabaseAndNoPsp() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.sql..",
                        "javax.sql..",
                        "org.postgresql..",
                        "io.r2dbc..",
                        "org.springframework.jdbc..",
                        "org.springframework.r2dbc..",
                        "dev.jangbu..psp..",
                        "dev.jangbu.api..",
                        "dev.jangbu.ledger..",
                        "dev.jangbu.local..",
                        "dev.jangbu.proving..")
                .check(OWN);
    }

    @Test
    void topologyAndProcessorsDependOnNoSpring() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "dev.jangbu.settlement",
                        "dev.jangbu.settlement.record..",
                        "dev.jangbu.settlement.state..",
                        "dev.jangbu.settlement.metrics..",
                        "dev.jangbu.settlement.wallet..",
                        "dev.jangbu.settlement.completion..")
                .and()
                .doNotHaveSimpleName("StreamsProcessor")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.springframework..")
                .check(OWN);
    }

    @Test
    void theWalletDecisionIsAPureFunction() {
        classes()
                .that()
                .haveNameMatching("dev\\.jangbu\\.settlement\\.wallet\\.(Wallet|WalletDecision)(\\$.*)?")
                .should()
                .onlyDependOnClassesThat()
                .haveNameMatching(
                        "(\\[L?)*(void|I|int|long|boolean|java\\.lang\\..*|java\\.util\\.[A-Z].*|java\\.util\\.(stream|function)\\..*"
                                + "|java\\.time\\.(Instant|Duration)"
                                + "|org\\.jspecify\\..*"
                                + "|dev\\.jangbu\\.contract\\.(SettlementRequested|SettlementKind|LedgerEntry|LedgerLine|Side|Rejection)(\\$.*)?"
                                + "|dev\\.jangbu\\.settlement\\.wallet\\.(Wallet|WalletDecision)(\\$.*)?);?")
                .because("it uses no Spring, no Kafka, no store, no clock and no I/O")
                .check(OWN);
    }

    @Test
    void moneyIsNeverFloatingPoint() {
        HouseRules.moneyIsNeverFloatingPoint(resideInAPackage("dev.jangbu.settlement.wallet..")
                        .or(resideInAPackage("dev.jangbu.settlement.completion..")))
                .check(OWN);
    }

    @Test
    void timeIsPassedIn() {
        HouseRules.timeIsPassedIn().check(OWN);
    }

    @Test
    void packagesAreFreeOfCycles() {
        HouseRules.packagesAreFreeOfCycles("dev.jangbu.settlement").check(OWN);
    }

    @Test
    void noClassNamesTheSerializers() {
        HouseRules.onlySerdeLibraryNamesTheSerializers();
    }

    @Test
    void everyPackageIsNullMarked() {
        HouseRules.everyPackageIsNullMarked(OWN);
    }
}
