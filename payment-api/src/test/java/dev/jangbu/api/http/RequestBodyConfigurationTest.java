package dev.jangbu.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.ResolvableType;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import tools.jackson.databind.json.JsonMapper;

/** The buffer of a body is released whether it is decoded or refused. */
class RequestBodyConfigurationTest {

    private final RequestBodyConfiguration.Utf8Decoder decoder =
            new RequestBodyConfiguration.Utf8Decoder(new JsonMapper());

    @Test
    void theBufferOfADecodedBodyIsReleased() {
        ByteBuf body = body("{\"amount\": 1}", StandardCharsets.UTF_8);

        assertThat(decode(body)).isEqualTo(Map.of("amount", 1));
        assertThat(body.refCnt()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-32BE", "windows-1252"})
    void theBufferOfABodyInAnotherEncodingIsReleased(String encoding) {
        ByteBuf body = body("{\"name\": \"£\"}", Charset.forName(encoding));

        assertThatThrownBy(() -> decode(body)).isInstanceOf(Problem.class).hasMessageContaining("UTF-8");
        assertThat(body.refCnt()).isZero();
    }

    @Test
    void theBufferOfInvalidJsonIsReleased() {
        ByteBuf body = body("{\"amount\": ", StandardCharsets.UTF_8);

        assertThatThrownBy(() -> decode(body)).isInstanceOf(RuntimeException.class);
        assertThat(body.refCnt()).isZero();
    }

    private Object decode(ByteBuf body) {
        return decoder.decode(
                new NettyDataBufferFactory(UnpooledByteBufAllocator.DEFAULT).wrap(body),
                ResolvableType.forClass(Map.class),
                null,
                null);
    }

    private static ByteBuf body(String json, Charset encoding) {
        return Unpooled.copiedBuffer(json.getBytes(encoding));
    }
}
