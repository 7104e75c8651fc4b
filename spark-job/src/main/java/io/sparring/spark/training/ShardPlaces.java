package io.sparring.spark.training;

import io.sparring.environment.EnvironmentSpec;
import io.sparring.rollout.Shard;
import java.io.Serializable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.storage.BlockManagerId;
import scala.Tuple2;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * Where shards were computed last. An environment in a process of its own is left there as it stands; on another executor a fresh process has to
 * play its episodes again, which gives the same and takes its time.
 *
 * <p>So such shards are sent where they were. That is a wish: Spark leaves a slot idle for {@code spark.locality.wait.process} at most, and where shards crowd
 * on few executors, as after a loss or before the others have come, only their fair part of them stays.
 */
final class ShardPlaces {
    /** An executor, as Spark names it to its scheduler. */
    record Place(String host, String executor) implements Serializable {
        /** Of the task that asks. */
        static Place here() {
            BlockManagerId id = SparkEnv.get().blockManager().blockManagerId();
            return new Place(id.host(), id.executorId());
        }

        /** What {@code TaskLocation} reads. */
        private String location() {
            return "executor_" + host + "_" + executor;
        }
    }

    private final JavaSparkContext spark;
    private final boolean matter;
    private final Map<Integer, Place> last = new HashMap<>();

    ShardPlaces(JavaSparkContext spark, EnvironmentSpec environment) {
        this.spark = spark;
        matter = environment.recovery() != EnvironmentSpec.Recovery.SNAPSHOT && !spark.isLocal();
    }

    void computed(Shard shard, Place place) {
        last.put(shard.index(), place);
    }

    /** A partition a shard. */
    JavaRDD<Shard> distribute(List<Shard> shards) {
        if (!matter || last.isEmpty()) {
            return spark.parallelize(shards, shards.size());
        }
        int executors = Math.max(1, spark.sc().statusTracker().getExecutorInfos().length - 1);
        int most = (shards.size() + executors - 1) / executors;
        Map<Place, Integer> held = new HashMap<>();
        ScalaList placed = ScalaList.EMPTY;
        for (int i = shards.size() - 1; i >= 0; i--) {
            Place place = last.get(shards.get(i).index());
            ScalaList wishes = ScalaList.EMPTY;
            if (place != null && held.merge(place, 1, Integer::sum) <= most && isThere(place)) {
                wishes = wishes.after(place.location());
            }
            placed = placed.after(new Tuple2<>(shards.get(i), wishes.list()));
        }
        return rdd(placed);
    }

    private boolean isThere(Place place) {
        try {
            return spark.sc().statusStore().executorSummary(place.executor()).isActive();
        } catch (NoSuchElementException gone) {
            return false;
        }
    }

    /** Scala's, by reflection alone: a class of ours that names one could not be linked with another Scala. */
    private record ScalaList(Object list) {
        static final ScalaList EMPTY = empty();

        private static ScalaList empty() {
            try {
                return new ScalaList(Class.forName("scala.collection.immutable.Nil$")
                        .getField("MODULE$")
                        .get(null));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }

        /** This one after another element. */
        ScalaList after(Object first) {
            try {
                return new ScalaList(Class.forName("scala.collection.immutable.List")
                        .getMethod("$colon$colon", Object.class)
                        .invoke(list, first));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** {@link SparkContext#makeRDD}, whose parameter is a {@code Seq} of another class for each Scala; a list is either. */
    @SuppressWarnings("unchecked")
    private JavaRDD<Shard> rdd(ScalaList placed) {
        ClassTag<Shard> tag = ClassTag$.MODULE$.apply(Shard.class);
        Method makeRdd = Arrays.stream(SparkContext.class.getMethods())
                .filter(method -> method.getName().equals("makeRDD") && method.getParameterCount() == 2)
                .findFirst()
                .orElseThrow();
        try {
            return JavaRDD.fromRDD((RDD<Shard>) makeRdd.invoke(spark.sc(), placed.list(), tag), tag);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(e);
        }
    }
}
