package dev.jangbu.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
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

/** Architecture rules of several modules. A module's own rules are in its {@code ArchitectureTest}. */
public final class HouseRules {

    private static final Path CLASSES = Path.of("target", "classes");
    private static final Path SOURCES = Path.of("src", "main", "java");

    private static final Set<String> FLOATING_POINT =
            Set.of("float", "double", "java.lang.Float", "java.lang.Double", "float[]", "double[]");

    /** In two halves, so that this file does not contain the names itself. */
    private static final List<String> SERIALIZERS = List.of("io." + "apicurio", "io." + "confluent");

    private HouseRules() {}

    /** The module's main classes, without tests and dependencies. */
    public static JavaClasses ownClasses() {
        return new ClassFileImporter().importPath(CLASSES);
    }

    /** NullAway silently skips packages without {@code @NullMarked}. */
    public static void everyPackageIsNullMarked(JavaClasses own) {
        assertThat(own.stream().map(JavaClass::getPackage).distinct())
                .isNotEmpty()
                .allSatisfy(each -> assertThat(isNullMarked(each))
                        .as("%s has a package-info.java with @NullMarked", each.getName())
                        .isTrue());
    }

    private static boolean isNullMarked(JavaPackage each) {
        return each.isAnnotatedWith(NullMarked.class);
    }

    /**
     * No cycles between packages. Every package is a slice of its own, so a cycle of a package and its child is found
     * too.
     */
    public static ArchRule packagesAreFreeOfCycles(String root) {
        return slices().assignedFrom(new SliceAssignment() {
                    @Override
                    public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
                        String name = javaClass.getPackageName();
                        return name.equals(root) || name.startsWith(root + ".")
                                ? SliceIdentifier.of(name)
                                : SliceIdentifier.ignore();
                    }

                    @Override
                    public String getDescription() {
                        return "packages of " + root;
                    }
                })
                .should()
                .beFreeOfCycles();
    }

    /**
     * The former rule: child packages only, without the root. Remove it when every module uses {@link
     * #packagesAreFreeOfCycles}.
     */
    public static ArchRule featuresAreFreeOfCycles(String root) {
        return slices().matching(root + ".(*)..").should().beFreeOfCycles();
    }

    /** Only {@code SerdeLibrary} names the serializer libraries, in imports and in texts. */
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

    /**
     * Code gets the time from a {@code Clock} that it is given, so that tests can set it. Only {@code @Bean} methods
     * create one.
     */
    public static ArchRule timeIsPassedIn() {
        return classes().should(new ArchCondition<>("read no system clock outside of @Bean methods") {
            @Override
            public void check(JavaClass checked, ConditionEvents events) {
                checked.getCodeUnitAccessesFromSelf().stream()
                        .filter(access -> readsTheSystemClock(access.getTarget()))
                        .filter(access -> !isBean(access.getOwner()))
                        .forEach(access -> events.add(SimpleConditionEvent.violated(access, access.getDescription())));
            }
        });
    }

    private static boolean readsTheSystemClock(CodeUnitAccessTarget target) {
        String owner = target.getOwner().getName();
        String method = target.getName();
        return (owner.startsWith("java.time.") && method.equals("now"))
                || (owner.equals("java.time.Clock") && (method.startsWith("system") || method.startsWith("tick")))
                || (owner.equals("java.lang.System") && method.equals("currentTimeMillis"));
    }

    private static boolean isBean(JavaCodeUnit caller) {
        return caller.isAnnotatedWith("org.springframework.context.annotation.Bean");
    }

    /** Money is a long in minor units. Floating point would round. */
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
                                unit, unit.getDescription() + " has a floating-point parameter or result")));
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
}
