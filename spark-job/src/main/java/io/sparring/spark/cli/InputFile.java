package io.sparring.spark.cli;

import io.sparring.Explanation;
import io.sparring.Names;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.spark.folder.RunFolder;
import io.sparring.spark.session.Session;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A YAML file that the command line names.
 *
 * @param name what the user calls it
 * @param text what is in it
 */
record InputFile(String name, String text) {
    /** A file's content in the place of its name, as drivers on other machines get it (RFC 2397). */
    private static final Pattern CONTENT = Pattern.compile("data:application/yaml;name=([^;]*);base64,(.*)");

    /** The name of a file on a Hadoop file system, such as the best configuration of a sweep there. */
    private static final Pattern ELSEWHERE = Pattern.compile("[a-z][a-z0-9+.-]*:/");

    /**
     * @param file its name, or its content as {@link #travelling} has it
     * @throws InvalidConfiguration if it cannot be read
     */
    static InputFile read(String file) {
        Matcher content = CONTENT.matcher(file);
        if (content.matches()) {
            return new InputFile(
                    URLDecoder.decode(content.group(1), StandardCharsets.UTF_8),
                    new String(Base64.getDecoder().decode(content.group(2)), StandardCharsets.UTF_8));
        }
        if (ELSEWHERE.matcher(file).lookingAt()) {
            return new InputFile(file, elsewhere(file));
        }
        Path path = Path.of(file);
        try {
            if (!Files.readAttributes(path, BasicFileAttributes.class).isRegularFile()) {
                throw new InvalidConfiguration(file + ": expected a file");
            }
            if (Files.size(path) > ConfigurationFile.MAX_BYTES) {
                throw new InvalidConfiguration(file + ": expected a file of at most " + ConfigurationFile.MAX_BYTES
                        + " bytes, got " + Files.size(path));
            }
            return new InputFile(file, Files.readString(path, StandardCharsets.UTF_8));
        } catch (NoSuchFileException e) {
            throw new InvalidConfiguration(file + ": there is no such file" + neighbours(path));
        } catch (AccessDeniedException e) {
            throw new InvalidConfiguration(file + " cannot be read by " + System.getProperty("user.name"));
        } catch (CharacterCodingException e) {
            throw new InvalidConfiguration(file + ": cannot be read as text: expected UTF-8");
        } catch (IOException e) {
            throw new InvalidConfiguration(file + ": cannot be read as text: " + Explanation.of(e));
        }
    }

    private static String elsewhere(String file) {
        int name = file.lastIndexOf('/');
        try {
            byte[] content = RunFolder.at(file.substring(0, name), Session.hadoop(Session.settings()))
                    .read(file.substring(name + 1));
            return new String(content, StandardCharsets.UTF_8);
        } catch (FileNotFoundException e) {
            throw new InvalidConfiguration(file + ": there is no such file");
        } catch (IOException e) {
            throw new InvalidConfiguration(file + ": cannot be read as text: " + Explanation.of(e));
        }
    }

    /** A file's name without folder and ending: runs are called after it. */
    static String called(String file) {
        Matcher content = CONTENT.matcher(file);
        String path = content.matches() ? URLDecoder.decode(content.group(1), StandardCharsets.UTF_8) : file;
        String name = Path.of(path).getFileName().toString();
        return name.contains(".") ? name.substring(0, name.lastIndexOf('.')) : name;
    }

    /** Name and content in one word, for machines that do not have the file. */
    String travelling() {
        return "data:application/yaml;name=" + URLEncoder.encode(name, StandardCharsets.UTF_8) + ";base64,"
                + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String neighbours(Path missing) {
        Path folder = missing.getParent() == null ? Path.of("conf") : missing.getParent();
        try (var files = Files.list(folder)) {
            List<String> known = files.map(found -> found.getFileName().toString())
                    .filter(found -> found.endsWith(".yaml"))
                    .sorted()
                    .toList();
            return Names.hint(missing.getFileName().toString(), known);
        } catch (IOException e) {
            return "";
        }
    }
}
