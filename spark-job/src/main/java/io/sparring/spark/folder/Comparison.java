package io.sparring.spark.folder;

import io.sparring.Returns;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.run.Curve;
import io.sparring.run.CurveGroup;
import io.sparring.run.Report;
import io.sparring.run.ReportData;
import io.sparring.run.ReportData.Chart;
import io.sparring.run.ReportData.Fact;
import io.sparring.run.ReportData.Series;
import io.sparring.run.ReportData.Table;
import io.sparring.run.ReportData.Threshold;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Several runs on one page. Those whose configurations differ by their seed alone are one group: one curve, one row. */
public final class Comparison {
    private static final String SEED = "seed";
    private static final String EVALUATION = "evaluation_return";
    private static final String NONE = "–";
    private static final int MOST_NAMED = 6;

    private Comparison() {}

    /** A run with what its metrics say, which are read once. */
    private static final class Member {
        private final SavedRun run;
        private final String name;
        private final MetricCurve bySteps;
        private final MetricCurve bySeconds;
        private double last = Double.NaN;
        private double best = Double.NaN;
        private double toTarget = Double.NaN;

        Member(SavedRun run, String name, String key) throws IOException {
            this.run = run;
            this.name = name;
            bySteps = new MetricCurve(new Curve(name), "env_steps", key);
            bySeconds = new MetricCurve(new Curve(name), "seconds", key);
            Metrics.read(run.folder(), this::add);
        }

        private void add(Map<String, Object> line) {
            bySteps.add(line);
            bySeconds.add(line);
            double height = MetricCurve.number(line.get(bySteps.key()));
            if (Double.isNaN(height)) {
                return;
            }
            last = height;
            best = Double.isNaN(best) ? height : Math.max(best, height);
            Double target = run.configuration().budget().targetReturn();
            if (target != null && height >= target && Double.isNaN(toTarget)) {
                toTarget = MetricCurve.number(line.get("env_steps"));
            }
        }
    }

    /** @param settings what its configuration says, but for the seed */
    private record Group(String name, Map<String, Object> settings, List<Member> members) {
        /** Of those that have it: the value, or the mean with the lowest and the highest. */
        String text(ToDoubleFunction<Member> value, Function<Double, String> words) {
            DoubleSummaryStatistics all = members.stream()
                    .mapToDouble(value)
                    .filter(number -> !Double.isNaN(number))
                    .summaryStatistics();
            if (all.getCount() == 0) {
                return NONE;
            }
            return words.apply(all.getAverage())
                    + (all.getCount() == 1
                            ? ""
                            : " (" + words.apply(all.getMin()) + " to " + words.apply(all.getMax()) + ")")
                    + (all.getCount() == members.size() ? "" : ", " + all.getCount() + " of " + members.size());
        }

        Series series(Function<Member, MetricCurve> curve) {
            List<Series> all = members.stream()
                    .map(member -> curve.apply(member).curve().series())
                    .toList();
            return all.size() == 1
                    ? new Series(name, all.get(0).points(), all.get(0).means())
                    : CurveGroup.of(name, all.stream().map(Series::points).toList());
        }
    }

    /**
     * The page: curves by steps and by time, what the groups differ by and what they have come to, and each run.
     *
     * @param runs any number of them
     */
    public static String page(List<SavedRun> runs) throws IOException {
        // Where none is evaluated, what they say of themselves is better than nothing.
        boolean evaluated =
                runs.stream().anyMatch(run -> run.configuration().evaluation().everyEnvSteps() > 0);
        String key = evaluated ? EVALUATION : "mean_return";
        List<String> names = names(runs);
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < runs.size(); i++) {
            members.add(new Member(runs.get(i), names.get(i), key));
        }
        List<Group> groups = groups(members);
        List<Fact> facts = new ArrayList<>();
        for (Member member : members) {
            facts.add(new Fact(member.name, member.run.result().sentence(member.run.configuration())));
        }
        Threshold target = target(runs);
        return Report.html(new ReportData(
                runs.size() + " runs",
                (evaluated ? "Mean return of the evaluations." : "Mean return of the last 100 episodes of training.")
                        + (groups.size() < runs.size() ? " Runs that differ by their seed alone are one curve." : ""),
                facts,
                List.of(
                        new Chart(
                                "Return by steps",
                                RunReport.STEPS,
                                target,
                                groups.stream()
                                        .map(group -> group.series(member -> member.bySteps))
                                        .toList()),
                        new Chart(
                                "Return by time",
                                "seconds of training",
                                target,
                                groups.stream()
                                        .map(group -> group.series(member -> member.bySeconds))
                                        .toList())),
                table(groups)));
    }

    /** Without what is before their last part, where that tells them apart. */
    private static List<String> names(List<SavedRun> runs) {
        List<String> whole = runs.stream().map(run -> run.folder().name()).toList();
        List<String> last = whole.stream()
                .map(name -> name.substring(name.lastIndexOf('/') + 1))
                .toList();
        return last.stream().distinct().count() == last.size() ? last : whole;
    }

    private static List<Group> groups(List<Member> members) {
        Map<Map<String, Object>, List<Member>> alike = new LinkedHashMap<>();
        for (Member member : members) {
            Map<String, Object> settings = ConfigurationFile.valuesUsed(member.run.configuration());
            settings.remove(SEED);
            alike.computeIfAbsent(settings, none -> new ArrayList<>()).add(member);
        }
        List<String> common = alike.values().stream().map(Comparison::common).toList();
        boolean distinct = common.stream().distinct().count() == common.size();
        List<Group> groups = new ArrayList<>();
        alike.forEach((settings, own) -> {
            String name = distinct ? common.get(groups.size()) : own.get(0).name;
            groups.add(new Group(own.size() == 1 ? name : name + ", seeds " + seeds(own), settings, own));
        });
        return groups;
    }

    /** How all of their names begin, without the word for what they differ by. */
    private static String common(List<Member> members) {
        String first = members.get(0).name;
        if (members.size() == 1) {
            return first;
        }
        String common = members.stream()
                .map(member -> member.name)
                .reduce(first, Comparison::common)
                .replaceFirst("[-_.]*(seed|s)?[-_.]*$", "");
        return common.isEmpty() ? first : common;
    }

    private static String common(String one, String other) {
        int length = 0;
        while (length < Math.min(one.length(), other.length()) && one.charAt(length) == other.charAt(length)) {
            length++;
        }
        return one.substring(0, length);
    }

    /** As {@code 0–9} or {@code 0, 1, 5}; of many the first and the last. */
    private static String seeds(List<Member> members) {
        long[] seeds = members.stream()
                .mapToLong(member -> member.run.configuration().seed())
                .sorted()
                .distinct()
                .toArray();
        if (seeds.length > 2 && seeds[seeds.length - 1] - seeds[0] == seeds.length - 1) {
            return seeds[0] + "–" + seeds[seeds.length - 1];
        }
        return seeds.length > MOST_NAMED
                ? seeds[0] + ", …, " + seeds[seeds.length - 1] + " (" + seeds.length + ")"
                : LongStream.of(seeds).mapToObj(Long::toString).collect(Collectors.joining(", "));
    }

    /** A target that all have. */
    private static Threshold target(List<SavedRun> runs) {
        List<Double> targets = runs.stream()
                .map(run -> run.configuration().budget().targetReturn())
                .distinct()
                .toList();
        return targets.size() == 1 && targets.get(0) != null ? new Threshold("target", targets.get(0)) : null;
    }

    private static Table table(List<Group> groups) {
        List<String> differing = groups.stream()
                .flatMap(group -> group.settings().keySet().stream())
                .distinct()
                .filter(key -> groups.stream()
                                .map(group -> Objects.toString(group.settings().get(key), NONE))
                                .distinct()
                                .count()
                        > 1)
                .toList();
        List<String> head = Stream.of(
                        List.of("", SEED), differing, List.of("last return", "best return", "steps to the target"))
                .flatMap(List::stream)
                .toList();
        List<List<String>> rows = new ArrayList<>();
        for (Group group : groups) {
            List<String> row = new ArrayList<>(List.of(group.name(), seeds(group.members())));
            differing.forEach(key -> row.add(Objects.toString(group.settings().get(key), NONE)));
            Collections.addAll(
                    row,
                    group.text(member -> member.last, Returns::text),
                    group.text(member -> member.best, Returns::text),
                    group.text(member -> member.toTarget, steps -> String.format(Locale.ROOT, "%,.0f", steps)));
            rows.add(row);
        }
        return new Table(head, rows);
    }
}
