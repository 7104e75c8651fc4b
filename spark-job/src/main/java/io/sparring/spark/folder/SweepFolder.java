package io.sparring.spark.folder;

import io.sparring.configuration.InvalidConfiguration;
import io.sparring.tuning.LedgerFile;
import io.sparring.tuning.ResultTable;
import io.sparring.tuning.States;
import io.sparring.tuning.Sweep;
import io.sparring.tuning.SweepFile;
import io.sparring.tuning.SweepReport;
import io.sparring.tuning.SweepResult;
import io.sparring.tuning.Trial;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What a sweep leaves in its folder.
 *
 * <pre>
 *   sweep.yaml     what was asked for, the base included
 *   ledger.jsonl   what was decided and what came of it, one event a line; in object stores in segments
 *   trials/        states of trials that pause, as far as they do not fit into memory
 *   report.html    the page that shows it
 *   trials.csv     a row a trial; trials.parquet has types, and those that confirm, and reports.parquet a row for each time that one was looked at
 *   best.yaml      the best trial's configuration, as train takes it
 * </pre>
 *
 * <p>States are no more than saved work: one that is lost is computed again. In object stores, where nothing grows, events outlive this process
 * once their segment is closed, by an event that comes {@link #SEGMENT_EVERY} after the last one; what is lost with it is computed again, too. Thread-safe.
 */
public final class SweepFolder implements Sweep.Journal, States, AutoCloseable {
    /** The sweep's file. */
    public static final String FILE = "sweep.yaml";

    /** The sweep's ledger. */
    public static final String LEDGER = "ledger.jsonl";

    /** The page that shows it. */
    public static final String REPORT = "report.html";

    /** How much of the driver's memory is for states. */
    private static final int SHARE_OF_HEAP = 8;

    private static final Duration SEGMENT_EVERY = Duration.ofSeconds(5);

    private final RunFolder folder;
    private final boolean durable;
    private final long memory = Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP;
    private final Map<Integer, byte[]> states = new LinkedHashMap<>(16, 0.75f, true);
    /** Those that are in {@code trials/}, and may be outdated there. */
    private final Set<Integer> spilled = new HashSet<>();

    private long held;
    private boolean broken;
    private GrowingFile ledger;
    private final ByteArrayOutputStream segment = new ByteArrayOutputStream();
    private int segments;
    private long lastSegment = System.nanoTime();

    /**
     * Of a folder that is locked.
     *
     * @param durable whether states are to outlive this process, since they cannot be computed again
     */
    public SweepFolder(RunFolder folder, boolean durable) {
        this.folder = folder;
        this.durable = durable;
    }

    /** Whether there is a sweep in a folder. */
    public static boolean isSweep(RunFolder folder) throws IOException {
        return folder.has(FILE);
    }

    /**
     * What was asked for.
     *
     * @param set what is asked of it now, each {@code key=value} of {@link SweepFile#OWN}
     * @param trials how many there are to be now; null: as many as before
     */
    public static SweepFile read(RunFolder folder, List<String> set, Integer trials) throws IOException {
        String name = folder.name() + "/" + FILE;
        return SweepFile.parse(name, new String(folder.read(FILE), StandardCharsets.UTF_8), set, trials, base -> {
            throw new InvalidConfiguration(name + ": base: expected the configuration itself, got " + base);
        });
    }

    /**
     * The page that shows a sweep, from its file and its ledger alone, whoever writes there meanwhile.
     *
     * @param stopped whether nobody works on it now
     * @throws InvalidConfiguration if one of them is damaged
     */
    public static String page(RunFolder folder, boolean stopped) throws IOException {
        return SweepReport.html(
                folder.name(),
                read(folder, List.of(), null),
                content(folder, ledger(folder)).events(),
                stopped);
    }

    /** Writes down what is asked for. */
    public void write(SweepFile file) throws IOException {
        if (durable && folder.inSegments()) {
            throw new InvalidConfiguration(
                    folder.name()
                            + ": by pbt states have to be as old as the ledger, which object stores do not give; expected another file system or another scheduler");
        }
        folder.write(FILE, file.text().getBytes(StandardCharsets.UTF_8));
    }

    /** The events of earlier sessions, after which more can be appended; none of a sweep that begins. */
    public List<Map<String, Object>> open() throws IOException {
        byte[] all = ledger(folder);
        LedgerFile.Content content = content(folder, all);
        if (folder.inSegments()) {
            // Objects are whole: there is nothing to cut, and what is added comes behind them.
            folder.readGrown(
                    LEDGER,
                    (name, in) ->
                            segments = name.equals(LEDGER) ? 0 : Integer.parseInt(name.substring(LEDGER.length() + 1)));
        } else {
            byte[] whole = Arrays.copyOf(all, Math.toIntExact(content.bytes()));
            ledger = folder.grow(LEDGER, out -> out.write(whole));
        }
        return content.events();
    }

    private static byte[] ledger(RunFolder folder) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        folder.readGrown(LEDGER, (name, in) -> in.transferTo(all));
        return all.toByteArray();
    }

    private static LedgerFile.Content content(RunFolder folder, byte[] ledger) throws IOException {
        return LedgerFile.read(folder.name() + "/" + LEDGER, new ByteArrayInputStream(ledger));
    }

    @Override
    public synchronized void append(Map<String, Object> event) {
        if (broken) {
            throw new UncheckedIOException(new IOException("the ledger could not be written before"));
        }
        try {
            byte[] line = LedgerFile.line(event);
            if (folder.inSegments()) {
                segment.write(line);
                if (System.nanoTime() - lastSegment >= SEGMENT_EVERY.toNanos()) {
                    closeSegment();
                }
            } else {
                ledger.write(line);
                ledger.sync();
            }
        } catch (IOException e) {
            // What came after half a line would be lost with it.
            broken = true;
            throw new UncheckedIOException(folder.name() + "/" + LEDGER, e);
        }
    }

    private void closeSegment() throws IOException {
        lastSegment = System.nanoTime();
        if (segment.size() > 0) {
            segments++;
            folder.write(String.format(Locale.ROOT, "%s.%06d", LEDGER, segments), segment.toByteArray());
            segment.reset();
        }
    }

    @Override
    public synchronized void put(int trial, byte[] state) {
        if (durable) {
            spill(trial, state);
        }
        byte[] before = states.put(trial, state);
        held += state.length - (before == null ? 0 : before.length);
        for (Iterator<Map.Entry<Integer, byte[]>> oldest = states.entrySet().iterator();
                held > memory && oldest.hasNext(); ) {
            Map.Entry<Integer, byte[]> next = oldest.next();
            spill(next.getKey(), next.getValue());
            held -= next.getValue().length;
            oldest.remove();
        }
    }

    private void spill(int trial, byte[] state) {
        try {
            folder.write(name(trial), state);
            spilled.add(trial);
        } catch (IOException e) {
            throw new UncheckedIOException(folder.name() + "/" + name(trial), e);
        }
    }

    private static String name(int trial) {
        return "trials/" + trial;
    }

    @Override
    public synchronized byte[] get(int trial) {
        byte[] state = states.get(trial);
        if (state != null) {
            return state;
        }
        try {
            return folder.read(name(trial));
        } catch (FileNotFoundException | InvalidConfiguration none) {
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(folder.name() + "/" + name(trial), e);
        }
    }

    @Override
    public synchronized void remove(int trial) {
        byte[] state = states.remove(trial);
        if (state != null) {
            held -= state.length;
        }
        if (spilled.remove(trial)) {
            try {
                folder.delete(name(trial));
            } catch (IOException ignored) {
                // It takes up room until the sweep is over, and nothing else.
            }
        }
    }

    /** Writes what came of it so far. */
    public void write(Sweep sweep) throws IOException {
        // Asked before this is locked: whoever answers a worker holds the sweep, and then asks for this.
        write(sweep.file(), sweep.result(), sweep.trials());
    }

    private synchronized void write(SweepFile file, SweepResult result, List<Trial> trials) throws IOException {
        folder.write("trials.csv", result.csv().getBytes(StandardCharsets.UTF_8));
        String best = result.bestConfiguration(file);
        if (best != null) {
            folder.write("best.yaml", best.getBytes(StandardCharsets.UTF_8));
        }
        if (folder.inSegments()) {
            closeSegment();
        }
        folder.write(REPORT, page(folder, true).getBytes(StandardCharsets.UTF_8));
        folder.write("trials.parquet", Parquet.file(ResultTable.trials(file, trials)));
        folder.write(
                "reports.parquet",
                Parquet.file(ResultTable.reports(content(folder, ledger(folder)).events())));
    }

    /** Writes what a later session would otherwise compute again. */
    public synchronized void keepStates() {
        states.forEach(this::spill);
    }

    /** Removes what nobody needs any more. */
    public void forgetStates() throws IOException {
        folder.deleteAll("trials");
    }

    @Override
    public synchronized void close() throws IOException {
        if (folder.inSegments()) {
            closeSegment();
        } else if (ledger != null) {
            ledger.close();
        }
    }
}
