package io.sparring.spark.pretraining;

import io.sparring.environment.Space;
import io.sparring.imitation.LoggedEpisode;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.api.java.JavaRDD;

/**
 * What a log has.
 *
 * @param parts episodes, and parts of those that are cut
 * @param rows steps
 * @param rewards the sum of all
 * @param chosen how often each of the finitely many choices was made, one behind the other as in a mask; empty where actions are numbers
 */
public record LogSummary(long parts, long rows, double rewards, long[] chosen) implements Serializable {
    /** A choice that makes up a smaller share of its kind is hardly learned. */
    private static final double RARE = 0.01;

    private static final int MOST_SHOWN = 10;

    /** Of these episodes. */
    public static LogSummary of(JavaRDD<LoggedEpisode> episodes, Space actions) {
        LogSummary none = new LogSummary(0, 0, 0, new long[actions.maskSize()]);
        return episodes
                .mapPartitions(these -> {
                    LogSummary sum = none;
                    while (these.hasNext()) {
                        sum = sum.plus(of(these.next(), actions));
                    }
                    return List.of(sum).iterator();
                })
                .collect()
                .stream()
                .reduce(none, LogSummary::plus);
    }

    private static LogSummary of(LoggedEpisode episode, Space space) {
        long[] chosen = new long[space.maskSize()];
        int size = episode.actions().length / episode.steps();
        double rewards = 0;
        for (int step = 0; step < episode.steps(); step++) {
            rewards += episode.rewards()[step];
            int from = 0;
            for (int i = 0; i < size && chosen.length > 0; i++) {
                int action = (int) episode.actions()[step * size + i];
                if (space instanceof Space.MultiBinary) {
                    chosen[i] += action;
                } else {
                    chosen[from + action]++;
                    from += space instanceof Space.MultiDiscrete several ? several.sizes()[i] : 0;
                }
            }
        }
        return new LogSummary(1, episode.steps(), rewards, chosen);
    }

    private LogSummary plus(LogSummary other) {
        long[] all = chosen.clone();
        for (int i = 0; i < all.length; i++) {
            all[i] += other.chosen[i];
        }
        return new LogSummary(parts + other.parts, rows + other.rows, rewards + other.rewards, all);
    }

    /** In a line for the user. */
    public String sentence() {
        StringBuilder line = new StringBuilder(
                String.format(Locale.ROOT, "%,d rows of %,d episodes, mean return %.1f", rows, parts, rewards / parts));
        if (chosen.length > 0 && chosen.length <= MOST_SHOWN) {
            line.append("; actions");
            for (int i = 0; i < chosen.length; i++) {
                line.append(
                        String.format(Locale.ROOT, "%s %d: %.1f %%", i == 0 ? "" : ",", i, 100.0 * chosen[i] / rows));
            }
        }
        return line.toString();
    }

    /** What is so seldom done that it is hardly learned, each in a line for the user. */
    public List<String> warnings() {
        List<Integer> never = new ArrayList<>();
        List<Integer> seldom = new ArrayList<>();
        for (int i = 0; i < chosen.length; i++) {
            if (chosen[i] == 0) {
                never.add(i);
            } else if (chosen[i] < RARE * rows) {
                seldom.add(i);
            }
        }
        List<String> lines = new ArrayList<>();
        if (!never.isEmpty()) {
            lines.add("no row has action " + text(never) + ": the policy will hardly ever take it");
        }
        if (!seldom.isEmpty()) {
            lines.add("less than one row in a hundred has action " + text(seldom)
                    + ": what it is good for is hardly learned");
        }
        return lines;
    }

    private static String text(List<Integer> actions) {
        String first = actions.subList(0, Math.min(MOST_SHOWN, actions.size())).toString();
        String inside = first.substring(1, first.length() - 1);
        return actions.size() > MOST_SHOWN ? inside + " and " + (actions.size() - MOST_SHOWN) + " others" : inside;
    }
}
