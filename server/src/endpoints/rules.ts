import { type Contract, contracts, getContract } from '@sluice/contracts';
import { invalidInput, SluiceError } from '../base/errors.ts';

/** Where deliveries may go. */
export interface AddressRules {
  /** Why deliveries may not go to this URL, as far as can be told without asking DNS; `null` when they may. */
  problem(url: URL): string | null;
  /** Whether deliveries may go to this host itself. */
  readonly loopbackAllowed: boolean;
}

/** @throws {SluiceError} invalid_input */
export function contractNamed(name: string): Contract {
  const contract = getContract(name);
  if (!contract) {
    const names = contracts.map((each) => each.name).join(', ');
    throw invalidInput('/contract', `There is no contract "${name}"; there are ${names}.`);
  }
  return contract;
}

/** @throws {SluiceError} invalid_input, for delays of an endpoint's own under a contract that promises its own */
export function checkRetryDelays(contract: Contract, delays: readonly number[] | null | undefined): void {
  if (delays && !contract.retry.overridable)
    throw invalidInput('/retry_delays', `The ${contract.name} contract promises its own delays.`);
}

/**
 * A URL in its normal form, if endpoints of this contract may have it.
 * @param pointer where in the request it is
 * @throws {SluiceError} invalid_input, forbidden_address
 */
export function checkUrl(
  addresses: AddressRules,
  contract: Contract,
  text: string,
  pointer = '/url',
): string {
  if (!URL.canParse(text)) throw invalidInput(pointer, 'This is not a URL.');
  const url = new URL(text);
  const problem = contract.url.problem(url, { loopback: addresses.loopbackAllowed });
  if (problem !== null) throw invalidInput(pointer, problem);
  const forbidden = addresses.problem(url);
  if (forbidden !== null)
    throw new SluiceError('forbidden_address', forbidden, { errors: [{ pointer, detail: forbidden }] });
  return url.href;
}
