package io.sparring.film;

import io.sparring.environment.Drawing;
import io.sparring.environment.Frame;
import io.sparring.rollout.Episode;
import io.sparring.rollout.Evaluation;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Films the first copy of an environment. The start and the end of the episode are in the GIF, and of what is between every nth frame, with an n
 * that doubles whenever there are more frames than a GIF has.
 */
public final class Film implements Evaluation.Spectator {
    private final Drawing drawing;
    private final boolean keepAll;
    private final SortedMap<Integer, byte[]> pngs = new TreeMap<>();
    private final SortedMap<Integer, Compressed> small = new TreeMap<>();
    private int every = 1;

    /** @param keepAll whether all frames are asked for, in their full size, besides the GIF */
    public Film(Drawing drawing, boolean keepAll) {
        this.drawing = drawing;
        this.keepAll = keepAll;
    }

    @Override
    public void look(int steps, boolean over) {
        boolean inGif = steps % every == 0 || over;
        if (!inGif && !keepAll) {
            return;
        }
        Frame frame = drawing.frame(0);
        if (keepAll) {
            pngs.put(steps, png(frame));
        }
        if (inGif) {
            small.put(steps, Compressed.of(frame.within(AnimatedGif.MOST_PIXELS)));
        }
        if (small.size() > AnimatedGif.MOST_FRAMES) {
            every *= 2;
            small.keySet().removeIf(step -> step % every != 0 && !(over && step == steps));
        }
    }

    /**
     * What was filmed. Frames of several sizes stand in the GIF on black ones of the largest width and height.
     *
     * @param comment says in the GIF what it shows
     */
    public Recording recording(Episode episode, String comment) {
        int width = small.values().stream().mapToInt(Compressed::width).max().orElse(1);
        int height = small.values().stream().mapToInt(Compressed::height).max().orElse(1);
        byte[] gif = AnimatedGif.of(
                step -> small.get(step).frame().on(width, height), small.keySet(), drawing.framesPerSecond(), comment);
        return new Recording(episode, gif, pngs);
    }

    /** A frame that waits: hundreds of them as pixels would be many megabytes. */
    private record Compressed(int width, int height, byte[] bytes) {
        static Compressed of(Frame frame) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (OutputStream out = new DeflaterOutputStream(bytes)) {
                out.write(frame.rgb());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return new Compressed(frame.width(), frame.height(), bytes.toByteArray());
        }

        Frame frame() {
            try {
                return new Frame(
                        width, height, new InflaterInputStream(new ByteArrayInputStream(bytes)).readAllBytes());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static byte[] png(Frame frame) {
        BufferedImage image = new BufferedImage(frame.width(), frame.height(), BufferedImage.TYPE_INT_RGB);
        Arrays.setAll(((DataBufferInt) image.getRaster().getDataBuffer()).getData(), frame::pixel);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        // Not by a file among the temporary ones, which is ImageIO's way.
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageIO.write(image, "png", out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
