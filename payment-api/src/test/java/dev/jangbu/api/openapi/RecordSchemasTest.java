package dev.jangbu.api.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.jangbu.api.testbed.ApiContract;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.core.type.classreading.CachingMetadataReaderFactory;
import tools.jackson.databind.JsonNode;

/** The schemas of {@code openapi.yaml} against the records that Jackson reads and writes. */
class RecordSchemasTest {

    private static final ApiContract CONTRACT = ApiContract.committed();
    private static final JsonNode SCHEMAS = CONTRACT.document().at("/components/schemas");

    private static final Map<Type, List<String>> TYPE_AND_FORMAT = Map.of(
            String.class, List.of("string", ""),
            UUID.class, List.of("string", "uuid"),
            Instant.class, List.of("string", "date-time"),
            int.class, List.of("integer", "int32"),
            long.class, List.of("integer", "int64"),
            Long.class, List.of("integer", "int64"));

    @ParameterizedTest
    @CsvSource({
        "Payment, payment.PaymentView",
        "PaymentLine, payment.PaymentView$Line",
        "Refund, refund.RefundView",
        "RefundLine, refund.RefundView$Line",
        "Payout, payout.PayoutView",
        "ApiKey, auth.ApiKeyView",
        "HistoryChange, history.History$Change",
    })
    void aResponseHasTheMembersOfItsRecord(String schema, String record) throws ReflectiveOperationException {
        List<String> differences = new ArrayList<>();
        List<String> required = new ArrayList<>();
        for (RecordComponent component : components(schema, record)) {
            JsonNode member = SCHEMAS.path(schema).path("properties").path(component.getName());
            boolean omitted = isOmittedWhenNull(component);
            boolean isNullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class) && !omitted;
            if (isNullable(member) != isNullable) {
                differences.add(component.getName() + (isNullable ? " is nullable" : " is never null"));
            }
            if (!omitted) {
                required.add(component.getName());
            }
            compareTypes(component.getName(), component.getGenericType(), member, differences);
        }

        assertThat(differences).isEmpty();
        assertThat(texts(SCHEMAS.path(schema).path("required"))).isEqualTo(required);
    }

    @ParameterizedTest
    @CsvSource({
        "CreatePaymentRequest, payment.CreatePaymentRequest",
        "CreatePaymentRequestLine, payment.CreatePaymentRequest$Line",
        "ConfirmRequest, payment.ConfirmRequest",
        "CancelRequest, refund.CancelRequest",
        "RefundRequest, refund.RefundRequest",
        "RefundRequestLine, refund.RefundRequest$Line",
        "ResolveRequest, review.ResolveRequest",
        "PayoutRequest, payout.PayoutRequest",
        "ApiKeyRequest, auth.ApiKeyRequest",
    })
    void aRequestHasTheMembersOfItsRecord(String schema, String record) throws ReflectiveOperationException {
        List<String> differences = new ArrayList<>();
        for (RecordComponent component : components(schema, record)) {
            JsonNode member = SCHEMAS.path(schema).path("properties").path(component.getName());
            compareTypes(component.getName(), component.getGenericType(), member, differences);
        }

        assertThat(differences).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/PaymentStatus, payment.PaymentStatus",
        "/Payment/properties/refundStatus, payment.PaymentView$RefundStatus",
        "/RefundStatus, refund.RefundStatus",
        "/PayoutStatus, payout.PayoutStatus",
    })
    void anEnumerationHasTheConstantsOfItsType(String schema, String type) throws ReflectiveOperationException {
        assertThat(texts(SCHEMAS.at(schema).path("enum")))
                .containsExactlyElementsOf(
                        Arrays.stream(Class.forName("dev.jangbu.api." + type).getEnumConstants())
                                .map(Object::toString)
                                .toList());
    }

    @Test
    void everyRequestAndViewIsCompared() throws Exception {
        Set<String> compared = new TreeSet<>();
        for (String test : List.of("aResponseHasTheMembersOfItsRecord", "aRequestHasTheMembersOfItsRecord")) {
            CsvSource records = getClass()
                    .getDeclaredMethod(test, String.class, String.class)
                    .getAnnotation(CsvSource.class);
            Arrays.stream(records.value())
                    .map(row -> "dev.jangbu.api." + row.substring(row.indexOf(", ") + 2))
                    .forEach(compared::add);
        }
        Set<String> existing = new TreeSet<>();
        CachingMetadataReaderFactory readers = new CachingMetadataReaderFactory();
        for (String kind : List.of("Request", "View")) {
            for (Resource file : new PathMatchingResourcePatternResolver()
                    .getResources("classpath*:dev/jangbu/api/**/*" + kind + ".class")) {
                existing.add(readers.getMetadataReader(file).getClassMetadata().getClassName());
            }
        }

        assertThat(existing).hasSize(11);
        assertThat(compared).containsAll(existing);
    }

    /** The record's components, after checking that the schema has exactly these members. */
    private static RecordComponent[] components(String schema, String record) throws ClassNotFoundException {
        RecordComponent[] components = Class.forName("dev.jangbu.api." + record).getRecordComponents();
        assertThat(SCHEMAS.path(schema).path("additionalProperties").asBoolean(true))
                .isFalse();
        assertThat(SCHEMAS.path(schema).path("properties").propertyNames())
                .containsExactlyElementsOf(
                        Arrays.stream(components).map(RecordComponent::getName).toList());
        return components;
    }

    private static void compareTypes(String name, Type type, JsonNode member, List<String> differences) {
        JsonNode schema = CONTRACT.resolved(member);
        List<String> expected;
        if (type instanceof ParameterizedType generic && generic.getRawType() == List.class) {
            expected = List.of("array", "");
            compareTypes(name + "[]", generic.getActualTypeArguments()[0], schema.path("items"), differences);
        } else if (type instanceof ParameterizedType generic && generic.getRawType() == Map.class) {
            expected = List.of("object", "");
            compareTypes(
                    name + ".*", generic.getActualTypeArguments()[1], schema.path("additionalProperties"), differences);
        } else if (type instanceof Class<?> plain && plain.isRecord()) {
            expected = List.of("object", "");
        } else if (type instanceof Class<?> plain && plain.isEnum()) {
            expected = List.of("string", "");
        } else {
            expected = TYPE_AND_FORMAT.getOrDefault(type, List.of(type.getTypeName(), ""));
        }
        JsonNode types = schema.path("type");
        String described = types.isArray() ? types.path(0).asString() : types.asString();
        String format = schema.path("format").asString("");
        boolean isText = described.equals("string") && type == String.class;
        if (!described.equals(expected.getFirst()) || !(isText || format.equals(expected.getLast()))) {
            differences.add(name + " is " + expected + ", not " + described + " " + format);
        }
    }

    private static boolean isNullable(JsonNode member) {
        return texts(CONTRACT.resolved(member).path("type")).contains("null");
    }

    private static boolean isOmittedWhenNull(RecordComponent component) {
        JsonInclude include = component.getAccessor().getAnnotation(JsonInclude.class);
        return include != null && include.value() == JsonInclude.Include.NON_NULL;
    }

    private static List<String> texts(JsonNode values) {
        return values.valueStream().map(JsonNode::asString).toList();
    }
}
