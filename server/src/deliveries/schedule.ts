import { getContract, type RetryRule } from '@sluice/contracts';

/** For a contract that only a newer version knows: during a rolling upgrade another process may send it. */
const ofUnknownContracts: RetryRule = {
  delays: [60, 300, 1_800, 7_200, 18_000],
  jitter: 0.2,
  maxRetryAfterSeconds: 86_400,
  overridable: true,
};

/** When deliveries of a contract are tried again. */
export function retryRuleOf(contract: string): RetryRule {
  return getContract(contract)?.retry ?? ofUnknownContracts;
}

/** The same with the endpoint's own delays, where the contract lets it have some. */
export function retryRuleFor(contract: string, own: readonly number[] | null): RetryRule {
  const rule = retryRuleOf(contract);
  return rule.overridable && own !== null ? { ...rule, delays: own } : rule;
}
