package io.sparring.spark.training;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.Partition;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.rdd.RDD;
import scala.collection.Iterator;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction1;
import scala.runtime.AbstractFunction2;

/**
 * {@code map} and {@code collect} as Spark's own are, but for its closure cleaner. That one looks through what Scala's functions capture: for each call it reads and
 * parses the bytes of Spark's classes anew, and serialises the function once more than it is sent, which is most of what a small round costs. Java's lambdas
 * capture what they name and nothing else.
 */
final class Uncleaned {
    private Uncleaned() {}

    /** @param function may throw, and fails its task then */
    static <T, U> JavaRDD<U> map(JavaRDD<T> rdd, Function<T, U> function) {
        ClassTag<U> tag = tag(Object.class);
        return JavaRDD.fromRDD(new Mapped<>(rdd.rdd(), function, tag), tag);
    }

    /** In the order of the partitions. */
    @SuppressWarnings("unchecked")
    static <T> List<T> collect(JavaRDD<T> rdd) {
        List<T> all = new ArrayList<>();
        for (Object part : (Object[]) rdd.context().runJob(rdd.rdd(), new ToList<T>(), tag(List.class))) {
            all.addAll((List<T>) part);
        }
        return all;
    }

    @SuppressWarnings("unchecked")
    private static <T> ClassTag<T> tag(Class<?> type) {
        return (ClassTag<T>) ClassTag$.MODULE$.apply(type);
    }

    private static final class Mapped<T, U> extends RDD<U> {
        private static final long serialVersionUID = 1;

        private final Function<T, U> function;

        Mapped(RDD<T> parent, Function<T, U> function, ClassTag<U> tag) {
            super(parent, tag);
            this.function = function;
        }

        @Override
        public Partition[] getPartitions() {
            return parent().partitions();
        }

        @Override
        public Iterator<U> compute(Partition partition, TaskContext context) {
            return parent().iterator(partition, context).map(new Scalas<>(function));
        }

        private RDD<T> parent() {
            return firstParent(tag(Object.class));
        }
    }

    /** For Scala, which knows no checked exceptions. */
    private static final class Scalas<T, U> extends AbstractFunction1<T, U> {
        private final Function<T, U> function;

        Scalas(Function<T, U> function) {
            this.function = function;
        }

        @Override
        public U apply(T element) {
            try {
                return function.call(element);
            } catch (Exception e) {
                throw Uncleaned.<RuntimeException>undeclared(e);
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static <E extends Exception> E undeclared(Exception e) throws E {
        throw (E) e;
    }

    /** No lambda: in one of Scala's types the cleaner would see one of Scala's. */
    private static final class ToList<T> extends AbstractFunction2<TaskContext, Iterator<T>, List<T>>
            implements Serializable {
        private static final long serialVersionUID = 1;

        @Override
        public List<T> apply(TaskContext context, Iterator<T> elements) {
            List<T> list = new ArrayList<>();
            while (elements.hasNext()) {
                list.add(elements.next());
            }
            return list;
        }
    }
}
