package io.sparring.parameterserver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/** Which build this is: a hash of Sparring's own classes, so that a worker of another jar is known before it pushes anything. */
public final class Build {
    private static final String CLASSES = "io/sparring/";

    private Build() {}

    /** The fingerprint of the classes that this one was loaded with, 16 hexadecimal digits. */
    public static String fingerprint() {
        try {
            URL source = Build.class.getProtectionDomain().getCodeSource().getLocation();
            Path path = Path.of(source.toURI());
            Map<String, Long> checksums = Files.isDirectory(path) ? ofFolder(path) : ofJar(path);
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            checksums.forEach(
                    (name, checksum) -> digest.update((name + " " + checksum + "\n").getBytes(StandardCharsets.UTF_8)));
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException | NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** A jar's table of contents has a checksum of each class: nothing needs to be unpacked. */
    private static Map<String, Long> ofJar(Path file) throws IOException {
        Map<String, Long> checksums = new TreeMap<>();
        try (JarFile jar = new JarFile(file.toFile())) {
            jar.stream()
                    .filter(entry -> isOurs(entry.getName()))
                    .forEach(entry -> checksums.put(entry.getName(), entry.getCrc()));
        }
        return checksums;
    }

    private static Map<String, Long> ofFolder(Path folder) throws IOException {
        Map<String, Long> checksums = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                String name = folder.relativize(file).toString().replace('\\', '/');
                if (isOurs(name)) {
                    CRC32 checksum = new CRC32();
                    checksum.update(Files.readAllBytes(file));
                    checksums.put(name, checksum.getValue());
                }
            }
        }
        return checksums;
    }

    private static boolean isOurs(String name) {
        return name.startsWith(CLASSES) && name.endsWith(".class");
    }
}
