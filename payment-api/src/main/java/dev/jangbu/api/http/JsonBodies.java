package dev.jangbu.api.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.ResolvableType;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.codec.ServerCodecConfigurer;
import org.springframework.http.codec.json.JacksonJsonDecoder;
import org.springframework.util.MimeType;
import org.springframework.web.reactive.config.WebFluxConfigurer;
import tools.jackson.databind.json.JsonMapper;

/**
 * How the bodies of requests are read: JSON in UTF-8, as RFC 8259 (section 8.1) has it, of at most 64 KiB. Jackson by itself
 * guesses among five encodings and takes bytes for characters that UTF-8 forbids.
 */
@Configuration(proxyBeanMethods = false)
class JsonBodies implements WebFluxConfigurer {

    /** A body may have so many bytes. */
    static final int MAX_BYTES = 64 * 1024;

    private final JsonMapper json;

    JsonBodies(JsonMapper json) {
        this.json = json;
    }

    @Override
    public void configureHttpMessageCodecs(ServerCodecConfigurer configurer) {
        configurer.defaultCodecs().maxInMemorySize(MAX_BYTES);
        configurer.defaultCodecs().jacksonJsonDecoder(new Utf8Decoder(json));
    }

    static final class Utf8Decoder extends JacksonJsonDecoder {

        Utf8Decoder(JsonMapper json) {
            super(json);
        }

        @Override
        public boolean canDecode(ResolvableType type, @Nullable MimeType mimeType) {
            boolean utf8 = mimeType == null
                    || mimeType.getCharset() == null
                    || StandardCharsets.UTF_8.equals(mimeType.getCharset());
            return utf8 && super.canDecode(type, mimeType);
        }

        @Override
        public Object decode(
                DataBuffer body,
                ResolvableType type,
                @Nullable MimeType mimeType,
                @Nullable Map<String, Object> hints) {
            ByteBuffer bytes = ByteBuffer.allocate(body.readableByteCount());
            body.toByteBuffer(bytes);
            if (!isUtf8(bytes)) {
                // Who decodes a buffer gives it back; it is memory outside of the heap, and nobody else will.
                DataBufferUtils.release(body);
                throw new Problem(
                        ProblemCode.MALFORMED_REQUEST, "The body must be JSON in UTF-8, without a byte order mark");
            }
            return super.decode(body, type, mimeType, hints);
        }

        /** A zero byte, which JSON has nowhere, tells UTF-16 and UTF-32. */
        private static boolean isUtf8(ByteBuffer bytes) {
            try {
                CharSequence text = StandardCharsets.UTF_8.newDecoder().decode(bytes);
                return text.chars().noneMatch(c -> c == 0) && !(text.length() > 0 && text.charAt(0) == '\uFEFF');
            } catch (CharacterCodingException invalid) {
                return false;
            }
        }
    }
}
