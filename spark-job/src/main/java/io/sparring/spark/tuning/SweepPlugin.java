package io.sparring.spark.tuning;

import io.sparring.spark.session.Plugins;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.apache.spark.storage.BlockManagerId;

/**
 * The way between workers and the driver's sweep: Spark's own messages, authenticated and encrypted where Spark's are, without a port of their own.
 * Spark makes plugins by their classes' names, once a JVM, so that what they share with the rest is static.
 */
public final class SweepPlugin implements SparkPlugin {
    /** Of this JVM's executor. */
    private static final AtomicReference<PluginContext> WAY = new AtomicReference<>();

    /** What answers, in the driver. */
    private static final AtomicReference<Desk> DESK = new AtomicReference<>();

    /** Who answers workers. */
    interface Desk {
        /**
         * Called by one thread at a time: one that Spark has for plugins alone, or a worker's that is in the driver's own JVM. What is written to the ledger
         * before an answer keeps other workers waiting, and none of Spark's own messages.
         */
        byte[] answer(byte[] question);
    }

    /** For Spark. */
    public SweepPlugin() {}

    /** Has Spark start it, beside whatever the site has. */
    public static void add(SparkConf settings) {
        Plugins.add(settings, SweepPlugin.class);
    }

    /** From now on; nothing is answered by another one any more when this returns. */
    static void answerBy(Desk desk) {
        synchronized (DESK) {
            DESK.set(desk);
        }
    }

    private static byte[] answer(byte[] question) {
        synchronized (DESK) {
            return DESK.get().answer(question);
        }
    }

    /** Asks the driver. */
    static byte[] ask(byte[] question) throws Exception {
        if (DESK.get() != null) {
            // By local[…] the driver is here: its messages would go from one thread to the next and back, which takes
            // longer than the answer.
            return answer(question);
        }
        PluginContext way = WAY.get();
        if (way == null) {
            throw new IllegalStateException(
                    "this executor was started without spark.plugins=" + SweepPlugin.class.getName());
        }
        return (byte[]) way.ask(question);
    }

    /** Where this executor is, as {@code executor 3 (host)}; by {@code local[…]} it is the driver. */
    static String place() {
        // PluginContext.hostname() throws on executors, which listen at no port.
        BlockManagerId id = SparkEnv.get().blockManager().blockManagerId();
        return place(id.executorId(), id.host());
    }

    static String place(String executor, String host) {
        return executor.equals("driver") ? "this machine" : "executor " + executor + " (" + host + ")";
    }

    @Override
    public DriverPlugin driverPlugin() {
        return new DriverPlugin() {
            @Override
            public Object receive(Object question) {
                return SweepPlugin.answer((byte[]) question);
            }
        };
    }

    @Override
    public ExecutorPlugin executorPlugin() {
        return new ExecutorPlugin() {
            @Override
            public void init(PluginContext context, Map<String, String> ignored) {
                WAY.set(context);
            }
        };
    }
}
