package io.sparring.spark.folder;

import io.sparring.run.MetricsLog;
import io.sparring.spark.session.Console;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** A run's metrics as they lie in its folder, in one file and its segments. However long the run was, one line of them is in memory. */
final class Metrics {
    static final String FILE = "metrics.jsonl";
    /** The type of lines that are an epoch each, which counts as a round. */
    static final String PRETRAINING = "pretraining";

    /** Gets the lines that could not be read; another one each time. */
    private static final String DAMAGED = "damaged-metrics%s.txt";

    private static final Map<String, Class<?>> REQUIRED =
            Map.of("type", String.class, "round", Number.class, "env_steps", Number.class);

    private Metrics() {}

    /** What is done with each line. */
    interface Use {
        void of(Map<String, Object> line) throws IOException;
    }

    /** Reads them as far as they are written, each line once. Says so where there are damaged lines, and passes over them. */
    static void read(RunFolder folder, Use use) throws IOException {
        Lines lines = new Lines(use);
        lines.read(folder);
        if (lines.damaged > 0) {
            Console.say(folder.name() + "/" + lines.describeDamage());
        }
    }

    /** Writes the lines up to a round. Damaged ones are laid into a file of their own. */
    static void copy(RunFolder folder, long lastRound, OutputStream out) throws IOException {
        MetricsLog log = new MetricsLog(out);
        Lines lines = new Lines(line -> {
            if (((Number) line.get("round")).longValue() <= lastRound) {
                log.record(line);
            }
        });
        lines.read(folder);
        if (lines.damaged > 0) {
            String damaged = String.format(Locale.ROOT, DAMAGED, "");
            for (int session = 2; folder.has(damaged); session++) {
                damaged = String.format(Locale.ROOT, DAMAGED, "-" + session);
            }
            folder.write(damaged, texts -> copyDamaged(folder, texts));
            Console.say(folder.name() + "/" + lines.describeDamage() + "; see " + damaged);
        }
    }

    /** Puts the lines up to a round together, in one file. The segments stay. */
    static void rewrite(RunFolder folder, long lastRound) throws IOException {
        if (!folder.inSegments()) {
            folder.write(FILE, out -> copy(folder, lastRound, out));
            return;
        }
        // There the file itself is written, which is still read.
        Path copy = Files.createTempFile("sparring-", "-" + FILE);
        try {
            try (OutputStream out = Files.newOutputStream(copy)) {
                copy(folder, lastRound, out);
            }
            folder.write(FILE, out -> Files.copy(copy, out));
        } finally {
            Files.delete(copy);
        }
    }

    private static void copyDamaged(RunFolder folder, OutputStream out) throws IOException {
        MetricsLog.Reader reader = new MetricsLog.Reader() {
            @Override
            public void record(Map<String, Object> line) {}

            @Override
            public void damage(MetricsLog.Damage damage) throws IOException {
                out.write((damage.text() + "\n").getBytes(StandardCharsets.UTF_8));
            }
        };
        folder.readGrown(FILE, (name, in) -> MetricsLog.read(in, REQUIRED, reader));
    }

    /** Hands on each line once, and counts those that are damaged. */
    private static final class Lines implements MetricsLog.Reader {
        private final Use use;
        /** The last round of each type of lines, in the parts before and up to here. */
        private Map<Object, Long> before = Map.of();

        private final Map<Object, Long> last = new HashMap<>();
        private String part;
        private long damaged;
        private String firstDamaged;

        Lines(Use use) {
            this.use = use;
        }

        void read(RunFolder folder) throws IOException {
            folder.readGrown(FILE, (name, in) -> {
                part = name;
                before = Map.copyOf(last);
                MetricsLog.read(in, REQUIRED, this);
            });
        }

        @Override
        public void record(Map<String, Object> line) throws IOException {
            Object type = line.get("type");
            long round = ((Number) line.get("round")).longValue();
            // There twice: segments that a process put together and died before it removed them, and lines that
            // were written to another segment again, because nobody knew whether they had arrived.
            if (!before.containsKey(type) || round > before.get(type)) {
                last.merge(type, round, Math::max);
                use.of(line);
            }
        }

        @Override
        public void damage(MetricsLog.Damage damage) {
            damaged++;
            if (firstDamaged == null) {
                firstDamaged = "line " + damage.number() + (part.equals(FILE) ? "" : " of " + part) + " ("
                        + damage.reason() + ")";
            }
        }

        String describeDamage() {
            return FILE + ": "
                    + (damaged == 1
                            ? firstDamaged + " is damaged and left out"
                            : damaged + " lines are damaged and left out, the first of them " + firstDamaged);
        }
    }
}
