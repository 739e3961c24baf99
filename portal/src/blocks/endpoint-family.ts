import type { Attempt, ChangeEndpointBody, Endpoint } from '@sluice/client';
import { api } from '../app/api.ts';

/** What can be done with an endpoint, by the part of the API that the reader may use for it. */
export interface EndpointFamily<Values> {
  change(id: string, values: Values): Promise<Endpoint>;
  remove(id: string): Promise<void>;
  enable(id: string): Promise<Endpoint>;
  disable(id: string): Promise<Endpoint>;
  rotate(id: string): Promise<{ readonly secret: string; readonly overlap_seconds: number }>;
  test(id: string): Promise<Attempt>;
}

/** For those who look after the organization's endpoints. */
export const allEndpoints: EndpointFamily<ChangeEndpointBody> = {
  change: (id, values) => api.changeEndpoint(id, values),
  remove: (id) => api.deleteEndpoint(id),
  enable: (id) => api.enableEndpoint(id),
  disable: (id) => api.disableEndpoint(id),
  rotate: (id) => api.rotateEndpointSecret(id, {}),
  test: (id) => api.testEndpoint(id),
};
