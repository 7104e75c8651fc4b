package io.sparring.film;

import io.sparring.environment.Frame;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.IntFunction;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.w3c.dom.NodeList;

/** GIFs that are small enough for a page: what is too long, too wide or too large is shown with fewer frames and pixels, at the same speed. */
public final class AnimatedGif {
    /** On each side. */
    static final int MOST_PIXELS = 300;

    static final int MOST_FRAMES = 400;
    private static final int MOST_BYTES = 2 << 20;
    private static final String FORMAT = "javax_imageio_gif_image_1.0";
    /** In hundredths of a second; browsers take less for none at all. */
    private static final int SHORTEST = 2;

    private static final int LONGEST = 0xffff;
    /** For how long the end is shown before it starts anew. */
    private static final int END = 100;

    private AnimatedGif() {}

    /**
     * A GIF that starts anew at its end.
     *
     * @param frames all of one size, by step; asked for more than once
     * @param steps of the frames there are, ascending; the last one is in any case shown
     * @param stepsPerSecond its natural speed
     * @param comment what it shows, in ASCII
     */
    static byte[] of(IntFunction<Frame> frames, Collection<Integer> steps, double stepsPerSecond, String comment) {
        List<Integer> shown = new ArrayList<>(steps);
        while (true) {
            while (shown.size() > MOST_FRAMES || (shown.size() > 2 && delay(shown, 0, stepsPerSecond) < SHORTEST)) {
                shown = everyOther(shown);
            }
            byte[] gif = write(frames, shown, stepsPerSecond, comment);
            if (gif.length <= MOST_BYTES || shown.size() <= 2) {
                return gif;
            }
            shown = everyOther(shown);
        }
    }

    private static List<Integer> everyOther(List<Integer> steps) {
        List<Integer> fewer = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            if (i % 2 == 0 || i == steps.size() - 1) {
                fewer.add(steps.get(i));
            }
        }
        return fewer;
    }

    /** From a frame to the next, in hundredths of a second. */
    private static int delay(List<Integer> steps, int i, double stepsPerSecond) {
        return i == steps.size() - 1
                ? END
                : (int) Math.min(Math.round(100 * (steps.get(i + 1) - steps.get(i)) / stepsPerSecond), LONGEST);
    }

    private static byte[] write(IntFunction<Frame> frames, List<Integer> steps, double stepsPerSecond, String comment) {
        Palette palette = new Palette();
        steps.forEach(step -> palette.add(frames.apply(step)));
        IndexColorModel colours = colours(palette);
        ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(out);
            // The first frame's colours become those of all, and no other has to bring them along.
            writer.prepareWriteSequence(null);
            byte[] before = null;
            for (int i = 0; i < steps.size(); i++) {
                Frame frame = frames.apply(steps.get(i));
                BufferedImage image =
                        new BufferedImage(frame.width(), frame.height(), BufferedImage.TYPE_BYTE_INDEXED, colours);
                byte[] pixels = new byte[frame.width() * frame.height()];
                byte[] changed = new byte[pixels.length];
                for (int pixel = 0; pixel < pixels.length; pixel++) {
                    pixels[pixel] = (byte) palette.index(frame.pixel(pixel));
                    changed[pixel] =
                            before != null && before[pixel] == pixels[pixel] ? (byte) Palette.MOST : pixels[pixel];
                }
                before = pixels;
                image.getRaster().setDataElements(0, 0, frame.width(), frame.height(), changed);
                IIOMetadata about = writer.getDefaultImageMetadata(new ImageTypeSpecifier(image), null);
                describe(about, Math.max(delay(steps, i, stepsPerSecond), SHORTEST), i == 0 ? comment : null);
                writer.writeToSequence(new IIOImage(image, null, about), null);
            }
            writer.endWriteSequence();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    private static IndexColorModel colours(Palette palette) {
        byte[][] channels = new byte[3][Palette.MOST + 1];
        int[] colours = palette.colours();
        for (int index = 0; index < colours.length; index++) {
            for (int channel = 0; channel < 3; channel++) {
                channels[channel][index] = (byte) (colours[index] >> 16 - 8 * channel);
            }
        }
        return new IndexColorModel(8, Palette.MOST + 1, channels[0], channels[1], channels[2], Palette.MOST);
    }

    private static void describe(IIOMetadata about, int delay, String comment) throws IOException {
        IIOMetadataNode root = (IIOMetadataNode) about.getAsTree(FORMAT);
        IIOMetadataNode control = child(root, "GraphicControlExtension");
        // Every frame is laid over those before it.
        control.setAttribute("disposalMethod", "doNotDispose");
        control.setAttribute("userInputFlag", "FALSE");
        control.setAttribute("transparentColorFlag", "TRUE");
        control.setAttribute("transparentColorIndex", Integer.toString(Palette.MOST));
        control.setAttribute("delayTime", Integer.toString(delay));
        if (comment != null) {
            IIOMetadataNode loop = new IIOMetadataNode("ApplicationExtension");
            loop.setAttribute("applicationID", "NETSCAPE");
            loop.setAttribute("authenticationCode", "2.0");
            loop.setUserObject(new byte[] {1, 0, 0});
            child(root, "ApplicationExtensions").appendChild(loop);
            IIOMetadataNode said = new IIOMetadataNode("CommentExtension");
            said.setAttribute("value", comment);
            child(root, "CommentExtensions").appendChild(said);
        }
        about.setFromTree(FORMAT, root);
    }

    private static IIOMetadataNode child(IIOMetadataNode root, String name) {
        NodeList found = root.getElementsByTagName(name);
        if (found.getLength() > 0) {
            return (IIOMetadataNode) found.item(0);
        }
        IIOMetadataNode added = new IIOMetadataNode(name);
        root.appendChild(added);
        return added;
    }

    /** What a GIF says that it shows; empty where it says nothing or is none. */
    public static String comment(byte[] gif) {
        ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
        try (MemoryCacheImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(gif))) {
            reader.setInput(in);
            IIOMetadataNode root = (IIOMetadataNode) reader.getImageMetadata(0).getAsTree(FORMAT);
            NodeList comments = root.getElementsByTagName("CommentExtension");
            return comments.getLength() == 0 ? "" : ((IIOMetadataNode) comments.item(0)).getAttribute("value");
        } catch (IOException | RuntimeException e) {
            return "";
        } finally {
            reader.dispose();
        }
    }
}
