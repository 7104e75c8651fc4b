package io.sparring;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What may depend on what, and where chance and time may come from. */
@AnalyzeClasses(packages = "io.sparring", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureRulesTest {
    /** Of these, {@code core} uses nothing. */
    private static final String[] FOREIGN = {
        "org.apache.spark..",
        "org.apache.hadoop..",
        "scala..",
        "org.nd4j..",
        "org.deeplearning4j..",
        "org.bytedeco..",
        "io.sparring.dl4j..",
        "io.sparring.spark..",
        "io.sparring.aeron.."
    };

    @ArchTest
    static final ArchRule coreKnowsNothingForeign =
            noClasses().should().dependOnClassesThat().resideInAnyPackage(FOREIGN);

    @ArchTest
    static final ArchRule noPackagesDependOnEachOther =
            slices().matching("io.sparring.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule theMathematicsKnowsNeitherTheLoopNorTheRun = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.sparring.random..",
                    "io.sparring.environment..",
                    "io.sparring.advantage..",
                    "io.sparring.loss..",
                    "io.sparring.policy..",
                    "io.sparring.network..",
                    "io.sparring.rollout..",
                    "io.sparring.optimizer..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.sparring.algorithm..", "io.sparring.run..");

    @ArchTest
    static final ArchRule theLoopDoesNotKnowHowARunIsRecorded = noClasses()
            .that()
            .resideInAPackage("io.sparring.algorithm..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.sparring.run..");

    @ArchTest
    static final ArchRule everyRandomNumberComesFromStreams = noClasses()
            .should()
            .dependOnClassesThat()
            .haveNameMatching(
                    "java\\.util\\.(Random|SplittableRandom|concurrent\\.ThreadLocalRandom)|java\\.security\\.SecureRandom|java\\.util\\.random\\..*")
            .orShould()
            .callMethod(Math.class, "random")
            .orShould()
            .callMethod(StrictMath.class, "random");

    @ArchTest
    static final ArchRule noResultDependsOnTheTimeOfDay = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.sparring.random..",
                    "io.sparring.environment..",
                    "io.sparring.advantage..",
                    "io.sparring.loss..",
                    "io.sparring.policy..",
                    "io.sparring.network..",
                    "io.sparring.rollout..",
                    "io.sparring.optimizer..",
                    "io.sparring.algorithm..",
                    "io.sparring.tuning..")
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching("java\\.time\\.(?!Duration$).*");

    @ArchTest
    static final ArchRule nothingStaticCanBeChanged =
            fields().that().areStatic().should().beFinal();
}
