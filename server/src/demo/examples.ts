/** One event of each contract, in the form that its receivers know. */
export const exampleEvents: Readonly<
  Record<string, { readonly type: string; readonly data: Readonly<Record<string, unknown>> }>
> = {
  standard: { type: 'invoice.paid', data: { invoice_id: 'in_42', amount: 1999, currency: 'EUR' } },
  fluxo: { type: 'review.created', data: { id: 'rvw_1', title: 'Refund of 40 EUR', status: 'pending' } },
  flowlu: { type: 'crm.account.create', data: { current: { id: 7, name: 'Example GmbH' }, previous: null } },
  fluxdesk: {
    type: 'task_assigned',
    data: { title: 'A request was assigned to you', url: 'https://desk.example.com/tasks/12' },
  },
  flowbeacon: {
    type: 'evaluation.complete',
    data: {
      evaluation_id: 'evl_1',
      scenarios: [
        {
          id: 'scn_1',
          name: 'Baseline',
          violations: [],
          module_summary: [],
          evaluated_codes: ['R1'],
          passing_count: 1,
          failing_count: 0,
        },
      ],
    },
  },
  flowxtra: { type: 'job.published', data: { job_id: 7, title: 'Backend engineer', status: 'live' } },
};
