package io.sparring.spark.doctor;

import io.sparring.configuration.Configuration;
import java.util.OptionalLong;

/** Whether a block of an environment in Python is made here, and what that takes. */
final class PythonTrial extends Trial {
    private static final long serialVersionUID = 1L;

    private final Configuration.Environment environment;
    private transient long residentBytes;

    PythonTrial(Configuration.Environment environment) {
        this.environment = environment;
    }

    @Override
    String attempt() {
        residentBytes = environment.residentBytes();
        return null;
    }

    /** Memory of its process; empty where that is not known. */
    synchronized OptionalLong residentBytes() {
        return failure() == null && residentBytes > 0 ? OptionalLong.of(residentBytes) : OptionalLong.empty();
    }
}
