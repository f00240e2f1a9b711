package dev.jangbu.ledger;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import dev.jangbu.testsupport.HouseRules;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The dependency rules of the ledger: it knows Kafka and its own database, but no payments, wallets or PSPs. */
@Tag("gate")
class ArchitectureTest {

    private static final JavaClasses OWN = HouseRules.ownClasses();

    @Test
    void theLedgerKnowsNoPaymentsAndNoPsp() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.apache.kafka.streams..",
                        "dev.jangbu..psp..",
                        "dev.jangbu.api..",
                        "dev.jangbu.settlement..",
                        "dev.jangbu.local..",
                        "dev.jangbu.proving..")
                .check(OWN);
    }

    @Test
    void entriesJournalsAndHashesKnowNoFramework() {
        noClasses()
                .that()
                .haveNameMatching(
                        "dev\\.jangbu\\.ledger\\.(journal|query)\\.(AccountKind|Entry|Journal|JournalHash|Line|TrialBalance)(\\$.*)?")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.springframework..", "org.apache.kafka..", "java.sql..", "javax.sql..", "org.postgresql..")
                .check(OWN);
    }

    @Test
    void postingKnowsNoContainer() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.jangbu.ledger.posting..", "dev.jangbu.ledger.database..")
                .and()
                .haveSimpleNameNotEndingWith("Configuration")
                .and()
                .haveSimpleNameNotEndingWith("Health")
                .and()
                .doNotHaveSimpleName("PostingLoop") // It implements the lifecycle interface.
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.springframework.beans..",
                        "org.springframework.boot..",
                        "org.springframework.context..",
                        "org.springframework.web..")
                .check(OWN);
    }

    @Test
    void moneyIsNeverFloatingPoint() {
        HouseRules.moneyIsNeverFloatingPoint(resideInAPackage("dev.jangbu.ledger.."))
                .check(OWN);
    }

    @Test
    void timeIsPassedIn() {
        HouseRules.timeIsPassedIn().check(OWN);
    }

    @Test
    void packagesAreFreeOfCycles() {
        HouseRules.packagesAreFreeOfCycles("dev.jangbu.ledger").check(OWN);
    }

    @Test
    void featuresDoNotDependOnTheRootPackage() {
        noClasses()
                .that()
                .resideInAPackage("dev.jangbu.ledger.*..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.jangbu.ledger")
                .check(OWN);
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
