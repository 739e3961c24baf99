import { getContract } from '@sluice/contracts';
import { type Answer, diagnose, type ProbeRequest, type Report } from '@sluice/doctor';
import type { Clock } from '../base/clock.ts';
import { SluiceError } from '../base/errors.ts';
import { publicId } from '../base/ids.ts';
import type { Sealer } from '../base/seal.ts';
import type { Queries } from '../db/connect.ts';
import { getEndpoint } from '../endpoints/endpoints.ts';
import { openHeaders } from '../endpoints/headers.ts';
import { type EndpointName, readSecrets } from '../endpoints/secrets.ts';
import type { HttpClient, HttpResult } from './http-client.ts';

/** What examines receivers: the way to them, the time, and what opens their secrets. */
interface Diagnosing {
  readonly http: Pick<HttpClient, 'post'>;
  readonly clock: Clock;
  readonly sealer: Sealer;
}

/** What the doctor found, and at which address. */
export interface Diagnosis extends Report {
  readonly url: string;
}

/** Milliseconds for all of it: less than the minute after which connections to the API are cut. */
const budgetMs = 50_000;

/** Ids of endpoints. A diagnosis is some thirty requests to one receiver: one at a time, in this process. */
const underWay = new Set<string>();

/**
 * Sends an endpoint's receiver what the doctor sends, as its deliveries are sent: with its secrets, headers and
 * timeout, to addresses that are allowed only. These are no deliveries, and the ledger does not hold them.
 * @throws {SluiceError} not_found; conflict, while the same endpoint is being diagnosed, or when this process stops
 */
export async function diagnoseEndpoint(
  queries: Queries,
  { clock, sealer, http }: Diagnosing,
  name: EndpointName,
): Promise<Diagnosis> {
  const endpoint = await getEndpoint(queries, name);
  const contract = getContract(endpoint.contract);
  const secrets = (await readSecrets(queries, sealer, [name])).get(name.id)?.();
  if (!contract || secrets === undefined)
    throw new Error(`Endpoint ${name.id} has no contract or no secret.`);
  const ownHeaders = openHeaders({ sealer }, endpoint);
  const { url } = endpoint;
  if (underWay.has(name.id)) throw new SluiceError('conflict', 'A diagnosis of this endpoint is under way.');
  underWay.add(name.id);
  try {
    const report = await diagnose(contract, {
      secrets,
      timeoutMs: endpoint.effective_timeout_seconds * 1000,
      budgetMs,
      organizationId: publicId('organization', name.orgId),
      now: () => new Date(clock.now()),
      send: async ({ headers, body, timeoutMs }: ProbeRequest) =>
        answerOf(await http.post({ url, headers: { ...ownHeaders, ...headers }, body, timeoutMs })),
    });
    return { url, ...report };
  } finally {
    underWay.delete(name.id);
  }
}

function answerOf(result: HttpResult): Answer {
  const durationMs = result.timings.total;
  if (result.failure === 'unknown')
    throw new SluiceError('conflict', 'The diagnosis was cut off: this process is stopping. Begin again.');
  if (result.failure !== null) {
    return { kind: 'failure', failure: result.failure, detail: result.error, durationMs };
  }
  if (result.response === null) throw new Error('A request neither failed nor was answered.');
  const { status, headers, body } = result.response;
  return { kind: 'response', status, headers, body, durationMs };
}
