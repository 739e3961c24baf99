import { type Route, route } from '../../http/route.ts';
import * as embedTokens from './routes/embed-tokens.ts';
import * as reviewGates from './routes/gates.ts';
import type { Reviewing } from './routes/reviews.ts';
import * as reviews from './routes/reviews.ts';
import * as workflows from './routes/workflows.ts';

interface ReviewParts {
  readonly reviewing: Reviewing;
  readonly publicUrl: () => string;
}

export function reviewRoutes({ reviewing, publicUrl }: ReviewParts): readonly Route[] {
  return [
    route('GET', '/v1/workflows', 'workflows:read', workflows.list),
    route('POST', '/v1/workflows', 'workflows:write', workflows.create),
    route('GET', '/v1/workflows/{id}', 'workflows:read', workflows.get),
    route('PATCH', '/v1/workflows/{id}', 'workflows:write', workflows.change),
    route('DELETE', '/v1/workflows/{id}', 'workflows:write', workflows.remove),
    route('GET', '/v1/workflows/{id}/queues', 'workflows:read', workflows.queues),
    route('POST', '/v1/workflows/{id}/queues', 'workflows:write', workflows.addQueue),

    route('GET', '/v1/reviews', { scope: 'reviews:read', embed: 'view' }, reviews.list),
    route('POST', '/v1/reviews', 'reviews:write', reviews.create(reviewing)),
    route('GET', '/v1/reviews/{id}', { scope: 'reviews:read', embed: 'view' }, reviews.get),
    route('GET', '/v1/reviews/{id}/history', { scope: 'reviews:read', embed: 'view' }, reviews.history),
    route(
      'POST',
      '/v1/reviews/{id}/approve',
      { scope: 'reviews:act', embed: 'approve' },
      reviews.approve(reviewing),
    ),
    route(
      'POST',
      '/v1/reviews/{id}/reject',
      { scope: 'reviews:act', embed: 'reject' },
      reviews.reject(reviewing),
    ),
    route(
      'POST',
      '/v1/reviews/{id}/revise',
      { scope: 'reviews:act', embed: 'edit' },
      reviews.revise(reviewing),
    ),

    route('GET', '/v1/review-gates', 'review_gates:read', reviewGates.list),
    route('POST', '/v1/review-gates', 'review_gates:write', reviewGates.create(reviewing.schemas)),
    route('GET', '/v1/review-gates/{id}', 'review_gates:read', reviewGates.get),
    route('DELETE', '/v1/review-gates/{id}', 'review_gates:write', reviewGates.remove),

    route('GET', '/v1/embed-tokens', 'embed_tokens:read', embedTokens.list),
    route('POST', '/v1/embed-tokens', 'embed_tokens:write', embedTokens.create(publicUrl)),
    route('DELETE', '/v1/embed-tokens/{id}', 'embed_tokens:write', embedTokens.revoke),
    route('GET', '/v1/embed/session', 'embed token', embedTokens.session),
  ];
}
