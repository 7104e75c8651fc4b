package io.sparring.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.network.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class Dl4jEngineTest {
    @Test
    @EnabledOnOs(OS.LINUX)
    void itsNativeCodeIsThereOnceItIsLoadedAndBeforeANetworkIs() throws IOException {
        Engine.DL4J.load();

        assertThat(Files.readString(Path.of("/proc/self/maps"))).contains("libnd4jcpu", "libopenblas");
    }
}
