/**
 * What a run is told to do. A YAML file and {@code --set} overrides become records; a record that exists is valid, because
 * its constructor checks every range. The description and default of every key stand beside its record component, and
 * {@code docs/configuration.md} is written from them.
 */
package io.sparring.configuration;
