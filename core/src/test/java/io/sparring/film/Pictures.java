package io.sparring.film;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Reads pictures as anybody would. */
public final class Pictures {
    private Pictures() {}

    /**
     * A frame of a GIF.
     *
     * @param delay in hundredths of a second
     */
    public record GifFrame(BufferedImage image, int delay) {}

    /** All frames of a GIF, each laid over those before. */
    public static List<GifFrame> gif(byte[] gif) throws IOException {
        ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
        reader.setInput(new MemoryCacheImageInputStream(new ByteArrayInputStream(gif)));
        List<GifFrame> frames = new ArrayList<>();
        BufferedImage shown = null;
        for (int i = 0; i < reader.getNumImages(true); i++) {
            BufferedImage image = reader.read(i);
            BufferedImage next = new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
            for (int y = 0; y < image.getHeight(); y++) {
                for (int x = 0; x < image.getWidth(); x++) {
                    boolean transparent = image.getRGB(x, y) >>> 24 == 0;
                    next.setRGB(x, y, transparent ? shown.getRGB(x, y) : image.getRGB(x, y));
                }
            }
            shown = next;
            IIOMetadataNode root =
                    (IIOMetadataNode) reader.getImageMetadata(i).getAsTree("javax_imageio_gif_image_1.0");
            IIOMetadataNode control = (IIOMetadataNode)
                    root.getElementsByTagName("GraphicControlExtension").item(0);
            frames.add(new GifFrame(next, Integer.parseInt(control.getAttribute("delayTime"))));
        }
        return frames;
    }

    /** A PNG. */
    public static BufferedImage png(byte[] png) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(png));
    }

    /** How far two pictures of one size are apart, from 0 to 255: the mean over pixels and channels. */
    static double difference(BufferedImage one, BufferedImage other) {
        double sum = 0;
        for (int y = 0; y < one.getHeight(); y++) {
            for (int x = 0; x < one.getWidth(); x++) {
                for (int shift = 0; shift < 24; shift += 8) {
                    sum += Math.abs((one.getRGB(x, y) >> shift & 0xff) - (other.getRGB(x, y) >> shift & 0xff));
                }
            }
        }
        return sum / (3.0 * one.getWidth() * one.getHeight());
    }
}
