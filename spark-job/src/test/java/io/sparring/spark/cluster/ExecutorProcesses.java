package io.sparring.spark.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The processes of executors, to be killed. */
public final class ExecutorProcesses {
    private ExecutorProcesses() {}

    /** Those that this process or one of its children has started. */
    public static List<ProcessHandle> started() {
        return ProcessHandle.current()
                .descendants()
                .filter(ExecutorProcesses::isExecutor)
                .toList();
    }

    /** Those of an application among them. */
    public static List<ProcessHandle> of(String application) {
        return started().stream()
                .filter(process -> commandLine(process).contains(application))
                .toList();
    }

    private static boolean isExecutor(ProcessHandle process) {
        return commandLine(process).contains("CoarseGrainedExecutorBackend");
    }

    /** {@link ProcessHandle} leaves the arguments out where they are as long as a class path. */
    private static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"));
        } catch (IOException ended) {
            return "";
        }
    }
}
