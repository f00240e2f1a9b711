package dev.jangbu.testsupport;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/** Architecture rules that more than one module checks. Rules of a single module are in its {@code ArchitectureTest}. */
public final class HouseRules {

    private static final Path CLASSES = Path.of("target", "classes");
    private static final Path SOURCES = Path.of("src", "main", "java");

    private static final Set<String> FLOATING_POINT =
            Set.of("float", "double", "java.lang.Float", "java.lang.Double", "float[]", "double[]");

    /** In two halves, because the rule also searches this file. */
    private static final List<String> SERIALIZERS = List.of("io." + "apicurio", "io." + "confluent");

    private static final String BEAN = "org.springframework.context.annotation.Bean";

    private HouseRules() {}

    /** The module's main classes, without tests and dependencies. */
    public static JavaClasses ownClasses() {
        return new ClassFileImporter().importPath(CLASSES);
    }

    /** The null checker ignores a package without {@code @NullMarked}. */
    public static void everyPackageIsNullMarked(JavaClasses classes) {
        assertThat(classes.stream().map(JavaClass::getPackage).distinct())
                .isNotEmpty()
                .allSatisfy(each -> assertThat(each.isAnnotatedWith(NullMarked.class))
                        .as("%s has a package-info.java with @NullMarked", each.getName())
                        .isTrue());
    }

    /**
     * The packages directly below the root, each with its sub-packages, do not depend on one another in cycles. Weaker than
     * {@link #packagesAreFreeOfCycles} within a feature, stronger between features.
     */
    public static ArchRule featuresAreFreeOfCycles(String root) {
        return slices().matching(root + ".(*)..").should().beFreeOfCycles();
    }

    /** No cycle between any two packages, also not between a package and its parent: every package is a slice. */
    public static ArchRule packagesAreFreeOfCycles(String root) {
        return slices().assignedFrom(new EveryPackage(root)).should().beFreeOfCycles();
    }

    /** Only {@code SerdeLibrary} names the libraries of the serializers, in code or text. */
    public static void onlySerdeLibraryNamesTheSerializers() {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            assertThat(files.filter(file -> file.toString().endsWith(".java"))
                            .filter(file -> !file.endsWith("SerdeLibrary.java")))
                    .isNotEmpty()
                    .allSatisfy(file ->
                            assertThat(file).content().doesNotContain(SERIALIZERS.toArray(CharSequence[]::new)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Code does not read the machine's clock, so that tests and replays can set the time. Exception: {@code @Bean} methods. */
    public static ArchRule timeIsPassedIn() {
        return noClasses()
                .should()
                .accessTargetWhere(describe(
                        "the machine's clock is read, except in bean methods",
                        (JavaAccess<?> access) -> readsClock(access.getTarget())
                                && !access.getOwner().isAnnotatedWith(BEAN)));
    }

    private static boolean readsClock(AccessTarget target) {
        String owner = target.getOwner().getName();
        String method = target.getName();
        return (owner.startsWith("java.time.") && method.equals("now"))
                || (owner.equals("java.time.Clock") && (method.startsWith("system") || method.startsWith("tick")))
                || (owner.equals("java.lang.System") && method.equals("currentTimeMillis"));
    }

    /** Amounts are whole minor units; floating point would round them. */
    public static ArchRule moneyIsNeverFloatingPoint(DescribedPredicate<JavaClass> moneyClasses) {
        return classes().that(moneyClasses).should(new ArchCondition<>("use no floating point") {
            @Override
            public void check(JavaClass checked, ConditionEvents events) {
                checked.getFields().stream()
                        .filter(field -> isFloating(field.getRawType()))
                        .forEach(field -> events.add(
                                SimpleConditionEvent.violated(field, field.getDescription() + " is floating point")));
                checked.getCodeUnits().stream()
                        .filter(unit -> !unit.getModifiers().contains(JavaModifier.SYNTHETIC))
                        .filter(unit -> isFloating(unit.getRawReturnType())
                                || unit.getRawParameterTypes().stream().anyMatch(HouseRules::isFloating))
                        .forEach(unit -> events.add(SimpleConditionEvent.violated(
                                unit, unit.getDescription() + " takes or returns floating point")));
                checked.getCodeUnitAccessesFromSelf().stream()
                        .filter(access -> isFloating(access.getTarget().getOwner())
                                || (access.getTarget().getOwner().isAssignableTo(Number.class)
                                        && isFloating(access.getTarget().getRawReturnType())))
                        .forEach(access -> events.add(SimpleConditionEvent.violated(access, access.getDescription())));
            }
        });
    }

    private static boolean isFloating(JavaClass type) {
        return FLOATING_POINT.contains(type.getName());
    }

    /** Assigns each class below the root to a slice named like its package. */
    private record EveryPackage(String root) implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
            String name = javaClass.getPackageName();
            return name.equals(root) || name.startsWith(root + ".")
                    ? SliceIdentifier.of(name)
                    : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "every package of " + root;
        }
    }
}
