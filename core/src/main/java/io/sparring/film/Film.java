package io.sparring.film;

import io.sparring.environment.Drawing;
import io.sparring.environment.Frame;
import io.sparring.rollout.Episode;
import io.sparring.rollout.Evaluation;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Films the first copy of an environment. The start and the end of the episode are in it; of what is between, every frame where all are kept, else
 * every nth, with an n that doubles whenever there are more frames than a GIF has. They wait as PNGs, which are a hundredth of the pixels.
 */
public final class Film implements Evaluation.Spectator {
    private final Drawing drawing;
    private final boolean keepAll;
    private final SortedMap<Integer, byte[]> frames = new TreeMap<>();
    private int every = 1;

    /** @param keepAll whether all frames are asked for, in their full size */
    public Film(Drawing drawing, boolean keepAll) {
        this.drawing = drawing;
        this.keepAll = keepAll;
    }

    @Override
    public void look(int steps, boolean over) {
        if (steps % every != 0 && !over) {
            return;
        }
        Frame frame = drawing.frame(0);
        frames.put(steps, png(keepAll ? frame : frame.within(AnimatedGif.MOST_PIXELS)));
        if (!keepAll && frames.size() > AnimatedGif.MOST_FRAMES) {
            every *= 2;
            frames.keySet().removeIf(step -> step % every != 0 && !(over && step == steps));
        }
    }

    /**
     * What was filmed.
     *
     * @param comment says in the GIF what it shows
     */
    public Recording recording(Episode episode, String comment) {
        byte[] gif = AnimatedGif.of(this::frame, frames.keySet(), drawing.framesPerSecond(), comment);
        return new Recording(episode, gif, keepAll ? frames : new TreeMap<>());
    }

    private Frame frame(int step) {
        return frame(frames.get(step)).within(AnimatedGif.MOST_PIXELS);
    }

    private static byte[] png(Frame frame) {
        BufferedImage image = new BufferedImage(frame.width(), frame.height(), BufferedImage.TYPE_INT_RGB);
        for (int pixel = 0; pixel < frame.width() * frame.height(); pixel++) {
            image.setRGB(pixel % frame.width(), pixel / frame.width(), frame.pixel(pixel));
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageIO.write(image, "png", out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static Frame frame(byte[] png) {
        try {
            BufferedImage image = ImageIO.read(new MemoryCacheImageInputStream(new ByteArrayInputStream(png)));
            byte[] rgb = new byte[3 * image.getWidth() * image.getHeight()];
            for (int at = 0; at < rgb.length; at += 3) {
                int pixel = image.getRGB(at / 3 % image.getWidth(), at / 3 / image.getWidth());
                rgb[at] = (byte) (pixel >> 16);
                rgb[at + 1] = (byte) (pixel >> 8);
                rgb[at + 2] = (byte) pixel;
            }
            return new Frame(image.getWidth(), image.getHeight(), rgb);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
