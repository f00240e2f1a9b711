package dev.jangbu.api;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import dev.jangbu.testsupport.HouseRules;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The dependency rules of the payment API. It uses the payments database and the PSP, but not the wallets' stores nor
 * the ledger.
 */
@Tag("gate")
class ArchitectureTest {

    private static final JavaClasses OWN = HouseRules.ownClasses();

    @Test
    void theApiDependsOnNoOtherService() {
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
    void confirmationDecisionsArePureFunctions() {
        classes()
                .that()
                .haveNameMatching("dev\\.jangbu\\.api\\.payment\\.(ConfirmDecision|ConfirmOutcome)(\\$.*)?")
                .should()
                .onlyDependOnClassesThat()
                .haveNameMatching(
                        "(\\[L?)*(void|I|int|long|boolean|java\\.lang\\..*|java\\.util\\.[A-Z].*|java\\.time\\.(Instant|Duration)"
                                + "|org\\.jspecify\\..*"
                                + "|dev\\.jangbu\\.api\\.psp\\.(PspResult|PspOrder|PspCancel)(\\$.*)?"
                                + "|dev\\.jangbu\\.api\\.operation\\.(Outcome|Operation|OperationKind|PspProgress|WorkLease)(\\$.*)?"
                                + "|dev\\.jangbu\\.api\\.payment\\.(Payment|PaymentLine|PaymentStatus|ConfirmDecision|ConfirmOutcome)(\\$.*)?);?")
                .because("decisions use no Spring, no Kafka, no clock and no I/O")
                .check(OWN);
    }

    @Test
    void refundDecisionsArePureFunctions() {
        classes()
                .that()
                .haveNameMatching("dev\\.jangbu\\.api\\.refund\\.(RefundDecision|RefundOutcome)(\\$.*)?")
                .should()
                .onlyDependOnClassesThat()
                .haveNameMatching(
                        "(\\[L?)*(void|I|int|long|boolean|java\\.lang\\..*|java\\.math\\.BigInteger|java\\.time\\.(Instant|Duration)|java\\.util\\..*"
                                + "|org\\.jspecify\\..*"
                                + "|dev\\.jangbu\\.api\\.psp\\.(PspResult|PspOrder|PspCancel)(\\$.*)?"
                                + "|dev\\.jangbu\\.api\\.operation\\.(Outcome|Operation|OperationKind|PspProgress|WorkLease)(\\$.*)?"
                                + "|dev\\.jangbu\\.api\\.payment\\.(Payment|PaymentLine|PaymentStatus)(\\$.*)?"
                                + "|dev\\.jangbu\\.api\\.refund\\.(RefundDecision|RefundOutcome|Refund|RefundWork|RefundAttempt|RefundStatus|RefundLine|RefundRequest\\$Requested)(\\$.*)?);?")
                .because("decisions use no Spring, no Kafka, no clock and no I/O")
                .check(OWN);
    }

    @Test
    void onlyTheTossPackageUsesTossTypes() {
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
    void packagesAreFreeOfCycles() {
        HouseRules.packagesAreFreeOfCycles("dev.jangbu.api").check(OWN);
    }

    /** A feature includes its nested packages: {@code psp.toss} belongs to {@code psp}. */
    @Test
    void featuresAreFreeOfCycles() {
        HouseRules.featuresAreFreeOfCycles("dev.jangbu.api").check(OWN);
    }

    @Test
    void noClassNamesASerializerLibrary() {
        HouseRules.onlySerdeLibraryNamesTheSerializers();
    }

    @Test
    void everyPackageIsNullMarked() {
        HouseRules.everyPackageIsNullMarked(OWN);
    }
}
