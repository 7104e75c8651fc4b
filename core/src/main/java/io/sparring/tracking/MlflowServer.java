package io.sparring.tracking;

import io.sparring.configuration.InvalidConfiguration;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where MLflow is, and what it wants to see of us. Secrets are in no text that leaves here.
 *
 * @param base of its REST interface, without a slash at the end
 * @param experiment the name of the experiment that runs belong to
 * @param databricks whether it is Databricks'
 * @param authorization the header's value; null: none
 * @param secrets what must not be shown
 */
record MlflowServer(URI base, String experiment, boolean databricks, String authorization, List<String> secrets) {
    private static final String EXAMPLE = "expected an address such as https://mlflow.example.org:5000, or databricks";

    /**
     * The one that these variables name; none where they name what has no REST interface.
     *
     * @param environment {@code MLFLOW_TRACKING_URI} is among them
     * @throws InvalidConfiguration if they cannot be meant so
     */
    static Optional<MlflowServer> of(Map<String, String> environment) {
        String asked = environment.get(Tracking.VARIABLE).strip();
        if (asked.equals("databricks")) {
            return Optional.of(databricks(environment));
        }
        URI address = parsed(Tracking.VARIABLE, asked);
        if (address.getScheme() == null) {
            throw new InvalidConfiguration(Tracking.VARIABLE + ": " + EXAMPLE);
        }
        String scheme = address.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            // host:5000 is an address that somebody has forgotten the scheme of.
            if (!scheme.equals("file") && !asked.contains("://")) {
                throw new InvalidConfiguration(Tracking.VARIABLE + ": " + EXAMPLE);
            }
            return Optional.empty();
        }
        return Optional.of(of(Tracking.VARIABLE, address, false, environment));
    }

    private static MlflowServer databricks(Map<String, String> environment) {
        String host = value(environment, "DATABRICKS_HOST");
        String token = value(environment, "DATABRICKS_TOKEN");
        if (host == null || token == null) {
            throw new InvalidConfiguration(
                    Tracking.VARIABLE + "=databricks: expected DATABRICKS_HOST and DATABRICKS_TOKEN beside it");
        }
        return of(
                "DATABRICKS_HOST",
                parsed("DATABRICKS_HOST", host.contains("://") ? host : "https://" + host),
                true,
                environment);
    }

    private static MlflowServer of(String variable, URI address, boolean databricks, Map<String, String> environment) {
        if (address.getHost() == null
                || address.getRawQuery() != null
                || address.getRawFragment() != null
                || address.getPort() > 65535) {
            throw new InvalidConfiguration(variable + ": " + EXAMPLE);
        }
        String inAddress = address.getRawUserInfo();
        if (inAddress != null && behindColon(inAddress).isEmpty()) {
            throw new InvalidConfiguration(
                    variable + ": expected a password behind the name, as in https://me:password@mlflow.example.org");
        }
        String experiment = Optional.ofNullable(value(environment, "MLFLOW_EXPERIMENT_NAME"))
                .orElse("sparring");
        if (databricks && !experiment.startsWith("/")) {
            throw new InvalidConfiguration(
                    "MLFLOW_EXPERIMENT_NAME: expected a path such as /Users/me@example.org/sparring, as Databricks names experiments");
        }
        String user = value(environment, "MLFLOW_TRACKING_USERNAME");
        String password = value(environment, "MLFLOW_TRACKING_PASSWORD");
        if ((user == null) != (password == null)) {
            throw new InvalidConfiguration(
                    "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD: expected both or none");
        }
        String token = value(environment, databricks ? "DATABRICKS_TOKEN" : "MLFLOW_TRACKING_TOKEN");
        String pair = databricks ? null : user != null ? user + ":" + password : address.getUserInfo();
        String credentials =
                pair == null ? null : Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
        if (token != null && !token.chars().allMatch(c -> c > ' ' && c < 127)) {
            // Java's HTTP client would say so too, and show it.
            throw new InvalidConfiguration((databricks ? "DATABRICKS_TOKEN" : "MLFLOW_TRACKING_TOKEN")
                    + ": expected a token, and this has characters that none has");
        }
        URI base = URI.create(address.getScheme().toLowerCase(Locale.ROOT) + "://" + address.getHost()
                + (address.getPort() < 0 ? "" : ":" + address.getPort())
                + Optional.ofNullable(address.getRawPath()).orElse("").replaceFirst("/+$", ""));
        return new MlflowServer(
                base,
                experiment,
                databricks,
                credentials != null ? "Basic " + credentials : token != null ? "Bearer " + token : null,
                Stream.of(
                                token,
                                credentials,
                                password,
                                inAddress,
                                behindColon(inAddress),
                                address.getUserInfo(),
                                behindColon(address.getUserInfo()),
                                pair)
                        .filter(secret -> secret != null && !secret.isEmpty())
                        .distinct()
                        // What has another one in it is to be hidden whole.
                        .sorted(Comparator.comparing(String::length).reversed())
                        .toList());
    }

    /** The password of a name and a password; null of null. */
    private static String behindColon(String pair) {
        return pair == null ? null : pair.contains(":") ? pair.substring(pair.indexOf(':') + 1) : "";
    }

    /** What is parsed may have a password in it, and Java's exception shows all. */
    private static URI parsed(String variable, String address) {
        try {
            return new URI(address);
        } catch (URISyntaxException e) {
            throw new InvalidConfiguration(variable + ": " + EXAMPLE);
        }
    }

    private static String value(Map<String, String> environment, String variable) {
        String value = environment.get(variable);
        return value == null || value.isBlank() ? null : value.strip();
    }

    /** A text without what must not be shown: servers and libraries repeat what they got. */
    String withoutSecrets(String text) {
        String shown = text;
        for (String secret : secrets) {
            shown = shown.replace(secret, "…");
        }
        return shown;
    }

    /** A page that shows a run. */
    String page(String experimentId, String runId) {
        return base + (databricks ? "/#mlflow" : "/#") + "/experiments/" + experimentId + "/runs/" + runId;
    }

    @Override
    public String toString() {
        return "MLflow at " + base;
    }
}
