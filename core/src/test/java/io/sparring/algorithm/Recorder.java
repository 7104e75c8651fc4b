package io.sparring.algorithm;

import io.sparring.run.CheckpointFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** A listener that keeps all it hears, and asks for the end after so many rounds. */
final class Recorder implements TrainingListener {
    final List<Round> rounds = new ArrayList<>();
    final List<Evaluated> evaluations = new ArrayList<>();
    final TreeMap<Long, TrainingState> checkpoints = new TreeMap<>();
    /** The checkpoints as they were written when they were handed over. */
    final TreeMap<Long, byte[]> files = new TreeMap<>();

    final List<TrainingState> best = new ArrayList<>();
    private final int stopAfter;

    Recorder() {
        this(Integer.MAX_VALUE);
    }

    Recorder(int stopAfter) {
        this.stopAfter = stopAfter;
    }

    static byte[] file(TrainingState state) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            new CheckpointFile("a: configuration\n", state).write(bytes);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    @Override
    public void round(Round round) {
        rounds.add(round);
    }

    @Override
    public void evaluated(Evaluated evaluated) {
        evaluations.add(evaluated);
    }

    @Override
    public void checkpoint(TrainingState state) {
        checkpoints.put(state.round(), state);
        files.put(state.round(), file(state));
    }

    @Override
    public void best(TrainingState state) {
        best.add(state);
    }

    @Override
    public boolean stopRequested() {
        return rounds.size() >= stopAfter;
    }
}
