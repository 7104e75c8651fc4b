package io.sparring.spark;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Which room stands on which. */
@AnalyzeClasses(
        packages = {"io.sparring.spark", "io.sparring.aeron"},
        importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureRulesTest {
    @ArchTest
    static final ArchRule noPackagesDependOnEachOther =
            slices().matching("io.sparring.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule roomsStandOnThoseBelow = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("cli")
            .definedBy("io.sparring.spark.cli..")
            .layer("doctor")
            .definedBy("io.sparring.spark.doctor..")
            .layer("training")
            .definedBy("io.sparring.spark.training..")
            .layer("score")
            .definedBy("io.sparring.spark.score..")
            .layer("pretraining")
            .definedBy("io.sparring.spark.pretraining..")
            .layer("table")
            .definedBy("io.sparring.spark.table..")
            .layer("folder")
            .definedBy("io.sparring.spark.folder..")
            .layer("session")
            .definedBy("io.sparring.spark.session..")
            .layer("aeron")
            .definedBy("io.sparring.aeron..")
            .whereLayer("cli")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("doctor")
            .mayOnlyBeAccessedByLayers("cli")
            .whereLayer("score")
            .mayOnlyBeAccessedByLayers("cli")
            .whereLayer("table")
            .mayOnlyBeAccessedByLayers("cli", "training", "score", "pretraining", "folder")
            .whereLayer("folder")
            .mayOnlyBeAccessedByLayers("cli", "score")
            .whereLayer("pretraining")
            .mayOnlyBeAccessedByLayers("cli")
            .whereLayer("training")
            .mayOnlyBeAccessedByLayers("cli", "doctor")
            .whereLayer("aeron")
            .mayOnlyBeAccessedByLayers("training", "doctor");

    @ArchTest
    static final ArchRule theTransportKnowsNothingOfSpark = noClasses()
            .that()
            .resideInAPackage("io.sparring.aeron..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.spark..", "org.apache.hadoop..", "scala..", "io.sparring.spark..");

    @ArchTest
    static final ArchRule onlyTheCommandsParseTheCommandLine = noClasses()
            .that()
            .resideOutsideOfPackage("io.sparring.spark.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("picocli..");

    /** Else lines and the progress bar run into each other. */
    @ArchTest
    static final ArchRule onlyTheConsoleWritesOnStderr = noClasses()
            .that()
            .haveSimpleNameNotContaining("Console")
            // It keeps for the client what a driver on the cluster has said.
            .and()
            .haveSimpleNameNotContaining("Submission")
            .should()
            .accessField(System.class, "err");

    @ArchTest
    static final ArchRule nothingStaticCanBeChanged =
            fields().that().areStatic().should().beFinal();
}
