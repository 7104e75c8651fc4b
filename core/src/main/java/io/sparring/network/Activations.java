package io.sparring.network;

import java.util.ArrayList;
import java.util.List;

/**
 * What a {@link Network}'s layers gave while it acted, for whoever learns from the same rows by the same model and then needs no forward pass of his
 * own. Bits are the same either way, since what a row comes to depends on that row alone. Rows lie in the chunks in which they are learned from.
 */
public final class Activations {
    /** Multiply-adds a number that a layer gives, from which on computing it again costs more than keeping it. */
    private static final int WORTH = 64;
    /** So few rows at a time are a vector of the kernels, and copying them costs more than that. */
    private static final int FEW = 16;
    /** What part of the heap they may take. */
    private static final int PART = 16;

    private final Architecture architecture;
    private final int chunk;
    /** By chunk, and in it by layer. */
    private final List<List<Batch>> chunks = new ArrayList<>();

    private Model model;
    private Observations observations;

    /**
     * Room for none.
     *
     * @param chunk how many rows are learned from at once
     */
    public Activations(Architecture architecture, int chunk) {
        this.architecture = architecture;
        this.chunk = chunk;
    }

    /**
     * Whether it is worth while to keep them.
     *
     * @param rows that are acted for at once
     * @param samples all rows that are to be kept
     */
    public static boolean pay(Architecture architecture, int rows, long samples) {
        long multiplyAdds = 0;
        long numbers = 0;
        for (Architecture.Node node : architecture.nodes()) {
            if (node.layer().backwardNeedsForward()) {
                return false;
            }
            multiplyAdds += node.layer().multiplyAdds();
            numbers += node.layer().output().size();
        }
        return rows >= FEW
                && multiplyAdds >= WORTH * numbers
                && samples * numbers * Float.BYTES <= Runtime.getRuntime().maxMemory() / PART;
    }

    /** Keeps those that this model is going to give for the rows that are going to stand in {@code observations}; none of before are kept any more. */
    public void begin(Model model, Observations observations) {
        this.model = model;
        this.observations = observations;
        int samples = observations.length() / architecture.observationSize();
        for (int from = 0; from < samples; from += chunk) {
            if (chunks.size() == from / chunk) {
                chunks.add(architecture.nodes().stream()
                        .map(node -> new Batch(node.layer().output().size()))
                        .toList());
            }
            for (Batch batch : chunks.get(from / chunk)) {
                batch.resize(Math.min(chunk, samples - from));
            }
        }
    }

    /** Whether these are of this model and these rows, all of them; whoever is told so has them, and they are kept no longer. */
    public boolean take(Model asked, Observations rows) {
        boolean these = model == asked && observations == rows;
        model = null;
        observations = null;
        return these;
    }

    /** Keeps what a layer gave, from this row on. */
    void keep(int layer, Batch given, int row) {
        int count;
        for (int done = 0; done < given.rows(); done += count) {
            int at = (row + done) % chunk;
            count = Math.min(given.rows() - done, chunk - at);
            chunks.get((row + done) / chunk).get(layer).setRows(given, done, at, count);
        }
    }

    /** What the layers gave for a chunk's rows. */
    List<Batch> ofChunk(int index) {
        return chunks.get(index);
    }
}
