package io.sparring.environment.gymnasium;

import io.sparring.environment.Disturbances;
import io.sparring.environment.Drawing;
import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.Frame;
import io.sparring.environment.RowLayout;
import io.sparring.environment.Space;
import io.sparring.environment.Step;
import io.sparring.environment.SteppedInParts;
import io.sparring.environment.gymnasium.PythonWorker.Operation;
import io.sparring.random.Generators;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * B copies of a Gymnasium environment in one Python process, after Stable-Baselines3's vector environments: step is send to all, wait for all,
 * stack.
 *
 * <p>Every episode begins with a seed of its own, so that (seed, actions since the reset) is the state of a copy: that is its snapshot, and what a
 * fresh process plays where none stands there, because it was lost, or the shard has come from another executor.
 */
final class GymnasiumEnvironment implements Environment, SteppedInParts {
    private static final System.Logger LOG = System.getLogger(GymnasiumEnvironment.class.getName());
    private static final int TERMINATED = 1;
    private static final int TRUNCATED = 2;

    private final EnvironmentSpec spec;
    private final Hosting hosting;
    private final StandingWorkers standing;
    private final int copies;
    private final int observationSize;
    private final RowLayout layout;
    /** Of the layout: so many floats, then so many bytes, in turn. */
    private final int[] runs;

    private final int actionSize;
    /** Of one number of an action in a frame. */
    private final int actionBytes;

    private final Episode[] episodes;
    private Generators generators;
    private PythonWorker worker;
    /** Where the copies stand, if they were not moved since; else null. Then the process is among those that {@link #standing} has. */
    private byte[] snapshot;
    /** What every copy was last seen to observe, as a sum. */
    private final int[] seen;

    /** Processes that were lost since the last snapshot: what is lost again and again gets nowhere. */
    private int restarts;

    private Disturbances disturbances = Disturbances.NONE;

    /** A step that was begun. */
    private static final class Sent {
        final byte[] frame;
        /** The process that has it, and under which number. */
        PythonWorker to;

        int number;

        Sent(byte[] frame) {
            this.frame = frame;
        }
    }

    /** What each part is in the middle of; null: nothing. */
    private final Sent[] sent;

    /** Whether it is made to be drawn. */
    private boolean drawn;

    private boolean differenceSaid;
    private boolean closed;

    GymnasiumEnvironment(EnvironmentSpec spec, int copies, Hosting hosting, StandingWorkers standing) {
        this.spec = spec;
        this.hosting = hosting;
        this.standing = standing;
        this.copies = copies;
        observationSize = spec.observationSpace().size();
        layout = spec.layout();
        runs = layout.runs();
        actionSize = spec.actionSpace().size();
        actionBytes = actionBytes(spec.actionSpace());
        episodes = new Episode[copies];
        Arrays.setAll(episodes, copy -> new Episode());
        seen = new int[copies];
        boolean halves = hosting.halfBlocks() && copies > 1 && frameBytes(copies) <= PythonWorker.PIPE;
        sent = new Sent[halves ? 2 : 1];
        standing.enter();
    }

    private static int actionBytes(Space space) {
        int choices = space instanceof Space.Discrete discrete
                ? discrete.n()
                : space instanceof Space.MultiDiscrete several
                        ? Arrays.stream(several.sizes()).max().orElseThrow()
                        : space instanceof Space.MultiBinary ? 2 : Integer.MAX_VALUE;
        return choices <= 1 << 8 ? 1 : choices <= 1 << 16 ? 2 : 4;
    }

    @Override
    public Space.Box observationSpace() {
        return spec.observationSpace();
    }

    @Override
    public Space actionSpace() {
        return spec.actionSpace();
    }

    @Override
    public int copies() {
        return copies;
    }

    @Override
    public boolean masks() {
        return spec.masks();
    }

    @Override
    public RowLayout layout() {
        return layout;
    }

    @Override
    public boolean observesBytes() {
        return layout.bytes() > 0;
    }

    @Override
    public int parts() {
        return sent.length;
    }

    @Override
    public void reset(long[] seeds, float[] observations) {
        Step first = Step.of(this);
        reset(seeds, first);
        System.arraycopy(first.observations, 0, observations, 0, first.observations.length);
    }

    @Override
    public void reset(long[] seeds, Step first) {
        // What waits where the last snapshot was taken waits for its shard.
        snapshot = null;
        forgetSteps();
        generators = Generators.of(seeds);
        for (int copy = 0; copy < copies; copy++) {
            episodes[copy].begin(draw(copy), draw(copy));
        }
        ByteBuffer answer = patiently(false, () -> {
            ByteBuffer payload = little(copies * Integer.BYTES);
            for (Episode episode : episodes) {
                payload.putInt(episode.seed);
            }
            return worker.ask(Operation.RESET, payload.array(), start());
        });
        for (int copy = 0; copy < copies; copy++) {
            read(answer, copy, first);
        }
        for (int copy = 0; copy < copies; copy++) {
            readMask(answer, copy, first.allowed);
        }
    }

    /** A seed that every generator of Python takes. */
    private int draw(int copy) {
        return generators.get(copy).nextInt(Integer.MAX_VALUE);
    }

    @Override
    public void step(float[] actions, Step result) {
        SteppedInParts.super.step(actions, result);
    }

    @Override
    public void send(int part, float[] actions) {
        comeBack();
        sent[part] = new Sent(frame(part, actions));
        if (worker != null) {
            patiently(true, () -> {
                sendSteps();
                return null;
            });
        }
    }

    /** Whatever was begun and this process does not know of. */
    private void sendSteps() {
        for (Sent step : sent) {
            if (step != null && step.to != worker) {
                step.number = worker.send(Operation.STEP, step.frame, patience(hosting.stepSeconds()));
                step.to = worker;
            }
        }
    }

    /** After a failure, steps may be under way that nobody awaits any more: their process is of no use. */
    private void forgetSteps() {
        for (int part = 0; part < sent.length; part++) {
            if (sent[part] != null && worker != null) {
                worker.close();
                worker = null;
            }
            sent[part] = null;
        }
    }

    @Override
    public void receive(int part, Step result) {
        int from = firstCopy(part);
        int to = firstCopy(part + 1);
        ByteBuffer answer = patiently(true, () -> {
            sendSteps();
            return worker.await(sent[part].number, patience(hosting.stepSeconds()));
        });
        byte[] frame = sent[part].frame;
        sent[part] = null;
        for (int copy = from; copy < to; copy++) {
            double reward = answer.getDouble();
            if (Double.isNaN(reward)) {
                throw new IllegalStateException(
                        where(copy) + " got a reward that is no number at step " + (episodes[copy].steps() + 1));
            }
            result.rewards[copy] = (float) reward;
        }
        for (int copy = from; copy < to; copy++) {
            int flags = answer.get();
            result.terminated[copy] = (flags & TERMINATED) != 0;
            result.truncated[copy] = (flags & TRUNCATED) != 0;
        }
        for (int copy = from; copy < to; copy++) {
            read(answer, copy, result);
        }
        for (int copy = from; copy < to; copy++) {
            readMask(answer, copy, result.allowed);
        }
        answer.getInt();
        for (int copy = from; copy < to; copy++) {
            if (result.ended(copy)) {
                readRow(answer, result.layout != null, result.finalObservations, result.finalBytes, copy);
                episodes[copy].begin(episodes[copy].nextSeed, draw(copy));
            } else {
                episodes[copy].append(frame, actionsAt(copy - from), actionSize * actionBytes);
            }
        }
        for (int copy = from; copy < to; copy++) {
            if (episodes[copy].lost) {
                cut(copy, result);
            }
        }
    }

    private byte[] frame(int part, float[] actions) {
        int from = firstCopy(part);
        int to = firstCopy(part + 1);
        ByteBuffer payload = little(frameBytes(to - from));
        payload.putInt(from).putInt(to - from);
        for (int i = from * actionSize; i < to * actionSize; i++) {
            switch (actionBytes) {
                case 1 -> payload.put((byte) actions[i]);
                case 2 -> payload.putShort((short) actions[i]);
                default -> {
                    if (spec.actionSpace() instanceof Space.Box) {
                        payload.putFloat(actions[i]);
                    } else {
                        payload.putInt((int) actions[i]);
                    }
                }
            }
        }
        for (int copy = from; copy < to; copy++) {
            payload.putInt(episodes[copy].nextSeed);
        }
        return payload.array();
    }

    private int frameBytes(int count) {
        return actionsAt(count) + count * Integer.BYTES;
    }

    /** Where in a step's frame the actions of its copies begin, counted from its first. */
    private int actionsAt(int copy) {
        return 2 * Integer.BYTES + copy * actionSize * actionBytes;
    }

    /** An episode that did not repeat itself ends here, as if a limit had cut it, and a fresh one begins. */
    private void cut(int copy, Step result) {
        result.truncated[copy] = true;
        int bytes = result.bytes.length / copies;
        System.arraycopy(result.bytes, copy * bytes, result.finalBytes, copy * bytes, bytes);
        int floats = result.observations.length / copies;
        System.arraycopy(result.observations, copy * floats, result.finalObservations, copy * floats, floats);
        episodes[copy].begin(episodes[copy].nextSeed, draw(copy));
        ByteBuffer answer = patiently(true, () -> play(List.of(copy)));
        read(answer, copy, result);
        readMask(answer, copy, result.allowed);
    }

    /** One copy's row of an answer. */
    private void read(ByteBuffer answer, int copy, Step step) {
        CRC32C sum = new CRC32C();
        sum.update(answer.slice(answer.position(), layout.rowBytes()));
        seen[copy] = (int) sum.getValue();
        boolean compact = step.layout != null;
        readRow(answer, compact, step.observations, step.bytes, copy);
        for (int number = 0; layout.floats() > 0 && number < observationSize; number++) {
            int at = compact ? copy * layout.floats() + layout.place(number) : copy * observationSize + number;
            if (!layout.isByte(number) && Float.isNaN(step.observations[at])) {
                throw new IllegalStateException(where(copy) + " observes something that is no number (element " + number
                        + ") after " + episodes[copy].steps() + " steps");
            }
        }
    }

    private void readMask(ByteBuffer answer, int copy, boolean[] allowed) {
        int size = allowed.length / copies;
        for (int i = copy * size; i < (copy + 1) * size; i++) {
            allowed[i] = answer.get() != 0;
        }
        if (size > 0 && !spec.actionSpace().leavesAny(allowed, copy * size)) {
            throw new IllegalStateException(
                    where(copy) + " allows no action after " + episodes[copy].steps() + " steps");
        }
    }

    /**
     * A row as it comes: its numbers in their order, each as the layout has it.
     *
     * @param compact whether bytes stay bytes; else all become floats
     */
    private void readRow(ByteBuffer answer, boolean compact, float[] floats, byte[] bytes, int copy) {
        int floatAt = copy * (compact ? layout.floats() : observationSize);
        int byteAt = copy * layout.bytes();
        for (int run = 0; run < runs.length; run++) {
            int count = runs[run];
            if (run % 2 == 0) {
                answer.asFloatBuffer().get(floats, floatAt, count);
                answer.position(answer.position() + count * Float.BYTES);
                floatAt += count;
            } else if (compact) {
                answer.get(bytes, byteAt, count);
                byteAt += count;
            } else {
                for (int i = 0; i < count; i++) {
                    floats[floatAt++] = answer.get() & 0xff;
                }
            }
        }
    }

    private String where(int copy) {
        return spec.id() + ", copy " + copy + " (episode seed " + episodes[copy].seed + "):";
    }

    @Override
    public byte[] snapshot() {
        if (snapshot == null) {
            if (Arrays.stream(sent).anyMatch(Objects::nonNull)) {
                throw new IllegalStateException("a snapshot in the middle of a step");
            }
            int size = Generators.bytes(copies) + copies * 5 * Integer.BYTES;
            for (Episode episode : episodes) {
                size += episode.length();
            }
            ByteBuffer out = ByteBuffer.allocate(size);
            generators.write(out);
            for (int copy = 0; copy < copies; copy++) {
                Episode episode = episodes[copy];
                byte[] actions = episode.actions();
                out.putInt(episode.seed).putInt(episode.nextSeed).putInt(seen[copy]);
                out.putInt(episode.steps()).putInt(actions.length).put(actions);
            }
            stand(out.array());
            restarts = 0;
        }
        return snapshot.clone();
    }

    @Override
    public void restore(byte[] wanted) {
        if (snapshot != null && Arrays.equals(snapshot, wanted)) {
            return;
        }
        forgetSteps();
        System.arraycopy(decode(wanted), 0, seen, 0, copies);
        // What has moved on stands nowhere: its process may as well play this.
        PythonWorker moved = worker;
        worker = standing.take(wanted);
        if (worker == null) {
            worker = moved;
            patiently(false, () -> replay(seen));
        } else if (moved != null) {
            moved.close();
        }
        stand(wanted.clone());
    }

    /** Here the process waits for whoever goes on with this shard. */
    private void stand(byte[] here) {
        snapshot = here;
        standing.park(here, worker);
        worker = null;
    }

    /** The process, where it was left to wait. */
    private void comeBack() {
        if (snapshot != null) {
            worker = standing.take(snapshot);
            snapshot = null;
        }
    }

    /** @return what each copy observed there */
    private int[] decode(byte[] wanted) {
        int[] sums = new int[copies];
        try {
            ByteBuffer in = ByteBuffer.wrap(wanted);
            Generators read = Generators.read(in, copies);
            for (int copy = 0; copy < copies; copy++) {
                episodes[copy].begin(in.getInt(), in.getInt());
                sums[copy] = in.getInt();
                int steps = in.getInt();
                byte[] actions = new byte[in.getInt()];
                in.get(actions);
                episodes[copy].actions(actions, steps);
            }
            if (in.hasRemaining()) {
                throw new IllegalArgumentException("and " + in.remaining() + " bytes more");
            }
            generators = read;
            return sums;
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("not a snapshot of " + copies + " copies of " + spec.id(), e);
        }
    }

    /** Plays all episodes again, and compares what they come to. */
    private ByteBuffer replay(int[] sums) {
        List<Integer> all = new ArrayList<>();
        for (int copy = 0; copy < copies; copy++) {
            all.add(copy);
        }
        ByteBuffer answer = play(all);
        CRC32C sum = new CRC32C();
        for (int copy = 0; copy < copies; copy++) {
            sum.reset();
            sum.update(answer.slice(copy * layout.rowBytes(), layout.rowBytes()));
            if ((int) sum.getValue() != sums[copy]) {
                differs(copy);
            }
        }
        return answer;
    }

    private void differs(int copy) {
        String what = where(copy) + " does not observe the same when its " + episodes[copy].steps()
                + " steps are played again";
        if (hosting.requireReplay()) {
            throw new IllegalStateException(what + ", and environment.require-replay asks for that");
        }
        episodes[copy].lost = true;
        disturbances = new Disturbances(disturbances.restarts(), disturbances.replaysDiffered() + 1);
        if (!differenceSaid) {
            differenceSaid = true;
            LOG.log(
                    System.Logger.Level.WARNING,
                    what + "; such episodes are cut there, and the result depends on where processes were lost");
        }
    }

    /** Plays these copies' episodes in fresh environments. */
    private ByteBuffer play(List<Integer> which) {
        int size = Integer.BYTES;
        long steps = 0;
        for (int copy : which) {
            size += 3 * Integer.BYTES + episodes[copy].length();
            steps += episodes[copy].steps();
        }
        ByteBuffer payload = little(size).putInt(which.size());
        for (int copy : which) {
            payload.putInt(copy).putInt(episodes[copy].seed).putInt(episodes[copy].steps());
            payload.put(episodes[copy].actions());
        }
        return worker.ask(
                Operation.REPLAY, payload.array(), start().plus(patience(hosting.stepSeconds() * (1 + steps / 10.0))));
    }

    /** Something that is asked of the process. */
    private interface Asking {
        ByteBuffer ask();
    }

    /**
     * Asks, and where the process is lost asks a fresh one.
     *
     * @param stands whether that has to be brought first to where the copies stand
     */
    private ByteBuffer patiently(boolean stands, Asking asking) {
        while (true) {
            try {
                if (worker == null) {
                    worker = started();
                    if (stands) {
                        replay(seen);
                    }
                }
                return asking.ask();
            } catch (PythonFailure e) {
                if (worker != null) {
                    worker.close();
                    worker = null;
                }
                if (!e.isLost() || ++restarts > hosting.maxRestarts()) {
                    throw e;
                }
                disturbances = new Disturbances(disturbances.restarts() + 1, disturbances.replaysDiffered());
                LOG.log(
                        System.Logger.Level.WARNING,
                        spec.id() + ": " + e.getMessage().lines().findFirst().orElse("") + "; its " + copies
                                + " copies go on in a fresh process (" + restarts + " of "
                                + hosting.maxRestarts() + ")");
            }
        }
    }

    private PythonWorker started() {
        PythonWorker worker = PythonWorker.start(hosting.interpreter());
        try {
            SortedMap<String, Object> options = new TreeMap<>(spec.options());
            if (drawn && !Gymnasium.isVector(spec.id())) {
                options.put("render_mode", "rgb_array");
            }
            List<Integer> blocks = new ArrayList<>();
            for (int part = 0; part < parts(); part++) {
                blocks.add(firstCopy(part + 1) - firstCopy(part));
            }
            EnvironmentSpec found = Gymnasium.make(worker, spec.id(), options, spec.wrappers(), blocks, hosting);
            if (!found.observationSpace().equals(spec.observationSpace())
                    || !found.actionSpace().equals(spec.actionSpace())
                    || found.masks() != spec.masks()) {
                throw PythonFailure.refused(
                        spec.id() + " " + found.spaces() + " here, and " + spec.spaces() + " by the run's spec");
            }
            return worker;
        } catch (RuntimeException e) {
            worker.close();
            throw e;
        }
    }

    /** The process's, as of its first start. One that was lost right after an episode's end does not know any more how that looked. */
    @Override
    public Optional<Drawing> drawing() {
        drawn = true;
        return Optional.of(new Drawing() {
            private double framesPerSecond;

            @Override
            public Frame frame(int copy) {
                comeBack();
                byte[] which = little(Integer.BYTES).putInt(copy).array();
                ByteBuffer answer =
                        patiently(true, () -> worker.ask(Operation.RENDER, which, patience(hosting.stepSeconds())));
                double told = answer.getDouble();
                framesPerSecond = told > 0 ? told : FRAMES_PER_SECOND;
                int width = answer.getInt();
                int height = answer.getInt();
                byte[] rgb = new byte[answer.remaining()];
                answer.get(rgb);
                return new Frame(width, height, rgb);
            }

            @Override
            public double framesPerSecond() {
                if (framesPerSecond == 0) {
                    frame(0);
                }
                return framesPerSecond;
            }
        });
    }

    @Override
    public Disturbances disturbances() {
        Disturbances since = disturbances;
        disturbances = Disturbances.NONE;
        return since;
    }

    /** Of the episode that this copy is in. */
    int episodeSeed(int copy) {
        return episodes[copy].seed;
    }

    private Duration start() {
        return patience(hosting.startSeconds());
    }

    private static Duration patience(double seconds) {
        return Duration.ofMillis((long) (1000 * seconds));
    }

    private static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            if (worker != null) {
                worker.close();
                worker = null;
            }
            standing.leave();
        }
    }
}
