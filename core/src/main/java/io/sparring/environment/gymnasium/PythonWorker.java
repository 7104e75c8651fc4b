package io.sparring.environment.gymnasium;

import io.sparring.environment.CannotDraw;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** One Python process, asked and answered in frames; {@code worker.py} says which. Used by one thread at a time. */
final class PythonWorker implements AutoCloseable {
    /** The commands of {@code worker.py}. */
    enum Operation {
        MAKE,
        RESET,
        STEP,
        REPLAY,
        RESET_TASK,
        GET_SPACES,
        SEED,
        CLOSE,
        ERROR,
        RENDER,
        LIST;

        private int code() {
            return ordinal() + 1;
        }
    }

    private static final int MAGIC = 0x47525053;
    private static final int HEADER = 16;
    /** What a pipe surely holds; Linux's hold twice as much. */
    static final int PIPE = 1 << 15;

    /** An answer is as long as a step's observations; far more is no answer. */
    private static final int LONGEST = 1 << 30;

    private static final Duration CLOSE = Duration.ofSeconds(5);
    private static final int LAST_LINES = 200;
    private static final Pattern HUNG_AT = Pattern.compile("File \"(.*)\", line (\\d+) in (.*)");
    private static final String PROGRAM = program();

    private final MemoryLimit memory = MemoryLimit.here();
    private final Process process;
    private final OutputStream commands;
    private final DataInputStream answers;
    private final Thread listening;
    private final Deque<String> lastWords = new ArrayDeque<>();
    /** When the answer that is waited for is overdue; {@link Long#MAX_VALUE} where none is. */
    private volatile long deadline = Long.MAX_VALUE;

    /** The process with the environments. */
    private volatile ProcessHandle supervised;

    private volatile boolean overdue;
    private volatile boolean closed;
    private int sequence;
    /** What has been sent and not been answered. */
    private final Queue<Asked> outstanding = new ArrayDeque<>();
    /** Answers by their numbers that came while others were waited for. */
    private final Map<Integer, Answer> early = new HashMap<>();

    private PythonWorker(Process process) {
        this.process = process;
        commands = process.getOutputStream();
        answers = new DataInputStream(process.getInputStream());
        listening = daemon("sparring-python-stderr", this::listen);
        daemon("sparring-python-deadline", this::watch);
    }

    private static String program() {
        try (InputStream in = PythonWorker.class.getResourceAsStream("worker.py")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Starts one.
     *
     * @throws PythonFailure if there is no such interpreter
     */
    static PythonWorker start(String interpreter) {
        // As an argument it needs no file, which somebody would have to remove.
        ProcessBuilder builder = new ProcessBuilder(interpreter, "-u", "-c", PROGRAM);
        // One process a task slot: numerical libraries of as many threads as processors would fight over them.
        for (String library : new String[] {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"}) {
            builder.environment().putIfAbsent(library, "1");
        }
        // Without a display no window.
        builder.environment().putIfAbsent("SDL_VIDEODRIVER", "dummy");
        builder.environment().put("PYTHONIOENCODING", "utf-8:backslashreplace");
        try {
            return new PythonWorker(builder.start());
        } catch (IOException e) {
            throw PythonFailure.missing("there is no Python interpreter " + interpreter
                    + " here; name one by --set environment.python=PATH, or where that is empty by PYSPARK_PYTHON ("
                    + e.getMessage() + ")");
        }
    }

    /** A command to which there is no answer yet. */
    private record Asked(Operation operation, int number) {}

    /** What came as an answer; its operation is a command's, or {@link Operation#ERROR}'s. */
    private record Answer(int operation, ByteBuffer payload) {}

    /**
     * Waits for the answer to one command; those to earlier ones are kept.
     *
     * @param patience within which each of them has to come
     * @return the answer's payload, little-endian
     * @throws PythonFailure if another came, or none
     * @throws CannotDraw if a picture was asked for
     */
    ByteBuffer ask(Operation operation, byte[] payload, Duration patience) {
        while (!outstanding.isEmpty()) {
            keepNext(patience);
        }
        return await(send(operation, payload, patience), patience);
    }

    /**
     * Sends a command, which Python takes up when it has done those before.
     *
     * @param payload of at most {@link #PIPE} bytes where answers are outstanding: while Python waits for somebody to read one, it reads nothing
     * @param patience within which it has to be taken
     * @return its number, for {@link #await}
     * @throws PythonFailure if nobody is there any more
     */
    int send(Operation operation, byte[] payload, Duration patience) {
        deadline = System.nanoTime() + patience.toNanos();
        try {
            sequence++;
            ByteBuffer frame = ByteBuffer.allocate(HEADER + payload.length).order(ByteOrder.LITTLE_ENDIAN);
            frame.putInt(MAGIC).putInt(operation.code()).putInt(sequence).putInt(payload.length);
            frame.put(payload);
            commands.write(frame.array());
            commands.flush();
            outstanding.add(new Asked(operation, sequence));
            return sequence;
        } catch (IOException e) {
            throw PythonFailure.lost(obituary(operation, patience));
        } finally {
            deadline = Long.MAX_VALUE;
        }
    }

    /**
     * Waits for the answer to the command of this number. Answers come in the order of the commands; earlier ones are kept for whoever awaits them.
     *
     * @param patience within which each of them has to come
     * @return the answer's payload, little-endian
     * @throws PythonFailure if another came, or none
     */
    ByteBuffer await(int number, Duration patience) {
        while (!early.containsKey(number)) {
            keepNext(patience);
        }
        Answer answer = early.remove(number);
        if (answer.operation() == Operation.ERROR.code()) {
            String[] text =
                    StandardCharsets.UTF_8.decode(answer.payload()).toString().split("\n", 2);
            throw switch (text[0]) {
                case "missing" -> PythonFailure.missing(text[1]);
                case "refused" -> PythonFailure.refused(text[1]);
                case "not drawn" -> new CannotDraw(text[1]);
                default -> PythonFailure.raised(text[1]);
            };
        }
        if (answer.operation() == Operation.MAKE.code()) {
            supervised = process.children().findFirst().orElse(null);
        }
        return answer.payload();
    }

    private void keepNext(Duration patience) {
        Asked next = outstanding.remove();
        deadline = System.nanoTime() + patience.toNanos();
        try {
            early.put(next.number(), answer(next));
        } catch (IOException e) {
            throw PythonFailure.lost(obituary(next.operation(), patience));
        } finally {
            deadline = Long.MAX_VALUE;
        }
    }

    private Answer answer(Asked asked) throws IOException {
        ByteBuffer header = read(HEADER);
        int magic = header.getInt();
        int operation = header.getInt();
        int number = header.getInt();
        int length = header.getInt();
        if (magic != MAGIC || number != asked.number() || length < 0 || length > LONGEST) {
            kill();
            throw PythonFailure.lost("the Python process (pid " + process.pid() + ") has answered to "
                    + name(asked.operation()) + " with something that is no answer" + said());
        }
        return new Answer(operation, read(length));
    }

    private ByteBuffer read(int count) throws IOException {
        byte[] bytes = new byte[count];
        answers.readFully(bytes);
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static String name(Operation operation) {
        return operation.name().toLowerCase(Locale.ROOT);
    }

    /** Why there is no answer; called once the process is no more to be reached. */
    private String obituary(Operation operation, Duration patience) {
        kill();
        if (overdue) {
            return "the Python process (pid " + process.pid() + ") has not answered to " + name(operation) + " within "
                    + patience.toMillis() / 1000.0 + " s" + hungAt() + said();
        }
        if (process.isAlive()) {
            // Whoever waits for its end was interrupted.
            return "the Python process (pid " + process.pid() + ") was given up at " + name(operation) + said();
        }
        int status = process.exitValue();
        return "the Python process (pid " + process.pid() + ") has ended "
                + (status > 128 ? "by signal " + (status - 128) : "with status " + status) + " at "
                + name(operation) + memory.blamedFor(status) + said();
    }

    /** The innermost line of which faulthandler speaks. */
    private String hungAt() {
        synchronized (lastWords) {
            for (String line : lastWords) {
                Matcher at = HUNG_AT.matcher(line);
                if (at.find()) {
                    return ", it hung in " + at.group(3) + " at " + at.group(1) + ":" + at.group(2);
                }
            }
        }
        return "";
    }

    private String said() {
        synchronized (lastWords) {
            return lastWords.isEmpty() ? "" : "\n" + String.join("\n", lastWords);
        }
    }

    private void listen() {
        try (InputStream errors = process.getErrorStream()) {
            StringBuilder line = new StringBuilder();
            byte[] block = new byte[8192];
            for (int got = errors.read(block); got >= 0; got = errors.read(block)) {
                for (int i = 0; i < got; i++) {
                    if (block[i] == '\n' || line.length() >= 4096) {
                        keep(line.toString());
                        line.setLength(0);
                    } else {
                        line.append((char) (block[i] & 0xff));
                    }
                }
            }
            keep(line.toString());
        } catch (IOException ended) {
            // Nothing more to hear.
        }
    }

    private void keep(String line) {
        synchronized (lastWords) {
            if (!line.isBlank()) {
                lastWords.add(line);
            }
            if (lastWords.size() > LAST_LINES) {
                lastWords.remove();
            }
        }
    }

    private void watch() {
        long missed = Long.MAX_VALUE;
        while (!closed && process.isAlive()) {
            long due = deadline;
            if (System.nanoTime() - due > 0 && due != Long.MAX_VALUE) {
                // Seen twice: after a pause of this JVM the answer may be there, and only wants to be read.
                if (due == missed) {
                    overdue = true;
                    // It writes down where it hangs. Process.destroy() would close the stream on which it does so.
                    process.toHandle().destroy();
                    return;
                }
                missed = due;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
        // Where it was the supervisor who was killed, nobody else ends the others.
        end(everybodyElse());
    }

    /** What it and whomever it has started have of memory, in bytes, pages that they share counted for each; 0 where the system does not tell. */
    long residentBytes() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .mapToLong(PythonWorker::residentBytes)
                .sum();
    }

    private static long residentBytes(ProcessHandle process) {
        try (Stream<String> status = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
            return status.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                    .sum();
        } catch (IOException | UncheckedIOException gone) {
            return 0;
        }
    }

    private List<ProcessHandle> everybodyElse() {
        List<ProcessHandle> others = new ArrayList<>(process.descendants().toList());
        ProcessHandle known = supervised;
        if (known != null) {
            others.add(known);
            others.addAll(known.descendants().toList());
        }
        return others;
    }

    private static void end(List<ProcessHandle> others) {
        others.forEach(ProcessHandle::destroyForcibly);
    }

    private static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** Asks it to end, and ends it. */
    @Override
    public void close() {
        if (!closed) {
            // Not closed yet: who watches ends whoever is left then, and an environment may take its time.
            try {
                ask(Operation.CLOSE, new byte[0], CLOSE);
            } catch (PythonFailure gone) {
                // That is what was asked for.
            }
            kill();
        }
    }

    /** Ends it, and whomever it has started. */
    private void kill() {
        // The supervisor sees it and ends the whole group; where he is gone himself, that is done here.
        List<ProcessHandle> others = everybodyElse();
        try {
            commands.close();
        } catch (IOException gone) {
            // Then nobody listens any more.
        }
        try {
            if (!process.waitFor(2, TimeUnit.SECONDS)) {
                process.toHandle().destroyForcibly();
                process.waitFor(2, TimeUnit.SECONDS);
            }
            listening.join(1000);
        } catch (InterruptedException e) {
            process.toHandle().destroyForcibly();
            Thread.currentThread().interrupt();
        }
        end(others);
        closed = true;
    }
}
