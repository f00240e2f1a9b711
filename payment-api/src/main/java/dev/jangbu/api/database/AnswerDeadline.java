package dev.jangbu.api.database;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoopGroup;
import io.r2dbc.postgresql.PostgresqlConnectionFactoryProvider;
import io.r2dbc.spi.ConnectionFactoryOptions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.r2dbc.autoconfigure.ConnectionFactoryOptionsBuilderCustomizer;
import org.springframework.stereotype.Component;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpResources;

/**
 * Closes a connection to the database on which an answer is due and no byte has arrived for {@link #LIMIT}. Every
 * statement, begin, commit, rollback, validation and login that waits on it fails, and the pool replaces the connection.
 *
 * <p>The driver has no such limit: a server that vanishes without closing its connections, for instance behind a network
 * that drops all packets, would keep their slots of the pool. Time-outs of callers do not end that; they only stop to
 * wait.
 *
 * <p>An encrypted connection is not watched: its answers can't be told from other bytes.
 */
@Component
final class AnswerDeadline implements ConnectionFactoryOptionsBuilderCustomizer {

    /** Longer than the server's own limit of a statement (10 s), so that the server reports a slow statement. */
    static final Duration LIMIT = Duration.ofSeconds(12);

    /** The limit of each answer of a login. */
    static final Duration LOGIN_LIMIT = Duration.ofSeconds(5);

    private static final Logger log = LoggerFactory.getLogger(AnswerDeadline.class);

    @Override
    public void customize(ConnectionFactoryOptions.Builder options) {
        options.option(PostgresqlConnectionFactoryProvider.LOOP_RESOURCES, new WatchedChannels(TcpResources.get()));
    }

    /** The event loops that the driver uses by default. Adds a {@link Watch} to each channel. */
    private record WatchedChannels(LoopResources loops) implements LoopResources {

        @Override
        public <C extends Channel> C onChannel(Class<C> type, EventLoopGroup group) {
            C channel = loops.onChannel(type, group);
            channel.pipeline().addLast(new Watch());
            return channel;
        }

        @Override
        public <C extends Channel> Class<? extends C> onChannelClass(Class<C> type, EventLoopGroup group) {
            return loops.onChannelClass(type, group);
        }

        @Override
        public EventLoopGroup onClient(boolean useNative) {
            return loops.onClient(useNative);
        }

        @Override
        public EventLoopGroup onServer(boolean useNative) {
            return loops.onServer(useNative);
        }

        @Override
        public boolean daemon() {
            return loops.daemon();
        }
    }

    /**
     * Watches one connection. Every Query and Sync is answered with a ReadyForQuery, and so is the login
     * (https://www.postgresql.org/docs/18/protocol-flow.html). Used on the channel's thread alone.
     */
    private static final class Watch extends ChannelDuplexHandler {

        private static final int SSL_REQUEST_BYTES = 8;

        private final Frames requests = Frames.startingWithLogin("QS");
        private final Frames answers = new Frames("Z");
        private boolean isLoginSent;
        private boolean isLoggedIn;
        /** Requests without their ReadyForQuery. */
        private int open;

        private boolean isDue;
        private long lastByteNanos;
        private boolean isScheduled;

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            if (message instanceof ByteBuf bytes && bytes.isReadable()) {
                if (!isLoginSent && bytes.readableBytes() == SSL_REQUEST_BYTES) {
                    context.pipeline().remove(this);
                } else {
                    sent(context, bytes);
                }
            }
            var unused = context.write(message, promise);
        }

        private void sent(ChannelHandlerContext context, ByteBuf bytes) {
            open += requests.count(bytes);
            if (!isLoginSent) {
                isLoginSent = true;
                open++;
            }
            if (!isDue) {
                isDue = true;
                lastByteNanos = System.nanoTime();
                if (!isScheduled) {
                    schedule(context, limit().toNanos());
                }
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof ByteBuf bytes) {
                lastByteNanos = System.nanoTime();
                int answered = answers.count(bytes);
                if (answered > 0) {
                    isLoggedIn = true;
                    open = Math.max(0, open - answered);
                    isDue = open > 0;
                }
            }
            context.fireChannelRead(message);
        }

        private Duration limit() {
            return isLoggedIn ? LIMIT : LOGIN_LIMIT;
        }

        private void schedule(ChannelHandlerContext context, long nanos) {
            isScheduled = true;
            var unused = context.executor().schedule(() -> check(context), nanos, TimeUnit.NANOSECONDS);
        }

        private void check(ChannelHandlerContext context) {
            isScheduled = false;
            if (!isDue || !context.channel().isActive()) {
                return;
            }
            long leftNanos = lastByteNanos + limit().toNanos() - System.nanoTime();
            if (leftNanos > 0) {
                schedule(context, leftNanos);
            } else {
                log.warn("The database has not answered for {} s: its connection is closed", limit().toSeconds());
                var unused = context.close();
            }
        }
    }

    /** Counts frames of PostgreSQL's protocol, a type and a length, in the chunks of one direction. */
    private static final class Frames {

        private static final int HEADER_BYTES = 5;

        private final String types;
        private int headerBytes;
        private byte type;
        private int length;
        private int rest;

        /** @param types the frames to count */
        Frames(String types) {
            this.types = types;
        }

        /** The login has a length and no type. */
        static Frames startingWithLogin(String types) {
            Frames frames = new Frames(types);
            frames.headerBytes = 1;
            return frames;
        }

        int count(ByteBuf chunk) {
            int found = 0;
            int at = chunk.readerIndex();
            while (at < chunk.writerIndex()) {
                if (rest > 0) {
                    int skipped = Math.min(rest, chunk.writerIndex() - at);
                    at += skipped;
                    rest -= skipped;
                    continue;
                }
                byte next = chunk.getByte(at++);
                if (headerBytes == 0) {
                    type = next;
                } else {
                    length = length << Byte.SIZE | Byte.toUnsignedInt(next);
                }
                if (++headerBytes == HEADER_BYTES) {
                    found += types.indexOf(type) >= 0 ? 1 : 0;
                    rest = length - Integer.BYTES;
                    headerBytes = 0;
                    length = 0;
                }
            }
            return found;
        }
    }
}
