/**
 * What belongs to a run as a whole: its configuration, and what it leaves in its folder — metrics, checkpoints and the report.
 * Everything here writes to streams that the caller opens, so the folder may lie on any file system.
 *
 * <pre>
 *     metrics  ──▶ MetricsLog          metrics.jsonl, for programs; read back by resume and report
 *              ──▶ TensorBoardEvents   for TensorBoard, while the run goes on
 *              ──▶ Curve ──▶ Report    report.html, for people, one file
 * </pre>
 */
package io.sparring.run;
