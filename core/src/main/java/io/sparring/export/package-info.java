/**
 * How a policy leaves the house: one file with everything that acting needs, for those who have never heard of Sparring. Files are data.
 *
 * <pre>
 *   ExportedPolicy ──▶ OnnxFile ──▶ OnnxGraph ──▶ format.Protobuf      a graph of ONNX's operators
 *                  ──▶ PolicyJar ──▶ JarPolicy + PolicyResource, and what they come to: a jar that needs Java alone
 *                  ──▶ PolicyFormat.Writer, in sparring-dl4j.jar: a ComputationGraph of stock layers
 * </pre>
 */
package io.sparring.export;
