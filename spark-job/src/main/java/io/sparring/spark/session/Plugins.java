package io.sparring.spark.session;

import org.apache.spark.SparkConf;
import org.apache.spark.api.plugin.SparkPlugin;

/** Spark's plugins. */
public final class Plugins {
    private Plugins() {}

    /** Adds one to those that a site may have. */
    public static void add(SparkConf settings, Class<? extends SparkPlugin> plugin) {
        String others = settings.get("spark.plugins", "");
        settings.set("spark.plugins", others + (others.isEmpty() ? "" : ",") + plugin.getName());
    }
}
