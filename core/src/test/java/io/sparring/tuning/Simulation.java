package io.sparring.tuning;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;

/**
 * A sweep without its training: workers that ask a scheduler, take their time, die, and whose slices are then run again, as a
 * sweep's driver does it. Checks with every answer what holds for every scheduler.
 */
final class Simulation {
    /** What training would come to. */
    interface Curves {
        double score(int candidate, long round);

        /** The round at which it ends of itself. */
        long end(int candidate);
    }

    /**
     * How the workers are.
     *
     * @param spread σ of the log-normal factor on a slice's duration; 0: all take equally long, whatever they do
     * @param deaths how many of 1 slices are lost with their worker, on the way
     * @param restart how long it takes until another one is there, in durations of a round
     */
    record Workers(int number, double spread, double deaths, double restart, UniformRandomProvider generator) {
        /** They are done in the order in which they began. */
        static Workers alike(int number) {
            return new Workers(number, 0, 0, 0, null);
        }

        private double duration(long rounds) {
            return spread == 0
                    ? 1
                    : rounds
                            * Math.exp(spread
                                    * ZigguratSampler.NormalizedGaussian.of(generator)
                                            .sample());
        }

        private boolean dies() {
            return deaths > 0 && generator.nextDouble() < deaths;
        }
    }

    /** A call of the scheduler: with a decision, what it was asked for, without, what it was told. */
    record Call(Decision decision, int candidate, long round, double score, boolean ended) {}

    private record Slice(int candidate, long from, long until) {}

    /** Something that happens; a worker that comes back without a slice has been started anew. */
    private record Event(double time, long number, Slice slice, boolean dies) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return time == other.time ? Long.compare(number, other.number) : Double.compare(time, other.time);
        }
    }

    private final Scheduler scheduler;
    private final int candidates;
    private final Workers workers;
    private final Curves curves;

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final Queue<Slice> lost = new ArrayDeque<>();
    private final Map<Integer, Slice> out = new HashMap<>();
    private final Map<Integer, Long> reached = new TreeMap<>();
    private final Set<Integer> hopeless = new HashSet<>();
    private final List<Call> calls = new ArrayList<>();
    private final List<Slice> finished = new ArrayList<>();
    private long happened;
    private int begun;
    private int free;
    private int working;
    private double now;
    private double busy;
    private double busyWhileStarting;
    private double lastStart;
    private int deaths;

    Simulation(Scheduler scheduler, int candidates, Workers workers, Curves curves) {
        this.scheduler = scheduler;
        this.candidates = candidates;
        this.workers = workers;
        this.curves = curves;
    }

    /** Until the scheduler says that it is done. */
    Simulation run() {
        free = workers.number;
        while (true) {
            while (free > 0 && handOut()) {
                free--;
            }
            Event event = events.poll();
            if (event == null) {
                break;
            }
            busy += (event.time - now) * working;
            now = event.time;
            happen(event);
        }
        check(begun == candidates, "begun: " + begun);
        check(out.isEmpty() && lost.isEmpty(), "left behind");
        check(hopeless.size() == candidates, candidates - hopeless.size() + " could go on, but all is done");
        return this;
    }

    /** Candidate → the round it came to. */
    Map<Integer, Long> reached() {
        return reached;
    }

    /** Round → how many candidates came to it and no further. */
    Map<Long, Integer> ends() {
        Map<Long, Integer> ends = new TreeMap<>();
        reached.values().forEach(round -> ends.merge(round, 1, Integer::sum));
        return ends;
    }

    List<Call> calls() {
        return calls;
    }

    /** Slices that came to their end. */
    int slices() {
        return finished.size();
    }

    long differentSlices() {
        return finished.stream().distinct().count();
    }

    int deaths() {
        return deaths;
    }

    /** Which part of the workers' time had a slice in it, until the last candidate was begun. */
    double busyWhileThereWasSomethingToBegin() {
        return busyWhileStarting / (lastStart * workers.number);
    }

    /** False: there is nothing to hand out. */
    private boolean handOut() {
        if (!lost.isEmpty()) {
            send(lost.remove());
            return true;
        }
        Decision decision = scheduler.next();
        calls.add(new Call(decision, -1, 0, 0, false));
        if (decision instanceof Decision.Start start) {
            check(start.candidate() == begun++, "begun out of turn: " + start);
            lastStart = now;
            busyWhileStarting = busy;
            give(start.candidate(), 0, start.untilRound());
        } else if (decision instanceof Decision.Continue more) {
            give(more.candidate(), reached.get(more.candidate()), more.untilRound());
        } else if (decision instanceof Decision.Copy copy) {
            check(!out.containsKey(copy.source()), "copied from one that has gone on: " + copy);
            give(copy.candidate(), reached.get(copy.source()), copy.untilRound());
        } else {
            boolean done = decision instanceof Decision.Done;
            check(done == out.isEmpty(), decision + " with " + out.size() + " out");
            return false;
        }
        return true;
    }

    private void give(int candidate, long from, long until) {
        check(!hopeless.contains(candidate), candidate + " was given up");
        check(from < until, candidate + " goes back");
        Slice slice = new Slice(candidate, from, until);
        check(out.put(candidate, slice) == null, candidate + " is out twice");
        send(slice);
    }

    private void send(Slice slice) {
        working++;
        double duration = workers.duration(Math.min(slice.until, curves.end(slice.candidate)) - slice.from);
        boolean dies = workers.dies();
        double time = now + (dies ? duration * workers.generator.nextDouble() : duration);
        events.add(new Event(time, happened++, slice, dies));
    }

    private void happen(Event event) {
        Slice slice = event.slice;
        if (slice == null) {
            free++;
            return;
        }
        working--;
        if (event.dies) {
            deaths++;
            lost.add(slice);
            events.add(new Event(now + workers.restart, happened++, null, false));
        } else {
            free++;
            finished.add(slice);
            out.remove(slice.candidate);
            long end = curves.end(slice.candidate);
            long round = Math.min(slice.until, end);
            double score = curves.score(slice.candidate, round);
            reached.put(slice.candidate, round);
            calls.add(new Call(null, slice.candidate, round, score, slice.until >= end));
            scheduler
                    .reported(slice.candidate, round, score, slice.until >= end)
                    .forEach(candidate -> {
                        check(!out.containsKey(candidate), candidate + " is given up, but out");
                        check(hopeless.add(candidate), candidate + " is given up twice");
                    });
        }
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
