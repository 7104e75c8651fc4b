package io.sparring.spark.session;

import io.sparring.network.Engine;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;

/**
 * An engine's native code, loaded into each JVM before its threads run beside each other: JavaCPP, which walks the loaded libraries
 * while it loads its own, was seen to wait for a thread that loaded another one, which waited for it. On executors that is when a
 * plugin is started: before the first task, which would load what Spark compresses with.
 */
public final class NativeCode implements SparkPlugin {
    /** For Spark. */
    public NativeCode() {}

    /** Loads it here, where Spark has not started yet, and has executors load it. */
    static void loadFirst(Engine engine, SparkConf settings) {
        if (engine == Engine.PLAIN) {
            return;
        }
        engine.load();
        Plugins.add(settings, NativeCode.class);
    }

    @Override
    public DriverPlugin driverPlugin() {
        return null;
    }

    @Override
    public ExecutorPlugin executorPlugin() {
        return new ExecutorPlugin() {
            @Override
            public void init(PluginContext context, Map<String, String> ignored) {
                // Where its jar is missing the first task says so; an executor that ended by it would not.
                if (Engine.DL4J.isThere()) {
                    Engine.DL4J.load();
                }
            }
        };
    }
}
