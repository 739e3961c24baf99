import { getContract, type RetryRule } from '@sluice/contracts';

/** For a contract that only a newer version knows: during a rolling upgrade another process may send it. */
const ofUnknownContracts: RetryRule = {
  delays: [60, 300, 1_800, 7_200, 18_000],
  jitter: 0.2,
  maxRetryAfterSeconds: 86_400,
  overridable: true,
};

/** The contract's retry delays (seconds), and how they vary. */
export function retryRuleOf(contract: string): RetryRule {
  return getContract(contract)?.retry ?? ofUnknownContracts;
}

/**
 * The retry delays of deliveries to one endpoint: its own, where the contract lets it have some, else the contract's.
 * @param own seconds; `null` where it has none
 */
export function retryRuleFor(contract: string, own: readonly number[] | null): RetryRule {
  const rule = retryRuleOf(contract);
  return rule.overridable && own !== null ? { ...rule, delays: own } : rule;
}
