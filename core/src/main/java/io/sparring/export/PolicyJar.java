package io.sparring.export;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.LocalDateTime;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A policy as a jar that needs nothing but Java 17: {@link JarPolicy}, every class of ours that it comes to, and the model as a resource. The classes
 * are those that run here, so that their results are the same to the bit.
 */
final class PolicyJar {
    /** A class of ours in a constant of another one: its own name, one in a descriptor, or one by which a class is looked up. */
    private static final Pattern OURS = Pattern.compile("io[/.]sparring[/.][\\w$/.]+");

    private static final int UTF_8 = 1;
    private static final int LONG = 5;
    private static final int DOUBLE = 6;
    private static final int METHOD_HANDLE = 15;
    /** The constants that are one index alone: a class, a string, the type of a method, a module, a package. */
    private static final String OF_TWO_BYTES = "\7\10\20\23\24";

    /** No entry tells when it was made: the same policy is the same jar. */
    private static final LocalDateTime ALWAYS = LocalDateTime.of(1980, 1, 1, 0, 0);

    private PolicyJar() {}

    static byte[] of(ExportedPolicy policy) {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, JarPolicy.class.getName());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JarOutputStream jar = new JarOutputStream(bytes)) {
            put(jar, JarFile.MANIFEST_NAME);
            manifest.write(jar);
            for (Map.Entry<String, byte[]> one :
                    closure(JarPolicy.class.getName().replace('.', '/')).entrySet()) {
                put(jar, one.getKey() + ".class");
                jar.write(one.getValue());
            }
            put(jar, JarPolicy.class.getPackageName().replace('.', '/') + "/" + PolicyResource.NAME);
            jar.write(PolicyResource.of(policy).bytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void put(JarOutputStream jar, String name) throws IOException {
        JarEntry entry = new JarEntry(name);
        entry.setTimeLocal(ALWAYS);
        jar.putNextEntry(entry);
    }

    /** A class and all of ours that it comes to, by name. */
    private static SortedMap<String, byte[]> closure(String first) throws IOException {
        SortedMap<String, byte[]> classes = new TreeMap<>();
        Deque<String> open = new ArrayDeque<>();
        open.add(first);
        while (!open.isEmpty()) {
            String name = open.remove();
            byte[] bytes = classes.containsKey(name) ? null : bytes(name);
            if (bytes != null) {
                classes.put(name, bytes);
                addNamed(bytes, open);
            }
        }
        return classes;
    }

    /** Null where there is no such class: a package, or a word. */
    private static byte[] bytes(String name) throws IOException {
        try (InputStream in = PolicyJar.class.getResourceAsStream("/" + name + ".class")) {
            return in == null ? null : in.readAllBytes();
        }
    }

    /** Reads a class's pool of constants (The Java Virtual Machine Specification, 4.4). */
    private static void addNamed(byte[] bytes, Deque<String> names) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        in.skipNBytes(Integer.BYTES + 2 * Short.BYTES);
        int count = in.readUnsignedShort();
        for (int i = 1; i < count; i++) {
            int tag = in.readUnsignedByte();
            if (tag == UTF_8) {
                Matcher ours = OURS.matcher(in.readUTF());
                while (ours.find()) {
                    names.add(ours.group().replace('.', '/'));
                }
            } else if (tag == LONG || tag == DOUBLE) {
                in.skipNBytes(Long.BYTES);
                i++; // takes two places
            } else if (OF_TWO_BYTES.indexOf(tag) >= 0) {
                in.skipNBytes(Short.BYTES);
            } else {
                in.skipNBytes(tag == METHOD_HANDLE ? 3 : Integer.BYTES);
            }
        }
    }
}
