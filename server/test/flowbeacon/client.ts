import { createHmac } from 'node:crypto';
import type { ApiAnswer, TestApp } from '../support/app.ts';

export const base = '/api/public/v1';

export interface CallOptions {
  /** Seconds since 1970 to be signed; the app's present if left out. */
  readonly t?: number;
  readonly headers?: Record<string, string>;
}

/** Calls with a key, each request signed. */
export interface FlowbeaconClient {
  readonly key: string;
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<ApiAnswer>;
}

export function signature(
  key: string,
  t: number,
  request: { method: string; path: string; body: string },
): string {
  const signed = `${t}.${request.method}.${request.path}.${request.body}`;
  return `t=${t},v1=${createHmac('sha256', key).update(signed).digest('hex')}`;
}

export function createClient(app: TestApp, key: string): FlowbeaconClient {
  return {
    key,
    call(method, path, body, { t, headers = {} } = {}) {
      const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
      const seconds = t ?? Math.floor(app.parts.clock.now() / 1000);
      const whole = `${base}${path}`;
      return app.call(method, whole, text, {
        token: key,
        headers: {
          'x-fb-signature': signature(key, seconds, { method, path: whole, body: text ?? '' }),
          ...headers,
        },
      });
    },
  };
}

export const accessModule = {
  name: 'access',
  rules: [
    { code: 'ACCESS-1', description: 'Has a ramp', schema: { type: 'object', required: ['ramp'] } },
    {
      code: 'ACCESS-2',
      description: 'A lift from two floors up',
      schema: {
        if: { properties: { floors: { minimum: 2 } }, required: ['floors'] },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        then: { required: ['lift'] },
      },
    },
  ],
};

/** A module and an evaluation of some scenarios with it. */
export async function startEvaluation(client: FlowbeaconClient, inputs: readonly unknown[], name = 'access') {
  const module = await client.call('POST', '/modules', { ...accessModule, name });
  const evaluation = await client.call('POST', '/evaluations', {
    modules: [module.body.data.id],
    scenarios: inputs.map((input, index) => ({ name: `Scenario ${index}`, input })),
  });
  return { module: module.body.data, evaluation: evaluation.body.data, answer: evaluation };
}
