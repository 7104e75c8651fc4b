/**
 * Tables of other people's: what their columns are called ({@code Columns}), and how a row becomes what a policy looks at
 * ({@code ObservationColumns}, {@code MaskColumns}) or is left out ({@code BadRows}). A table's schema is checked before a row of it is read.
 */
package io.sparring.spark.table;
