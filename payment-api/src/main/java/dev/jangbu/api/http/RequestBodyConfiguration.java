package dev.jangbu.api.http;

import dev.jangbu.contract.ProblemCode;
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
 * Decodes request bodies: JSON in UTF-8 (RFC 8259, section 8.1) of at most 64 KiB. Jackson alone would guess among five
 * encodings and accept byte sequences that UTF-8 forbids.
 */
@Configuration(proxyBeanMethods = false)
class RequestBodyConfiguration implements WebFluxConfigurer {

    /** Maximum size of a request body, in bytes. */
    static final int MAX_BYTES = 64 * 1024;

    private final JsonMapper json;

    RequestBodyConfiguration(JsonMapper json) {
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
                // The decoder owns the buffer, which is off-heap memory.
                DataBufferUtils.release(body);
                throw new Problem(
                        ProblemCode.MALFORMED_REQUEST, "The body must be JSON in UTF-8, without a byte order mark");
            }
            return super.decode(body, type, mimeType, hints);
        }

        /** Zero bytes, which JSON never contains, indicate UTF-16 or UTF-32. */
        private static boolean isUtf8(ByteBuffer bytes) {
            try {
                CharSequence text = StandardCharsets.UTF_8.newDecoder().decode(bytes);
                return text.chars().noneMatch(c -> c == 0) && !(text.length() > 0 && text.charAt(0) == '\uFEFF');
            } catch (CharacterCodingException e) {
                return false;
            }
        }
    }
}
