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
 * Bounds the memory of all RocksDB stores of the process together: 24 MiB off the heap, indexes and filters included,
 * of which 12 MiB are write buffers. The default is about 80 MiB for each store.
 */
public final class BoundedRocksDb implements RocksDBConfigSetter {

    private static final long CACHE_BYTES = 24L * 1024 * 1024;
    private static final long WRITE_BUFFER_BYTES = 12L * 1024 * 1024;
    /** The write buffer of one store before it is flushed: some ten thousand wallets of 25 bytes. */
    private static final long STORE_BUFFER_BYTES = 1024 * 1024;

    static {
        RocksDB.loadLibrary();
    }

    // Never closed: stores, which open and close with their partitions, share them.
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
        // The cache and the write buffers are shared and stay open.
    }
}
