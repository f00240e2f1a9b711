package dev.jangbu.ledger;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import dev.jangbu.architecture.HouseRules;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the book may know: Kafka and its own database, but neither payments nor wallets nor a PSP. */
@Tag("gate")
class ArchitectureTest {

    private static final JavaClasses OWN = HouseRules.ownClasses();

    @Test
    void theBookKnowsNoPaymentAndNoPsp() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.apache.kafka.streams..",
                        "dev.jangbu..psp..",
                        "dev.jangbu.payment..",
                        "dev.jangbu.settlement..",
                        "dev.jangbu.local..",
                        "dev.jangbu.proving..")
                .check(OWN);
    }

    @Test
    void entriesJournalsAndTheirHashesKnowNoFramework() {
        noClasses()
                .that()
                .haveNameMatching(
                        "dev\\.jangbu\\.ledger\\.book\\.(AccountKind|Entry|Journal|JournalHash|Line|Trial)(\\$.*)?")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.springframework..", "org.apache.kafka..", "java.sql..", "javax.sql..", "org.postgresql..")
                .check(OWN);
    }

    @Test
    void theWayOfAnEntryIntoTheBookKnowsNoContainer() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.jangbu.ledger.posting..", "dev.jangbu.ledger.database..")
                .and()
                .haveSimpleNameNotEndingWith("Configuration")
                .and()
                .haveSimpleNameNotEndingWith("Health")
                .and()
                .doNotHaveSimpleName("PostingLoop") // Spring starts and stops it.
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.springframework..")
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
    void featuresAreFreeOfCycles() {
        HouseRules.featuresAreFreeOfCycles("dev.jangbu.ledger").check(OWN);
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
