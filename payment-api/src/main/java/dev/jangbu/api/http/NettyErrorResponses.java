package dev.jangbu.api.http;

import dev.jangbu.contract.ProblemCode;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import reactor.netty.NettyPipeline;
import tools.jackson.databind.json.JsonMapper;

/**
 * Adds a problem body to the error responses of the HTTP server itself. Reactor Netty answers a request that it can't
 * parse with a bare status.
 */
@Component
final class NettyErrorResponses implements WebServerFactoryCustomizer<NettyReactiveWebServerFactory> {

    private final JsonMapper json;

    NettyErrorResponses(JsonMapper json) {
        this.json = json;
    }

    @Override
    public void customize(NettyReactiveWebServerFactory factory) {
        factory.addServerCustomizers(server -> server.doOnChannelInit((observer, channel, address) ->
                channel.pipeline().addAfter(NettyPipeline.HttpCodec, "problems", new ProblemBodyHandler())));
    }

    private final class ProblemBodyHandler extends ChannelOutboundHandlerAdapter {

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
            boolean bare = message instanceof FullHttpResponse response && isBare(response);
            super.write(context, bare ? problem((FullHttpResponse) message) : message, promise);
        }

        private static boolean isBare(FullHttpResponse response) {
            int status = response.status().code();
            return status >= 400
                    && status < 500
                    && !response.content().isReadable()
                    && !response.headers().contains(HttpHeaderNames.CONTENT_TYPE);
        }

        private FullHttpResponse problem(FullHttpResponse bare) {
            Problem problem =
                    switch (bare.status().code()) {
                        case 413 -> new Problem(ProblemCode.BODY_TOO_LARGE, "A body may have 64 KiB");
                        case 414 -> new Problem(ProblemCode.URI_TOO_LONG, "The request line may have 4 KiB");
                        case 431 ->
                            new Problem(ProblemCode.HEADERS_TOO_LARGE, "The headers of a request may have 8 KiB");
                        default ->
                            new Problem(
                                    ProblemCode.MALFORMED_REQUEST,
                                    "The request is not valid HTTP/1.1, or its URI is not valid");
                    };
            // The requested resource is unknown: the request could not be parsed.
            byte[] body = json.writeValueAsBytes(problem.body("/"));
            FullHttpResponse complete = bare.replace(Unpooled.wrappedBuffer(body));
            complete.setStatus(HttpResponseStatus.valueOf(problem.code().status()));
            complete.headers()
                    .set(HttpHeaderNames.CONTENT_TYPE, MediaType.APPLICATION_PROBLEM_JSON_VALUE)
                    .set(HttpHeaderNames.CONTENT_LENGTH, body.length);
            bare.release();
            return complete;
        }
    }
}
