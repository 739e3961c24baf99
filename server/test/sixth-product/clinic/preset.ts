import { standard as contract } from '@sluice/contracts';
import type { Preset } from '../../../src/products/preset.ts';

/** A product that only the tests have: appointments of a clinic. */
export const preset: Preset = {
  name: 'clinic',
  title: 'Clinic',
  description: 'Appointments: each one is an event.',
  contract,
  keyPrefix: 'clinic_live_',
  eventTypes: [
    {
      name: 'appointment.booked',
      description: 'An appointment was booked',
      schema: { type: 'object', required: ['at'], properties: { at: { type: 'string' } } },
      example: { at: '2026-04-06T14:30:00Z' },
    },
  ],
};
