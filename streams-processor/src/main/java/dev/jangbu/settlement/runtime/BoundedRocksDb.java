package dev.jangbu.settlement.runtime;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/**
 * One memory for all stores of the process, off the heap: 24 MiB, of which 12 for what is not yet on disk, instead of some
 * 80 MiB for each of them. Indexes and filters count too.
 */
public final class BoundedRocksDb implements RocksDBConfigSetter {

    private static final long CACHE_BYTES = 24L * 1024 * 1024;
    private static final long WRITE_BUFFER_BYTES = 12L * 1024 * 1024;
    /** A store's own buffer before it is flushed: a wallet is 25 bytes, so this is some ten thousand of them. */
    private static final long STORE_BUFFER_BYTES = 1024 * 1024;

    static {
        RocksDB.loadLibrary();
    }

    // For the life of the process: they are shared by stores that come and go with their partitions.
    private static final Cache CACHE = new LRUCache(CACHE_BYTES);
    private static final WriteBufferManager WRITE_BUFFERS = new WriteBufferManager(WRITE_BUFFER_BYTES, CACHE);

    @Override
    public void setConfig(String storeName, Options options, Map<String, Object> configs) {
        BlockBasedTableConfig tables = (BlockBasedTableConfig) options.tableFormatConfig();
        tables.setBlockCache(CACHE);
        tables.setCacheIndexAndFilterBlocks(true);
        options.setWriteBufferManager(WRITE_BUFFERS);
        options.setWriteBufferSize(STORE_BUFFER_BYTES);
        options.setMaxWriteBufferNumber(2);
        options.setTableFormatConfig(tables);
    }

    @Override
    public void close(String storeName, Options options) {
        // Nothing of its own: what is shared stays.
    }
}
