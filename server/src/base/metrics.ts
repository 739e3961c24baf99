import { Counter, Gauge, Histogram, Registry } from 'prom-client';

const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60];

/** Makes the metrics of a process, with a registry of their own. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  return {
    registry,
    published: new Counter({ name: 'sluice_events_published_total', help: 'Events accepted', registers }),
    attempts: new Counter({
      name: 'sluice_attempts_total',
      help: 'Attempts by outcome',
      labelNames: ['outcome'],
      registers,
    }),
    finished: new Counter({
      name: 'sluice_deliveries_finished_total',
      help: 'Deliveries that ended, by state',
      labelNames: ['state'],
      registers,
    }),
    inFlight: new Gauge({
      name: 'sluice_attempts_in_flight',
      help: 'Requests to receivers under way in this process',
      registers,
    }),
    open: new Gauge({
      name: 'sluice_deliveries_open',
      help: 'Deliveries that have not ended, by state',
      labelNames: ['state'],
      registers,
    }),
    oldestDue: new Gauge({
      name: 'sluice_oldest_due_seconds',
      help: 'Age of the oldest due delivery, throttled ones included',
      registers,
    }),
    attemptSeconds: new Histogram({
      name: 'sluice_attempt_duration_seconds',
      help: 'From the start of an attempt to its end',
      buckets: seconds,
      registers,
    }),
    deliverySeconds: new Histogram({
      name: 'sluice_accept_to_delivered_seconds',
      help: 'From accepting an event to its first successful attempt',
      buckets: seconds,
      registers,
    }),
    requestSeconds: new Histogram({
      name: 'sluice_http_request_duration_seconds',
      help: 'API requests',
      labelNames: ['method', 'route', 'status'],
      buckets: seconds,
      registers,
    }),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;
