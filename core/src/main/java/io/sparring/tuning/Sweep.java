package io.sparring.tuning;

import io.sparring.configuration.InvalidConfiguration;
import io.sparring.random.Purpose;
import io.sparring.random.Streams;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;

/**
 * A sweep as a state machine: workers ask for the next slice and bring results; the scheduler decides which trials go on, the sampler what is tried.
 * Every decision and every result is in the ledger before anybody acts on it, so that replaying the ledger brings the sweep back to where it was.
 *
 * <pre>
 *   1. search: trials begin, pause and go on as the scheduler says
 *   2. if none came to its own end, the best one does
 *   3. the best points train again, with seeds that had no part in the search
 * </pre>
 *
 * <p>The first result of a slice counts; another one of the same slice has to be equal. Thread-safe.
 */
public final class Sweep {
    /** Of the events of a ledger; whatever an event means differently has another one. */
    private static final int VERSION = 1;
    /** How many workers a trial may be lost with, before it is computed while nothing else is, so that no other is to blame. */
    private static final int MOST_LOST = 3;

    /** Where events go. */
    public interface Journal {
        /** Returns once the event would outlive this process. */
        void append(Map<String, Object> event);
    }

    private final SweepFile file;
    private final States states;
    private final Sampler sampler;
    private final Scheduler scheduler;
    private final History history = new History();
    private Journal journal = event -> {};

    private final List<Candidate> candidates = new ArrayList<>();
    private final List<Trial> trials = new ArrayList<>();
    /** Trials that wait for a worker. */
    private final Deque<Integer> queue = new ArrayDeque<>();
    /** Those that are to be computed alone. */
    private final Deque<Integer> suspects = new ArrayDeque<>();
    /** Trials that are being computed, by whom. */
    private final Map<Integer, String> computing = new HashMap<>();
    /** Slices that were computed twice and did not agree. */
    private int disagreements;

    /** Slices that were computed twice. */
    private int repeated;
    /** What is being confirmed, or was; null before. */
    private Confirmation confirmation;
    /** Which trials confirm it. */
    private final List<Integer> confirming = new ArrayList<>();

    private boolean over;

    /** A point with its trials. */
    private static final class Candidate {
        private final int number;
        private Point point;
        /** How often it has taken over another one's state. */
        private int turns;

        private final List<Integer> trials = new ArrayList<>();
        /** Where it is going. */
        private long until;
        /** Where the scheduler wants to hear of it; 0: nowhere. */
        private long asked;

        private int awaited;
        private double score = Double.NaN;
        /** How far it has come, in rounds of the base. */
        private long round;

        private Trial.State state = Trial.State.RUNNING;

        Candidate(int number, Point point) {
            this.number = number;
            this.point = point;
        }
    }

    /**
     * Who trains again. A sweep that goes on may ask for others.
     *
     * @param candidates the best first
     * @param seeds how many
     */
    private record Confirmation(List<Integer> candidates, int seeds) {}

    private Sweep(SweepFile file, States states) {
        this.file = file;
        this.states = states;
        sampler = file.sampler().create(file.space(), file.seed());
        scheduler = file.scheduler().create(file.candidates(), file.rounds(), file.seed());
    }

    /** A sweep that begins. */
    public static Sweep begin(SweepFile file, States states, Journal journal) {
        Sweep sweep = new Sweep(file, states);
        sweep.journal = journal;
        journal.append(event("sweep", "version", VERSION, "fingerprint", file.fingerprint()));
        return sweep;
    }

    /**
     * A sweep that goes on where its ledger ends. Slices that were being computed are computed again.
     *
     * @param name the ledger's, for messages
     * @throws InvalidConfiguration if it is another sweep's, or of a later build
     */
    public static Sweep resume(
            String name, SweepFile file, States states, List<Map<String, Object>> events, Journal journal) {
        long begun = events.stream()
                .filter(event -> "start".equals(event.get("event")))
                .count();
        if (begun > file.candidates()) {
            long seeds = Math.max(1, file.space().seeds().size());
            throw new InvalidConfiguration(
                    "trials: expected at least " + begun * seeds + ", which have begun, got " + file.trials());
        }
        Sweep sweep = new Sweep(file, states);
        int number = 0;
        for (Map<String, Object> event : events) {
            number++;
            try {
                sweep.replay(event);
            } catch (ClassCastException | NullPointerException | IndexOutOfBoundsException | IllegalStateException e) {
                throw new InvalidConfiguration(name + ": line " + number + " is no event of this sweep");
            } catch (InvalidConfiguration e) {
                throw new InvalidConfiguration(name + ": line " + number + ": " + e.getMessage());
            }
        }
        if (events.isEmpty()) {
            return begin(file, states, journal);
        }
        sweep.journal = journal;
        // What was given out and never came back, unless it would confirm what nobody asks for any more.
        boolean sameConfirmed = sweep.confirmation != null && sweep.confirmation.equals(sweep.asked());
        sweep.computing.keySet().stream()
                .sorted()
                .filter(trial -> !sweep.trial(trial).confirms() || sameConfirmed && sweep.confirming.contains(trial))
                .forEach(trial -> sweep.again(trial, Deque::addLast));
        sweep.computing.clear();
        return sweep;
    }

    private void replay(Map<String, Object> event) {
        switch ((String) event.get("event")) {
            case "sweep" -> {
                int version = ((Number) event.get("version")).intValue();
                if (version > VERSION) {
                    throw new InvalidConfiguration("it was written by a later build (version " + version
                            + " of the ledger; this one knows " + VERSION + ")");
                }
                if (!event.get("fingerprint").equals(file.fingerprint())) {
                    throw new InvalidConfiguration(
                            "it is another sweep's: base, overrides, space, sampler, scheduler, seed or metric are others");
                }
            }
            case "start" -> {
                Decision.Start start = new Decision.Start(integer(event, "candidate"), until(event));
                requireSame(start);
                start(start, point((Map<?, ?>) event.get("point")));
            }
            case "continue" -> {
                Decision.Continue next = new Decision.Continue(integer(event, "candidate"), until(event));
                requireSame(next);
                goOn(candidates.get(next.candidate()), next.untilRound(), true);
            }
            case "copy" -> {
                Decision.Copy copy =
                        new Decision.Copy(integer(event, "candidate"), integer(event, "source"), until(event));
                requireSame(copy);
                candidates.get(copy.candidate()).turns++;
                takeOver(copy, point((Map<?, ?>) event.get("point")));
            }
            case "finish" -> goOn(candidates.get(integer(event, "candidate")), Slice.END, false);
            case "confirm" ->
                confirm(new Confirmation(
                        ((List<?>) event.get("candidates"))
                                .stream()
                                        .map(number -> ((Number) number).intValue())
                                        .toList(),
                        // Earlier builds' ledgers have none.
                        event.containsKey("seeds")
                                ? integer(event, "seeds")
                                : file.confirm().seeds()));
            case "slice" -> enter(result(event));
            case "lost" -> lost(integer(event, "trial"));
            default -> throw new InvalidConfiguration("there is no event " + event.get("event"));
        }
        // Whoever was told of them computes them, or did.
        for (Integer trial = queue.poll(); trial != null; trial = queue.poll()) {
            computing.put(trial, "");
        }
    }

    /** The scheduler has to come to the decision that it came to. */
    private void requireSame(Decision decided) {
        Decision now = scheduler.next();
        if (!now.equals(decided)) {
            throw new InvalidConfiguration("the ledger has " + decided + " where this sweep's scheduler comes to " + now
                    + ": it is another sweep's, or one that cannot be extended");
        }
    }

    /** The next slice for a worker that is free. */
    public synchronized Work next(String worker) {
        Integer trial = queue.poll();
        while (trial == null && !over) {
            if (decide()) {
                trial = queue.poll();
            } else if (!over && computing.isEmpty() && !suspects.isEmpty()) {
                trial = suspects.poll();
            } else {
                return over ? Work.END : Work.WAIT;
            }
        }
        if (trial == null) {
            return Work.END;
        }
        computing.put(trial, worker);
        Trial next = trials.get(trial);
        byte[] state = next.slices() == 0 ? null : states.get(trial);
        if (state == null && next.slices() > 0 && file.takesOver()) {
            fail(
                    new Slice(trial, next.slices(), List.of(), null, 0),
                    "its state is lost, and it cannot be trained again, since it has taken over another one's");
            return next(worker);
        }
        return Work.of(new Slice(
                trial,
                next.slices(),
                next.overrides(),
                state,
                next.confirms() ? Slice.END : candidates.get(next.candidate()).until));
    }

    /** @return whether something was decided; else there is nothing to do now, or it is all {@link #over} */
    private boolean decide() {
        Decision decision = scheduler.next();
        if (decision instanceof Decision.Start start) {
            Point point = sampler.point(start.candidate(), history);
            journal.append(event(
                    "start", "candidate", start.candidate(), "until", start.untilRound(), "point", point.values()));
            start(start, point);
            return true;
        }
        if (decision instanceof Decision.Continue next) {
            journal.append(event("continue", "candidate", next.candidate(), "until", next.untilRound()));
            goOn(candidates.get(next.candidate()), next.untilRound(), true);
            return true;
        }
        if (decision instanceof Decision.Copy copy) {
            Candidate candidate = candidates.get(copy.candidate());
            Candidate source = candidates.get(copy.source());
            Point explored = file.space()
                    .explored(
                            source.point,
                            Streams.of(file.seed(), candidate.number, ++candidate.turns, Purpose.SAMPLER));
            // Before the ledger says so: what it says has to be there.
            for (int i = 0; i < candidate.trials.size(); i++) {
                byte[] state = states.get(source.trials.get(i));
                if (state != null) {
                    states.put(candidate.trials.get(i), state);
                }
            }
            journal.append(event(
                    "copy",
                    "candidate",
                    copy.candidate(),
                    "source",
                    copy.source(),
                    "until",
                    copy.untilRound(),
                    "point",
                    explored.values()));
            takeOver(copy, explored);
            return true;
        }
        if (decision instanceof Decision.Done && computing.isEmpty() && suspects.isEmpty()) {
            return decideAfterSearch();
        }
        return false;
    }

    private boolean decideAfterSearch() {
        boolean finished = candidates.stream().anyMatch(candidate -> candidate.state == Trial.State.FINISHED);
        Optional<Candidate> best = ranked().stream().findFirst();
        if (!finished && best.isPresent()) {
            journal.append(event("finish", "candidate", best.get().number));
            goOn(best.get(), Slice.END, false);
            return true;
        }
        Confirmation asked = asked();
        if (asked != null && best.isPresent() && !asked.equals(confirmation)) {
            journal.append(event("confirm", "candidates", asked.candidates(), "seeds", asked.seeds()));
            confirm(asked);
            return true;
        }
        over = true;
        return false;
    }

    /** What is to be confirmed, as things stand; null: nothing. */
    private Confirmation asked() {
        return file.confirm() == null
                ? null
                : new Confirmation(
                        ranked().stream()
                                .limit(file.confirm().points())
                                .map(candidate -> candidate.number)
                                .toList(),
                        file.confirm().seeds());
    }

    private void start(Decision.Start start, Point point) {
        confirmation = null;
        confirming.clear();
        Candidate candidate = new Candidate(start.candidate(), point);
        candidates.add(candidate);
        history.begun(point);
        List<Long> seeds = file.space().seeds();
        for (int i = 0; i < Math.max(1, seeds.size()); i++) {
            candidate.trials.add(trials.size());
            trials.add(
                    Trial.first(trials.size(), candidate.number, point, seeds.isEmpty() ? null : seeds.get(i), false));
        }
        goOn(candidate, start.untilRound(), true);
    }

    private void takeOver(Decision.Copy copy, Point explored) {
        Candidate candidate = candidates.get(copy.candidate());
        Candidate source = candidates.get(copy.source());
        candidate.point = explored;
        for (int i = 0; i < candidate.trials.size(); i++) {
            int number = candidate.trials.get(i);
            trials.set(number, trials.get(number).takingOver(trials.get(source.trials.get(i)), explored));
        }
        goOn(candidate, copy.untilRound(), true);
    }

    /** @param forScheduler whether the scheduler wants to hear of it */
    private void goOn(Candidate candidate, long until, boolean forScheduler) {
        candidate.asked = forScheduler ? until : candidate.asked;
        if (candidate.awaited > 0) {
            // It is on its way to its end already, for want of another one that came there.
            return;
        }
        candidate.until = until;
        candidate.state = Trial.State.RUNNING;
        for (int number : candidate.trials) {
            Trial trial = trials.get(number);
            // Of several seeds one may have come to its end before.
            if (trial.ended() == null) {
                trials.set(number, trial.running());
                queue.add(number);
                candidate.awaited++;
            }
        }
        if (candidate.awaited == 0) {
            reached(candidate);
        }
    }

    private void confirm(Confirmation chosen) {
        confirmation = chosen;
        confirming.clear();
        for (int candidate : chosen.candidates()) {
            for (int i = 0; i < chosen.seeds(); i++) {
                long seed = SweepFile.Confirm.FIRST_SEED + i;
                Optional<Trial> before = trials.stream()
                        .filter(trial -> trial.confirms() && trial.candidate() == candidate && trial.seed() == seed)
                        .findFirst();
                if (before.isPresent()) {
                    confirming.add(before.get().number());
                    if (before.get().slices() == 0) {
                        // Asked for before, and given up when others were.
                        trials.set(before.get().number(), before.get().running());
                        queue.add(before.get().number());
                    }
                    continue;
                }
                confirming.add(trials.size());
                queue.add(trials.size());
                trials.add(Trial.first(trials.size(), candidate, candidates.get(candidate).point, seed, true));
            }
        }
        trials.replaceAll(trial -> trial.confirms() && trial.slices() == 0 && !confirming.contains(trial.number())
                ? trial.stopped()
                : trial);
    }

    /** A worker brings a result. */
    public synchronized void finished(SliceResult result) {
        Trial trial = trials.get(result.trial());
        if (!computing.containsKey(result.trial()) || trial.slices() != result.number()) {
            // Somebody else was faster: a free check of what is promised.
            repeated++;
            if (trial.slices() == result.number() + 1
                    && !file.takesOver()
                    && trial.failure() == null
                    && result.failure() == null
                    && !result.paramsSha256().equals(trial.paramsSha256())) {
                disagreements++;
            }
            return;
        }
        if (result.state() == null) {
            states.remove(result.trial());
        } else {
            states.put(result.trial(), result.state());
        }
        journal.append(event(result));
        enter(result);
    }

    private void enter(SliceResult result) {
        computing.remove(result.trial());
        Trial trial = trials.get(result.trial()).after(result);
        trials.set(trial.number(), trial);
        if (trial.confirms()) {
            return;
        }
        Candidate candidate = candidates.get(trial.candidate());
        candidate.awaited--;
        if (candidate.awaited == 0) {
            reached(candidate);
        }
    }

    /** All of its trials have come where they were to. */
    private void reached(Candidate candidate) {
        List<Trial> all = candidate.trials.stream().map(trials::get).toList();
        // One that has failed has no score, and then the candidate has none.
        double mean = all.stream().mapToDouble(Trial::score).average().orElseThrow();
        // As the ledger has it.
        candidate.score = Double.isFinite(mean) ? mean : Double.NaN;
        boolean failed = all.stream().anyMatch(trial -> trial.state() == Trial.State.FAILED);
        boolean ended = failed || all.stream().allMatch(trial -> trial.ended() != null);
        candidate.state = failed ? Trial.State.FAILED : ended ? Trial.State.FINISHED : Trial.State.STOPPED;
        candidate.round = ended ? candidate.round : candidate.until;
        history.reported(candidate.number, candidate.score, candidate.round, state(candidate));
        if (candidate.asked > 0) {
            List<Integer> hopeless = scheduler.reported(candidate.number, candidate.asked, candidate.score, ended);
            candidate.asked = 0;
            hopeless.forEach(number -> candidates.get(number).trials.forEach(states::remove));
        }
    }

    private void fail(Slice slice, String why) {
        finished(SliceResult.failed(slice, 0, why));
    }

    /**
     * A worker is gone: what it was computing is to be computed by others.
     *
     * @param why in words, where what it was computing may have been the reason; null where it was not, as when this driver ends it
     */
    public synchronized void lost(String worker, String why) {
        List<Integer> lost = computing.entrySet().stream()
                .filter(entry -> entry.getValue().equals(worker))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
        for (int trial : lost) {
            if (why != null) {
                journal.append(event("lost", "trial", trial));
                lost(trial);
            }
            if (trials.get(trial).lost() > MOST_LOST) {
                fail(
                        new Slice(trial, trials.get(trial).slices(), List.of(), null, 0),
                        trials.get(trial).lost()
                                + " workers were lost while they computed it, the last one while nothing else was computed, by this: "
                                + why);
            } else {
                computing.remove(trial);
                again(trial, Deque::addFirst);
            }
        }
    }

    /** @param enqueue at which end of the queue */
    private void again(int trial, BiConsumer<Deque<Integer>, Integer> enqueue) {
        enqueue.accept(trials.get(trial).lost() < MOST_LOST ? queue : suspects, trial);
    }

    private void lost(int trial) {
        trials.set(trial, trials.get(trial).lostAgain());
    }

    private static History.State state(Candidate candidate) {
        return History.State.valueOf(candidate.state.name());
    }

    /** The best first: those that came to their ends, by score; then the others, by how far they came and by score. */
    private List<Candidate> ranked() {
        return candidates.stream()
                .filter(candidate -> candidate.state != Trial.State.FAILED && !Double.isNaN(candidate.score))
                .sorted(Comparator.comparing((Candidate candidate) -> candidate.state != Trial.State.FINISHED)
                        .thenComparing(candidate -> candidate.state == Trial.State.FINISHED ? 0 : -candidate.round)
                        .thenComparing(candidate -> -candidate.score)
                        .thenComparing(candidate -> candidate.number))
                .toList();
    }

    /** All trials, in the order in which they were made. */
    public synchronized List<Trial> trials() {
        return List.copyOf(trials);
    }

    /** Those of them that confirm what is being confirmed, or was. */
    public synchronized List<Trial> confirming() {
        return confirming.stream().map(trials::get).toList();
    }

    /** One of them. */
    public synchronized Trial trial(int number) {
        return trials.get(number);
    }

    /** How many slices are being computed now. */
    public synchronized int computing() {
        return computing.size();
    }

    /** Whether there will be nothing to do any more. */
    public synchronized boolean isOver() {
        return over;
    }

    /** How many results were another one's of the same slice. */
    public synchronized int repeated() {
        return repeated;
    }

    /** How many of these had other parameters: none, or something is badly wrong. */
    public synchronized int disagreements() {
        return disagreements;
    }

    /** The sweep's file. */
    public SweepFile file() {
        return file;
    }

    /** What came of it so far. */
    public synchronized SweepResult result() {
        return SweepResult.of(
                file,
                trials.stream().filter(trial -> !trial.confirms()).toList(),
                confirming(),
                ranked().stream().map(candidate -> candidate.number).toList());
    }

    private static Map<String, Object> event(String name, Object... keysAndValues) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("event", name);
        IntStream.range(0, keysAndValues.length / 2)
                .forEach(i -> event.put((String) keysAndValues[2 * i], keysAndValues[2 * i + 1]));
        return event;
    }

    private static Map<String, Object> event(SliceResult result) {
        return event(
                "slice",
                "trial",
                result.trial(),
                "slice",
                result.number(),
                "round",
                result.round(),
                "env_steps",
                result.envSteps(),
                "episodes",
                result.episodes(),
                "score",
                Double.isFinite(result.score()) ? result.score() : null,
                "seconds",
                result.seconds(),
                "params_sha256",
                result.paramsSha256(),
                "ended",
                result.ended(),
                "failure",
                result.failure());
    }

    private static SliceResult result(Map<String, Object> event) {
        Number score = (Number) event.get("score");
        return new SliceResult(
                integer(event, "trial"),
                integer(event, "slice"),
                ((Number) event.get("round")).longValue(),
                ((Number) event.get("env_steps")).longValue(),
                ((Number) event.get("episodes")).longValue(),
                score == null ? Double.NaN : score.doubleValue(),
                ((Number) event.get("seconds")).doubleValue(),
                (String) event.get("params_sha256"),
                (String) event.get("ended"),
                (String) event.get("failure"),
                null);
    }

    private static Point point(Map<?, ?> values) {
        Map<String, Object> point = new LinkedHashMap<>();
        values.forEach((key, value) -> point.put((String) key, Values.of("point", value)));
        return new Point(point);
    }

    private static int integer(Map<String, Object> event, String key) {
        return ((Number) event.get(key)).intValue();
    }

    private static long until(Map<String, Object> event) {
        return ((Number) event.get("until")).longValue();
    }
}
