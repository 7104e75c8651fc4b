package io.sparring.export;

import io.sparring.environment.EnvironmentSpec;
import io.sparring.network.Model;
import io.sparring.policy.ActionDistribution;

/**
 * What is exported: everything that acting needs.
 *
 * @param model the network and its normaliser
 * @param environment what it acts in: how observations and actions look there
 * @param distribution what the policy head's outputs are the parameters of
 */
public record ExportedPolicy(Model model, EnvironmentSpec environment, ActionDistribution distribution) {}
