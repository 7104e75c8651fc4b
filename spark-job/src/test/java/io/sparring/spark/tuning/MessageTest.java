package io.sparring.spark.tuning;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.format.Unreadable;
import io.sparring.tuning.Slice;
import io.sparring.tuning.SliceResult;
import io.sparring.tuning.Work;
import java.util.List;
import org.junit.jupiter.api.Test;

class MessageTest {
    private static Message.Report sent(Message.Report report) throws Unreadable {
        return Message.report(Message.encode(report));
    }

    @Test
    void whatIsSaidIsWhatIsHeard() throws Unreadable {
        Message.Report first = new Message.Report("7", null, 0);
        Message.Report failed = new Message.Report(
                "8", new SliceResult(3, 1, 0, 0, 0, Double.NaN, 0.5, null, "failed", "läuft nicht", null), 12);
        Slice slice = new Slice(3, 2, List.of("seed=1", "a2c.gamma=0.9"), new byte[] {4, 5}, Slice.END);

        assertThat(sent(first)).isEqualTo(first);
        assertThat(sent(failed)).isEqualTo(failed);
        assertThat(Message.work(Message.encode(new Work(Work.Kind.SLICE, slice))))
                .usingRecursiveComparison()
                .isEqualTo(new Work(Work.Kind.SLICE, slice));
        assertThat(Message.work(Message.encode(new Work(Work.Kind.WAIT, null))))
                .isEqualTo(new Work(Work.Kind.WAIT, null));
    }

    @Test
    void aStateTravelsWithItsResult() throws Unreadable {
        SliceResult result = new SliceResult(3, 1, 20, 640, 12, 21.5, 0.5, "ab", null, null, new byte[] {1, 2, 3});

        assertThat(sent(new Message.Report("9", result, 1)))
                .usingRecursiveComparison()
                .isEqualTo(new Message.Report("9", result, 1));
    }
}
