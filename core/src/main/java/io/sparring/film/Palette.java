package io.sparring.film;

import io.sparring.environment.Frame;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * At most {@value #MOST} colours for some frames, by median cut (Heckbert 1982): the colours, in a cube of 32 × 32 × 32, are cut
 * where half of the pixels of the box with the most of them times its longest side are, until there are enough boxes; a box's colour is the mean of its pixels.
 */
final class Palette {
    /** One of 256 is for what does not change. */
    static final int MOST = 255;

    private static final int CELLS = 1 << 15;

    private final long[] count = new long[CELLS];
    private final long[][] sum = new long[3][CELLS];
    private final byte[] indices = new byte[CELLS];
    private int[] colours;

    /** Counts a frame's colours. */
    void add(Frame frame) {
        for (int i = 0; i < frame.width() * frame.height(); i++) {
            int rgb = frame.pixel(i);
            int cell = cell(rgb);
            count[cell]++;
            for (int channel = 0; channel < 3; channel++) {
                sum[channel][cell] += rgb >> 16 - 8 * channel & 0xff;
            }
        }
    }

    private static int cell(int rgb) {
        return rgb >> 9 & 0x7c00 | rgb >> 6 & 0x3e0 | rgb >> 3 & 0x1f;
    }

    /** One channel of a cell, from 0 to 31. */
    private static int side(int cell, int channel) {
        return cell >> 10 - 5 * channel & 0x1f;
    }

    /** Colours as 0xRRGGBB, once all frames are counted. */
    int[] colours() {
        if (colours == null) {
            List<Integer> all = new ArrayList<>();
            for (int cell = 0; cell < CELLS; cell++) {
                if (count[cell] > 0) {
                    all.add(cell);
                }
            }
            List<Box> boxes = new ArrayList<>(List.of(new Box(all)));
            while (boxes.size() < MOST) {
                Box largest = boxes.stream()
                        .max(Comparator.comparingLong(Box::weight))
                        .filter(box -> box.weight() > 0)
                        .orElse(null);
                if (largest == null) {
                    break;
                }
                boxes.remove(largest);
                boxes.addAll(largest.halves());
            }
            colours = new int[boxes.size()];
            for (int index = 0; index < colours.length; index++) {
                colours[index] = boxes.get(index).colour();
                for (int cell : boxes.get(index).cells) {
                    indices[cell] = (byte) index;
                }
            }
        }
        return colours;
    }

    /** Which of {@link #colours} stands for a colour that was counted. */
    int index(int rgb) {
        return indices[cell(rgb)] & 0xff;
    }

    /** Cells that may become one colour. */
    private final class Box {
        final List<Integer> cells;
        private final int longest;
        private final long weight;

        Box(List<Integer> cells) {
            this.cells = cells;
            int[] range = new int[3];
            for (int channel = 0; channel < 3; channel++) {
                int which = channel;
                range[channel] =
                        cells.stream().mapToInt(cell -> side(cell, which)).max().orElse(0)
                                - cells.stream()
                                        .mapToInt(cell -> side(cell, which))
                                        .min()
                                        .orElse(0);
            }
            longest = range[0] >= range[1] && range[0] >= range[2] ? 0 : range[1] >= range[2] ? 1 : 2;
            weight = range[longest] * pixels();
        }

        private long pixels() {
            return cells.stream().mapToLong(cell -> count[cell]).sum();
        }

        /** 0 where it is one cell. */
        long weight() {
            return weight;
        }

        List<Box> halves() {
            List<Integer> sorted = new ArrayList<>(cells);
            sorted.sort(Comparator.comparing(cell -> side(cell, longest)));
            long half = pixels() / 2;
            long before = 0;
            int at = 0;
            while (at < sorted.size() - 1 && (at == 0 || before + count[sorted.get(at)] <= half)) {
                before += count[sorted.get(at)];
                at++;
            }
            return List.of(new Box(sorted.subList(0, at)), new Box(sorted.subList(at, sorted.size())));
        }

        int colour() {
            int rgb = 0;
            for (int channel = 0; channel < 3; channel++) {
                long total = 0;
                for (int cell : cells) {
                    total += sum[channel][cell];
                }
                rgb = rgb << 8 | (int) Math.round(total / (double) pixels());
            }
            return rgb;
        }
    }
}
