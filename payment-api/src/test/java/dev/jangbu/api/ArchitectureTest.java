package dev.jangbu.api;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import dev.jangbu.architecture.HouseRules;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the front door may know: the payments database and the PSP, but neither the wallets' stores nor the book. */
@Tag("gate")
class ArchitectureTest {

    private static final JavaClasses OWN = HouseRules.ownClasses();

    @Test
    void theFrontDoorKnowsNeitherTheWalletsNorTheBook() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.apache.kafka.streams..",
                        "dev.jangbu.settlement..",
                        "dev.jangbu.ledger..",
                        "dev.jangbu.local..",
                        "dev.jangbu.proving..")
                .check(OWN);
    }

    @Test
    void decisionsAboutAConfirmationAreFunctionsOfWhatIsGiven() {
        classes()
                .that()
                .haveNameMatching("dev\\.jangbu\\.payment\\.payment\\.(ConfirmDecision|ConfirmOutcome)(\\$.*)?")
                .should()
                .onlyDependOnClassesThat()
                .haveNameMatching(
                        "(\\[L?)*(void|I|int|long|boolean|java\\.lang\\..*|java\\.util\\.[A-Z].*|java\\.time\\.(Instant|Duration)"
                                + "|org\\.jspecify\\..*"
                                + "|dev\\.jangbu\\.payment\\.psp\\.(PspAnswer|PspOrder|PspCancel)(\\$.*)?"
                                + "|dev\\.jangbu\\.payment\\.payment\\.(Payment|PaymentLine|PaymentStatus|ConfirmDecision|ConfirmOutcome)(\\$.*)?);?")
                .because("they know no Spring, no Kafka, no clock and no I/O")
                .check(OWN);
    }

    @Test
    void decisionsAboutARefundAreFunctionsOfWhatIsGiven() {
        classes()
                .that()
                .haveNameMatching("dev\\.jangbu\\.payment\\.refund\\.(RefundDecision|RefundOutcome|FeeShare)(\\$.*)?")
                .should()
                .onlyDependOnClassesThat()
                .haveNameMatching(
                        "(\\[L?)*(void|I|int|long|boolean|java\\.lang\\..*|java\\.math\\.BigInteger|java\\.time\\.(Instant|Duration)|java\\.util\\..*"
                                + "|org\\.jspecify\\..*"
                                + "|dev\\.jangbu\\.payment\\.psp\\.(PspAnswer|PspOrder|PspCancel)(\\$.*)?"
                                + "|dev\\.jangbu\\.payment\\.payment\\.(Payment|PaymentLine|PaymentStatus)(\\$.*)?"
                                + "|dev\\.jangbu\\.payment\\.refund\\.(RefundDecision|RefundOutcome|FeeShare|Refund|RefundWork|RefundStatus|RefundLine|RefundRequest\\$Wanted)(\\$.*)?);?")
                .because("they know no Spring, no Kafka, no clock and no I/O")
                .check(OWN);
    }

    @Test
    void onlyOneFeatureKnowsThePspsOwnLanguage() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.jangbu.api.psp.toss")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.jangbu.api.psp.toss")
                .check(OWN);
    }

    @Test
    void moneyIsNeverFloatingPoint() {
        HouseRules.moneyIsNeverFloatingPoint(resideInAPackage("dev.jangbu.api.."))
                .check(OWN);
    }

    @Test
    void timeIsPassedIn() {
        HouseRules.timeIsPassedIn().check(OWN);
    }

    @Test
    void featuresAreFreeOfCycles() {
        HouseRules.featuresAreFreeOfCycles("dev.jangbu.api").check(OWN);
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
