import type { Contract } from '@sluice/contracts';
import type { Receiver } from './http.ts';

export interface Mistake {
  /** The cause that the doctor should name first. */
  readonly cause: string;
  /** What it should say. */
  readonly says: RegExp;
  readonly contract: Contract;
  readonly start: () => Receiver;
  readonly timeoutMs?: number;
  /** What else it should name. */
  readonly besides?: readonly string[];
  /** Sound enough to receive: warned about only. */
  readonly sound?: true;
}
