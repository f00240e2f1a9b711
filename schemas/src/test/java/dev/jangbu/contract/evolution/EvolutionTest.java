package dev.jangbu.contract.evolution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.contract.evolution.Violation.Rule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Good changes pass; each bad change is reported with its field and rule. */
class EvolutionTest {

    private static final String RELEASED = """
            {"type": "record", "namespace": "shop", "name": "Sale", "doc": "d", "fields": [
              {"name": "id", "type": "string", "doc": "d"},
              {"name": "amount", "type": "long", "doc": "d"},
              {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}, "doc": "d"},
              {"name": "note", "type": ["null", "string"], "default": null, "doc": "d"},
              {"name": "tries", "type": "int", "default": 1, "doc": "d"},
              {"name": "kind", "doc": "d", "type": {"type": "enum", "name": "Kind", "doc": "d",
                "symbols": ["UNKNOWN", "CASH", "CARD"], "default": "UNKNOWN"}},
              {"name": "lines", "doc": "d", "type": {"type": "array", "items":
                {"type": "record", "name": "Line", "doc": "d", "fields": [
                  {"name": "account", "type": "string", "doc": "d"},
                  {"name": "amount", "type": "long", "doc": "d"}]}}}
            ]}
            """;

    private static final String NOTE =
            "{\"name\": \"note\", \"type\": [\"null\", \"string\"], \"default\": null, \"doc\": \"d\"},";
    private static final String ID = "{\"name\": \"id\", \"type\": \"string\", \"doc\": \"d\"},";
    private static final String AMOUNT = "{\"name\": \"amount\", \"type\": \"long\", \"doc\": \"d\"},";
    private static final String LAST = "\"doc\": \"d\"}]}}}";

    /** An edit of the released schema, with the expected violation of a bad one. */
    private record Change(
            String name, @Nullable Rule rule, String field, String pointer, String detail, List<String> edits) {

        Schema schema() {
            String text = RELEASED;
            for (int i = 0; i < edits.size(); i += 2) {
                assertThat(text).contains(edits.get(i));
                text = text.replace(edits.get(i), edits.get(i + 1));
            }
            return new Schema.Parser().parse(text);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static Change good(String name, String... edits) {
        return new Change(name, null, "", "", "", List.of(edits));
    }

    private static Change bad(String name, Rule rule, String field, String pointer, String detail, String... edits) {
        return new Change(name, rule, field, pointer, detail, List.of(edits));
    }

    private static String added(String field) {
        return LAST + ", " + field;
    }

    static Stream<Change> good() {
        return Stream.of(
                good("nothing at all"),
                good(
                        "another doc",
                        "\"amount\", \"type\": \"long\", \"doc\": \"d\"",
                        "\"amount\", \"type\": \"long\", \"doc\": \"won\""),
                good(
                        "a new nullable field",
                        LAST,
                        added(
                                "{\"name\": \"memo\", \"type\": [\"null\", \"string\"], \"default\": null, \"doc\": \"d\"}")),
                good(
                        "a new field with a default",
                        LAST,
                        added("{\"name\": \"round\", \"type\": \"int\", \"default\": 0, \"doc\": \"d\"}")),
                good("a new field in a nested record", LAST, """
                        "doc": "d"}, {"name": "memo", "type": ["null", "long"], "default": null, "doc": "d"}]}}}"""),
                good("a new symbol at the end", "\"CARD\"]", "\"CARD\", \"POINTS\"]"),
                good("a field with a default goes", NOTE, ""),
                good("a released field gets a default", AMOUNT, AMOUNT.replace("},", ", \"default\": 0},")));
    }

    static Stream<Change> bad() {
        return Stream.of(
                bad(
                        "a new field without a default",
                        Rule.ADDED_WITHOUT_DEFAULT,
                        "memo",
                        "/fields/7",
                        "no default",
                        LAST,
                        added("{\"name\": \"memo\", \"type\": \"string\", \"doc\": \"d\"}")),
                bad(
                        "a new nested field without a default",
                        Rule.ADDED_WITHOUT_DEFAULT,
                        "lines[].memo",
                        "/fields/6/type/items/fields/2",
                        "no default",
                        LAST,
                        "\"doc\": \"d\"}, {\"name\": \"memo\", \"type\": \"long\", \"doc\": \"d\"}]}}}"),
                bad(
                        "a field without a default is removed",
                        Rule.REMOVED_WITHOUT_DEFAULT,
                        "id",
                        "/fields/0",
                        "it is gone",
                        ID,
                        ""),
                bad(
                        "a field is renamed",
                        Rule.REMOVED_WITHOUT_DEFAULT,
                        "id",
                        "/fields/0",
                        "it is gone",
                        "\"id\"",
                        "\"saleId\""),
                bad(
                        "a field is renamed with an alias",
                        Rule.ALIAS,
                        "saleId",
                        "/fields/0",
                        "alias id",
                        "\"name\": \"id\",",
                        "\"name\": \"saleId\", \"aliases\": [\"id\"],"),
                bad(
                        "another default",
                        Rule.DEFAULT_CHANGED,
                        "tries",
                        "/fields/4",
                        "was 1 and is 2",
                        "\"default\": 1",
                        "\"default\": 2"),
                bad(
                        "a default is removed",
                        Rule.DEFAULT_CHANGED,
                        "tries",
                        "/fields/4",
                        "was 1 and is none",
                        "\"default\": 1, ",
                        ""),
                bad(
                        "text becomes bytes, which Avro accepts",
                        Rule.TYPE_CHANGED,
                        "id",
                        "/fields/0/type",
                        "was string and is bytes",
                        "\"id\", \"type\": \"string\"",
                        "\"id\", \"type\": \"bytes\""),
                bad(
                        "int becomes long",
                        Rule.TYPE_CHANGED,
                        "tries",
                        "/fields/4/type",
                        "was int and is long",
                        "\"type\": \"int\"",
                        "\"type\": \"long\""),
                bad(
                        "a field becomes nullable",
                        Rule.TYPE_CHANGED,
                        "id",
                        "/fields/0/type",
                        "was string and is [null, string]",
                        ID,
                        NOTE.replace("note", "id")),
                bad(
                        "an element's type changes",
                        Rule.TYPE_CHANGED,
                        "lines[].account",
                        "/fields/6/type/items/fields/0/type",
                        "was string and is bytes",
                        "\"account\", \"type\": \"string\"",
                        "\"account\", \"type\": \"bytes\""),
                bad(
                        "a nullable field's type changes",
                        Rule.TYPE_CHANGED,
                        "note",
                        "/fields/3/type/1",
                        "was string and is bytes",
                        "[\"null\", \"string\"]",
                        "[\"null\", \"bytes\"]"),
                bad(
                        "micros for millis",
                        Rule.LOGICAL_TYPE_CHANGED,
                        "at",
                        "/fields/2/type",
                        "was timestamp-millis and is timestamp-micros",
                        "timestamp-millis",
                        "timestamp-micros"),
                bad(
                        "a logical type is removed",
                        Rule.LOGICAL_TYPE_CHANGED,
                        "at",
                        "/fields/2/type",
                        "was timestamp-millis and is null",
                        ", \"logicalType\": \"timestamp-millis\"",
                        ""),
                bad(
                        "another namespace",
                        Rule.NAME_CHANGED,
                        "",
                        "",
                        "was shop.Sale and is store.Sale",
                        "\"namespace\": \"shop\"",
                        "\"namespace\": \"store\""),
                bad(
                        "an enum of another name",
                        Rule.NAME_CHANGED,
                        "kind",
                        "/fields/5/type",
                        "was shop.Kind and is shop.Means",
                        "\"Kind\"",
                        "\"Means\""),
                bad(
                        "a nested record of another name",
                        Rule.NAME_CHANGED,
                        "lines[]",
                        "/fields/6/type/items",
                        "was shop.Line and is shop.Item",
                        "\"Line\"",
                        "\"Item\""),
                bad(
                        "a symbol is removed, which Avro accepts",
                        Rule.SYMBOL_REMOVED,
                        "kind",
                        "/fields/5/type",
                        "no longer has CASH",
                        "\"CASH\", ",
                        ""),
                bad(
                        "symbols are reordered",
                        Rule.SYMBOLS_REORDERED,
                        "kind",
                        "/fields/5/type",
                        "[UNKNOWN, CARD, CASH]",
                        "\"CASH\", \"CARD\"",
                        "\"CARD\", \"CASH\""),
                bad(
                        "fields are reordered",
                        Rule.FIELDS_REORDERED,
                        "amount",
                        "/fields/0",
                        "where id was released",
                        ID,
                        "",
                        AMOUNT,
                        AMOUNT + ID),
                bad(
                        "a new field in the middle",
                        Rule.FIELDS_REORDERED,
                        "memo",
                        "/fields/1",
                        "where amount was released",
                        ID,
                        ID + NOTE.replace("note", "memo")),
                bad(
                        "a union of two",
                        Rule.UNION_NOT_NULLABLE,
                        "memo",
                        "/fields/7/type",
                        "union of [string, long]",
                        LAST,
                        added(
                                "{\"name\": \"memo\", \"type\": [\"string\", \"long\"], \"default\": \"\", \"doc\": \"d\"}")),
                bad(
                        "a union of three",
                        Rule.UNION_NOT_NULLABLE,
                        "memo",
                        "/fields/7/type",
                        "[null, string, long]",
                        LAST,
                        added(
                                "{\"name\": \"memo\", \"type\": [\"null\", \"string\", \"long\"], \"default\": null, \"doc\": \"d\"}")),
                bad(
                        "a nullable field without a null default",
                        Rule.UNION_NOT_NULLABLE,
                        "memo",
                        "/fields/7",
                        "default is not null",
                        LAST,
                        added("{\"name\": \"memo\", \"type\": [\"null\", \"string\"], \"doc\": \"d\"}")),
                bad(
                        "a new enum without UNKNOWN",
                        Rule.ENUM_WITHOUT_UNKNOWN,
                        "side",
                        "/fields/7/type/1",
                        "[DEBIT, CREDIT]",
                        LAST,
                        added("""
                                {"name": "side", "doc": "d", "default": null, "type": ["null", {"type": "enum",
                                  "name": "Side", "doc": "d", "symbols": ["DEBIT", "CREDIT"]}]}""")),
                bad(
                        "an enum loses its default",
                        Rule.ENUM_WITHOUT_UNKNOWN,
                        "kind",
                        "/fields/5/type",
                        "default null",
                        ", \"default\": \"UNKNOWN\"",
                        ""),
                bad(
                        "a field without doc",
                        Rule.WITHOUT_DOC,
                        "memo",
                        "/fields/7",
                        "no doc",
                        LAST,
                        added("{\"name\": \"memo\", \"type\": [\"null\", \"string\"], \"default\": null}")),
                bad(
                        "a type without doc",
                        Rule.WITHOUT_DOC,
                        "kind",
                        "/fields/5/type",
                        "the type Kind",
                        "\"name\": \"Kind\", \"doc\": \"d\"",
                        "\"name\": \"Kind\""));
    }

    private final Schema released = new Schema.Parser().parse(RELEASED);

    @ParameterizedTest
    @MethodSource("good")
    void aGoodChangePasses(Change change) {
        assertThat(Evolution.violations(released, change.schema())).isEmpty();
        assertThat(Evolution.avro("as the registry sees it", released, change.schema()))
                .isEmpty();
        assertThat(Evolution.avro("as the registry sees it", change.schema(), released))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("bad")
    void aBadChangeIsReportedWithItsFieldAndRule(Change change) {
        assertThat(Evolution.violations(released, change.schema())).anySatisfy(violation -> {
            assertThat(violation.rule()).isEqualTo(change.rule());
            assertThat(violation.field()).isEqualTo(change.field());
            assertThat(violation.pointer()).isEqualTo(change.pointer());
            assertThat(violation.detail()).contains(change.detail());
        });
    }

    @Test
    void everyRuleHasAChangeThatViolatesIt() {
        List<Rule> rules = new ArrayList<>(List.of(Rule.values()));
        rules.remove(Rule.NOT_RESOLVABLE);

        assertThat(bad().map(change -> Objects.requireNonNull(change.rule()))).containsAll(rules);
    }

    @Test
    void changesThatAvroRefusesInEitherDirectionAreRefused() {
        List<Schema> schemas = Stream.concat(good(), bad()).map(Change::schema).toList();
        for (Schema before : schemas) {
            for (Schema after : schemas) {
                if (!avroResolves(before, after) || !avroResolves(after, before)) {
                    assertThat(Evolution.violations(before, after))
                            .as("%s%nbecomes%n%s", before, after)
                            .isNotEmpty();
                }
            }
        }
    }

    @Test
    void avrosOwnMessageIsReported() {
        Schema without = bad().filter(change -> change.name().equals("a field without a default is removed"))
                .findFirst()
                .orElseThrow()
                .schema();

        assertThat(Evolution.avro("a released reader", released, without))
                .singleElement()
                .satisfies(violation -> {
                    assertThat(violation.pointer()).isEqualTo("/fields/0");
                    assertThat(violation.toString())
                            .contains("a released reader", "READER_FIELD_MISSING_DEFAULT_VALUE");
                });
    }

    @Test
    void theMessageNamesSubjectVersionFieldReasonAndRemedy(@TempDir Path directory) {
        ReleasedSchemas schemas = new ReleasedSchemas(directory);
        schemas.release("sales-value", released);
        Schema today = new Schema.Parser().parse(RELEASED.replace("\"type\": \"int\"", "\"type\": \"long\""));

        assertThat(schemas.violations("sales-value", today))
                .containsExactly("sales-value, against version 1: field tries (/fields/4/type): its type was int and is"
                        + " long. Keep the field as it was released; add a nullable field with the new type under a"
                        + " new name.");
    }

    @Test
    void everyReleasedVersionIsChecked(@TempDir Path directory) {
        ReleasedSchemas schemas = new ReleasedSchemas(directory);
        schemas.release("sales-value", released);
        // Version 2 gives the field a default, so its removal violates version 1 only.
        schemas.release(
                "sales-value",
                new Schema.Parser().parse(RELEASED.replace(AMOUNT, AMOUNT.replace("},", ", \"default\": 0},"))));
        Schema today = new Schema.Parser().parse(RELEASED.replace(AMOUNT, ""));

        assertThat(Evolution.violations(schemas.newest("sales-value"), today)).isEmpty();
        assertThat(schemas.violations("sales-value", today))
                .singleElement()
                .asString()
                .contains("against version 1", "field amount", "it is gone");
    }

    private static boolean avroResolves(Schema reader, Schema writer) {
        return SchemaCompatibility.checkReaderWriterCompatibility(reader, writer)
                        .getType()
                == SchemaCompatibilityType.COMPATIBLE;
    }
}
