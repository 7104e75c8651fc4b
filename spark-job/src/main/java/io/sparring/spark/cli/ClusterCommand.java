package io.sparring.spark.cli;

import java.io.IOException;
import java.util.List;

/** A command whose driver may run somewhere on the cluster. */
interface ClusterCommand {
    /**
     * How the driver is to be called there, and where it leaves its result.
     *
     * @param outcome a file on a shared file system
     * @param arguments the command and its options; nothing in them is a path of this machine
     */
    record Travel(String outcome, List<String> arguments) {}

    /** Finds on this machine whatever can be wrong, before any driver is started. */
    Travel travel(org.apache.hadoop.conf.Configuration hadoop) throws IOException;
}
