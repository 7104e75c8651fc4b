package io.sparring.parameterserver;

import io.sparring.network.Normalizer;
import io.sparring.optimizer.Optimizer;
import io.sparring.parameterserver.Message.Answer;
import io.sparring.parameterserver.Message.Goodbye;
import io.sparring.parameterserver.Message.Hello;
import io.sparring.parameterserver.Message.Malformed;
import io.sparring.parameterserver.Message.Pull;
import io.sparring.parameterserver.Message.Push;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongToDoubleFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * The global parameters and the global normaliser, and who may change them: a state machine from requests to answers. Transports call
 * {@link #apply}; whoever drives the training {@linkplain #take takes} what was pushed, in the order of merging.
 *
 * <p>Every push counts once. A worker's attempts are ordered, and the newest one to say hello fences off those before it. An
 * attempt sends one request after the other; the server keeps the last answer of each worker, so a request that comes again gets
 * the same answer and changes nothing, and one from before the last is nobody's any more.
 *
 * <p>What was seen counts whatever becomes of the parameters that were pushed with it, as environment steps do, and a worker always gets the newest
 * normaliser, also beside older parameters.
 *
 * <p>Parameters are replaced, never changed: an array that was given out stays what it was. Thread-safe.
 */
public final class ParameterServer implements UnaryOperator<byte[]> {
    private final Options options;
    private final Optimizer optimizer;
    private final LongToDoubleFunction learningRate;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition pushed = lock.newCondition();

    private final Worker[] workers;
    private final Deque<Update> updates = new ArrayDeque<>();
    private final List<String> remarks = new ArrayList<>();
    /** The parameters of the last versions, the newest last: as many as the injected delay asks for. */
    private final Deque<float[]> history = new ArrayDeque<>();

    private float[] parameters;
    private Normalizer normalizer;
    private long version;
    private long envSteps;
    private boolean finished;

    /**
     * What is merged, and how.
     *
     * @param workers N
     * @param merging how a push changes θ
     * @param movingRate β of {@link Merging#ELASTIC}
     * @param damping whether a push counts 1/(1 + staleness)
     * @param maxStaleness a staler push is refused; 0: none is
     * @param injectedDelay how many versions old a θ is that goes with an answer to a hello or a push
     * @param envStepBudget workers end once so many environment steps are done
     * @param build the build that workers must be of
     */
    public record Options(
            int workers,
            Merging merging,
            double movingRate,
            boolean damping,
            int maxStaleness,
            int injectedDelay,
            long envStepBudget,
            String build) {}

    /**
     * θ at one moment.
     *
     * @param parameters must not be changed
     * @param normalizer of what was seen in these steps
     * @param envSteps environment steps of which the parameters have learned
     */
    public record Global(float[] parameters, Normalizer normalizer, long envSteps) {}

    /**
     * What a worker was given last.
     *
     * @param parameters θ then; must not be changed
     * @param behind how many updates θ has had since
     */
    public record Given(float[] parameters, long behind) {}

    /** What a checkpoint holds of the server. */
    public record State(
            float[] parameters, long version, float[] optimizerState, int optimizerSteps, List<byte[]> snapshots) {}

    /** One worker as the server sees it. */
    private static final class Worker {
        private final Staleness.Histogram staleness = new Staleness.Histogram();
        private long attempt = -1;
        private long attempts;
        private Answer lastAnswer;
        /** What the worker's θ′ started from. */
        private float[] pulled;

        private long pulledVersion;
        private long merged;
        private boolean snapshotWanted;
        private byte[] snapshot = new byte[0];
    }

    /**
     * @param parameters the first θ
     * @param normalizer what was seen before
     * @param version how many updates it holds
     * @param envSteps environment steps done
     * @param optimizer of {@link Merging#GRADIENTS}; else null
     * @param learningRate of the optimizer's steps, by environment steps done
     * @param snapshots of the workers of an earlier session, by worker; may be fewer
     */
    public ParameterServer(
            Options options,
            float[] parameters,
            Normalizer normalizer,
            long version,
            long envSteps,
            Optimizer optimizer,
            LongToDoubleFunction learningRate,
            List<byte[]> snapshots) {
        this.options = options;
        this.parameters = parameters;
        this.normalizer = normalizer;
        this.version = version;
        this.envSteps = envSteps;
        this.optimizer = optimizer;
        this.learningRate = learningRate;
        workers = new Worker[options.workers()];
        for (int i = 0; i < workers.length; i++) {
            workers[i] = new Worker();
            if (i < snapshots.size()) {
                workers[i].snapshot = snapshots.get(i);
            }
        }
        history.add(parameters);
    }

    /**
     * A request's answer.
     *
     * @return null where nothing is to be sent back: what is no message, or nobody's any more
     */
    @Override
    public byte[] apply(byte[] request) {
        Message message;
        try {
            message = Message.decode(request);
        } catch (Malformed e) {
            return null;
        }
        Answer answer;
        lock.lock();
        try {
            answer = answer(message);
        } finally {
            lock.unlock();
        }
        return answer == null ? null : answer.encode();
    }

    private Answer answer(Message message) {
        int index = message.worker();
        if (index < 0 || index >= workers.length) {
            return refuse(message, "worker " + index + " is none of this run's " + workers.length + " workers");
        }
        Worker worker = workers[index];
        if (message.attempt() < worker.attempt) {
            return refuse(
                    message,
                    "worker " + index + ": attempt " + message.attempt() + " was superseded by attempt "
                            + worker.attempt);
        }
        if (message.attempt() > worker.attempt) {
            return message instanceof Hello hello ? welcome(worker, hello) : null;
        }
        long last = worker.lastAnswer.sequence();
        if (message.sequence() <= last) {
            return message.sequence() == last ? worker.lastAnswer : null;
        }
        Answer answer;
        if (message instanceof Push push) {
            answer = push(worker, push);
        } else if (message instanceof Pull) {
            worker.pulled = parameters;
            worker.pulledVersion = version;
            answer = give(worker, message, Outcome.PULLED, parameters);
        } else if (message instanceof Goodbye goodbye) {
            worker.snapshot = goodbye.snapshot();
            answer = give(worker, message, Outcome.PULLED, new float[0]);
        } else {
            return null;
        }
        if (answer != null) {
            worker.lastAnswer = answer;
        }
        return answer;
    }

    private Answer welcome(Worker worker, Hello hello) {
        if (!hello.build().equals(options.build())) {
            return refuse(
                    hello,
                    "worker " + hello.worker() + " was built from another version of the jar (" + hello.build()
                            + ", and the server from " + options.build() + "): all need the same one");
        }
        if (hello.parameterCount() != parameters.length) {
            return refuse(
                    hello,
                    "worker " + hello.worker() + " has a network of " + hello.parameterCount()
                            + " parameters, and the server one of " + parameters.length);
        }
        if (worker.attempts > 0) {
            remarks.add("worker " + hello.worker() + " was started anew (attempt " + hello.attempt() + " after "
                    + worker.attempt + ", which had pushed " + worker.merged + " updates)");
        }
        worker.attempt = hello.attempt();
        worker.attempts++;
        startFromHistory(worker);
        worker.lastAnswer = new Answer(
                hello.worker(),
                hello.attempt(),
                hello.sequence(),
                Outcome.PULLED,
                worker.pulledVersion,
                envSteps,
                finished,
                worker.snapshotWanted,
                worker.pulled,
                normalizer,
                worker.snapshot,
                "");
        return worker.lastAnswer;
    }

    /** The parameters with which a worker starts acting: the newest, or older ones for an experiment. */
    private void startFromHistory(Worker worker) {
        worker.pulled = history.getFirst();
        worker.pulledVersion = version - (history.size() - 1);
    }

    private Answer push(Worker worker, Push push) {
        if (push.envSteps() < 0
                || push.vector().length != 0 && push.vector().length != parameters.length
                || !push.seen().fits(normalizer)) {
            return null;
        }
        long staleness = version - worker.pulledVersion;
        worker.staleness.add(staleness);
        if (push.snapshot().length > 0) {
            worker.snapshot = push.snapshot();
            worker.snapshotWanted = false;
        }

        Outcome outcome;
        float[] difference = null;
        if (push.vector().length == 0 || !isFinite(push.vector())) {
            outcome = Outcome.NOT_FINITE;
        } else if (options.maxStaleness() > 0 && staleness > options.maxStaleness()) {
            outcome = Outcome.STALE;
        } else {
            outcome = Outcome.APPLIED;
            difference = merge(worker, push.vector(), options.damping() ? 1.0 / (1 + staleness) : 1);
            worker.merged++;
            version++;
            history.addLast(parameters);
            if (history.size() > options.injectedDelay() + 1) {
                history.removeFirst();
            }
        }
        normalizer = normalizer.plus(push.seen());
        envSteps += push.envSteps();
        finished |= envSteps >= options.envStepBudget();
        updates.add(new Update(
                push.worker(),
                push.attempt(),
                push.sequence(),
                outcome,
                version,
                staleness,
                push.envSteps(),
                push.report()));
        pushed.signalAll();
        startFromHistory(worker);
        return give(worker, push, outcome, difference == null ? worker.pulled : difference);
    }

    /**
     * θ ← the merge of θ and what was pushed.
     *
     * @param damping what every weight is multiplied by
     * @return what an elastic worker has to subtract from its θ′; null for all others
     */
    private float[] merge(Worker worker, float[] vector, double damping) {
        int n = options.workers();
        switch (options.merging()) {
            case AVERAGE -> parameters = Merging.add(parameters, worker.pulled, vector, damping / n);
            case SUM -> parameters = Merging.add(parameters, worker.pulled, vector, damping);
            case GRADIENTS ->
                parameters = optimizer.step(parameters, vector, damping * learningRate.applyAsDouble(envSteps));
            case ELASTIC -> {
                float[] difference = Merging.elasticDifference(parameters, vector, damping * options.movingRate() / n);
                parameters = Merging.add(parameters, difference);
                return difference;
            }
        }
        return null;
    }

    private Answer give(Worker worker, Message request, Outcome outcome, float[] vector) {
        return new Answer(
                request.worker(),
                request.attempt(),
                request.sequence(),
                outcome,
                worker.pulledVersion,
                envSteps,
                finished,
                worker.snapshotWanted,
                vector,
                normalizer,
                new byte[0],
                "");
    }

    private Answer refuse(Message request, String reason) {
        if (!remarks.contains(reason)) {
            remarks.add(reason);
        }
        return new Answer(
                request.worker(),
                request.attempt(),
                request.sequence(),
                Outcome.REFUSED,
                version,
                envSteps,
                finished,
                false,
                new float[0],
                Normalizer.NONE,
                new byte[0],
                reason);
    }

    private static boolean isFinite(float[] vector) {
        for (float element : vector) {
            if (!Float.isFinite(element)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Takes the next pushes, in the order in which they were merged.
     *
     * @param count how many
     * @param timeoutNanos how long to wait for them
     * @return so many, or none when they did not come in time
     */
    public List<Update> take(int count, long timeoutNanos) throws InterruptedException {
        lock.lock();
        try {
            long left = timeoutNanos;
            while (updates.size() < count && left > 0) {
                left = pushed.awaitNanos(left);
            }
            List<Update> taken = new ArrayList<>();
            while (updates.size() + taken.size() >= count && taken.size() < count) {
                taken.add(updates.removeFirst());
            }
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** Takes all pushes that are there. */
    public List<Update> takeRest() {
        return locked(() -> {
            List<Update> taken = List.copyOf(updates);
            updates.clear();
            return taken;
        });
    }

    /** θ now. */
    public Global global() {
        return locked(() -> new Global(parameters, normalizer, envSteps));
    }

    /** How many updates θ holds. */
    public long version() {
        return locked(() -> version);
    }

    /** What a worker was given last. */
    public Given given(int worker) {
        return locked(() -> new Given(workers[worker].pulled, version - workers[worker].pulledVersion));
    }

    /** A worker that has said hello was given this, in an earlier session. */
    public void gave(int worker, Given given) {
        locked(() -> {
            workers[worker].pulled = given.parameters();
            workers[worker].pulledVersion = version - given.behind();
            return null;
        });
    }

    /** All of it between two updates. Workers are asked to send a new snapshot with their next push. */
    public State checkpoint() {
        return locked(() -> {
            List<byte[]> snapshots = new ArrayList<>();
            for (Worker worker : workers) {
                snapshots.add(worker.snapshot);
                worker.snapshotWanted = true;
            }
            return new State(
                    parameters,
                    version,
                    optimizer == null ? new float[0] : optimizer.state(),
                    optimizer == null ? 0 : optimizer.steps(),
                    snapshots);
        });
    }

    /** From now on every answer tells the worker to end. What is pushed still counts. */
    public void finish() {
        locked(() -> finished = true);
    }

    /** Whether workers are told to end: the budget is used up, or somebody said so. */
    public boolean finished() {
        return locked(() -> finished);
    }

    /** The staleness of one worker's pushes. */
    public Staleness staleness(int worker) {
        return locked(() -> workers[worker].staleness.summary());
    }

    /** The staleness of all pushes. */
    public Staleness staleness() {
        return locked(() -> {
            Staleness.Histogram all = new Staleness.Histogram();
            for (Worker worker : workers) {
                all.addAll(worker.staleness);
            }
            return all.summary();
        });
    }

    /** Which workers have said hello. */
    public List<Integer> started() {
        return locked(() -> {
            List<Integer> started = new ArrayList<>();
            for (int i = 0; i < workers.length; i++) {
                if (workers[i].attempts > 0) {
                    started.add(i);
                }
            }
            return started;
        });
    }

    /** How many pushes of a worker were merged, over all its attempts. */
    public long merged(int worker) {
        return locked(() -> workers[worker].merged);
    }

    /** Adds a line for the user, in the order of events. */
    public void remark(String line) {
        locked(() -> remarks.add(line));
    }

    /** What there is to say to the user since the last call: refusals, workers that were started anew. */
    public List<String> takeRemarks() {
        return locked(() -> {
            List<String> taken = List.copyOf(remarks);
            remarks.clear();
            return taken;
        });
    }

    private <T> T locked(Supplier<T> reading) {
        lock.lock();
        try {
            return reading.get();
        } finally {
            lock.unlock();
        }
    }
}
