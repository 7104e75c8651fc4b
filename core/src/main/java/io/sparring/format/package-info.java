/**
 * How values become bytes that outlive a process or leave it. Data only, big-endian, behind a header that tells too old, too new and
 * damaged apart:
 *
 * <pre>
 *   Format    magic · version · length · content · CRC-32C        a shard, a worker's snapshot, a worker's report
 *   Output → content → Input                                      numbers, and arrays behind their lengths
 *   Unreadable = TooOld | TooNew | Damaged                        what reading may find instead
 *   Protobuf                                                      for formats of others
 * </pre>
 */
package io.sparring.format;
